//! What the three builds are made of.

use std::process::Command;

/// The crates of a build for the browser, `name vVERSION` each.
fn crates(feature: &str) -> Vec<String> {
    let line = "tree --target wasm32-unknown-unknown --no-default-features --edges normal,build --prefix none --locked";
    let output = Command::new(env!("CARGO"))
        .args(line.split_whitespace())
        .args(["--features", feature])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut crates: Vec<String> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect();
    crates.sort();
    crates.dedup();
    assert!(crates.iter().any(|name| name.starts_with("flow-lab v")), "{crates:?}");
    crates
}

fn of_burn(name: &&String) -> bool {
    ["burn", "cubecl", "cubek", "gemm", "pliron"].iter().any(|root| name.starts_with(root))
}

#[test]
fn the_small_build_has_nothing_of_burn_and_nothing_of_a_gpu() {
    let crates = crates("cpu");
    assert_eq!(crates.iter().filter(of_burn).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(!crates.iter().any(|name| name.starts_with("wgpu") || name.starts_with("naga v")), "{crates:?}");
    println!("{} crates", crates.len());
}

#[test]
fn the_gpu_build_has_nothing_of_burn_and_no_compiler_of_shaders() {
    let crates = crates("gpu");
    assert_eq!(crates.iter().filter(of_burn).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(
        crates.iter().any(|name| name.starts_with("wgpu v")) && !crates.iter().any(|name| name.starts_with("naga v"))
    );
    println!("{} crates", crates.len());
}

#[test]
fn the_burn_build_takes_the_wgpu_that_opens_our_device_and_no_fusion() {
    let crates = crates("burn");
    assert_eq!(crates.iter().filter(|name| name.starts_with("wgpu v")).count(), 1, "{crates:?}");
    assert!(crates.iter().any(|name| name.starts_with("burn-wgpu v")));
    assert!(!crates.iter().any(|name| name.starts_with("burn-fusion") || name.starts_with("burn-optim")));
    println!("{} crates", crates.len());
}

#[test]
fn the_program_that_writes_the_glue_has_the_librarys_version() {
    let version = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("{name} = \"="))).expect("an exact version");
        line.split('"').nth(1).unwrap().to_string()
    };
    let library = version("Cargo.toml", "wasm-bindgen");
    assert_eq!(version("www/tools/bindgen/Cargo.toml", "wasm-bindgen-cli-support"), library);
}
