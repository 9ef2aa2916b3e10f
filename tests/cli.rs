//! The command line as a person types it: README's commands, and every kind of bad input.

use std::path::PathBuf;
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run_in(folder: &PathBuf, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flow-lab")).args(line.split_whitespace()).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_commands_of_readme_run_and_print_what_it_says() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let folder = folder("readme");
    let lines: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("$ flow-lab ")).collect();
    assert!(lines.len() >= 3, "README shows {} commands", lines.len());
    for line in lines {
        let output = run_in(&folder, line);
        assert!(output.status.success(), "flow-lab {line}: {}", text(&output.stderr));
    }
    let csv = std::fs::read_to_string(folder.join("samples.csv")).unwrap();
    assert_eq!(csv.lines().next(), Some("x,y"));
    assert!(csv.lines().skip(1).all(|row| row.split(',').filter_map(|x| x.parse::<f32>().ok()).count() == 2));
}

#[test]
fn evaluate_prints_one_json_object() {
    let folder = folder("evaluate");
    assert!(run_in(&folder, "train --steps 30 --device cpu --save m.safetensors").status.success());
    let output = run_in(&folder, "evaluate --model m.safetensors --count 200 --solver-steps 5 --json");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in ["w2", "w2_floor", "sliced_w2", "npe", "inside_share", "worst_mode", "straightness"] {
        assert!(report[key].is_number(), "{key} in {report}");
    }
    assert_eq!(
        (&report["count"], &report["evaluations"], &report["training_steps"]),
        (&200.into(), &5.into(), &30.into())
    );
    assert!(report["w2"].as_f64() > report["w2_floor"].as_f64());
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    let folder = folder("bad");
    std::fs::write(folder.join("foreign.safetensors"), b"not a model").unwrap();
    assert!(run_in(&folder, "train --steps 1 --device cpu --save whole.safetensors").status.success());
    let whole = std::fs::read(folder.join("whole.safetensors")).unwrap();
    std::fs::write(folder.join("cut.safetensors"), &whole[..whole.len() / 2]).unwrap();
    for (line, says) in [
        ("train --target mons", "--target mons: must be one of gaussian"),
        ("train --width 0", "--width 0: must be a whole number from 1 to 1024"),
        ("train --batch 1000000000", "--batch 1000000000: must be a whole number from 1 to 65536"),
        ("train --batch 65536 --width 1024", "--batch 65536: must be at most"),
        ("train --learning-rate NaN", "--learning-rate NaN: must be a number"),
        ("train --learning-rate -1", "--learning-rate -1: must be a number"),
        ("train --seed 1.5", "--seed 1.5: must be a whole number"),
        ("train --log-every x --steps 1", "--log-every x: must be a whole number"),
        ("train --steps 1 --save no/such/folder/x.safetensors", "cannot be written"),
        ("sample --model missing.safetensors", "--model missing.safetensors: the file cannot be read"),
        ("sample --model foreign.safetensors", "--model foreign.safetensors: The file is not a whole safetensors file"),
        ("evaluate --model cut.safetensors", "--model cut.safetensors: The file is not a whole safetensors file"),
        ("sample --model whole.safetensors --count 0", "--count 0: must be a whole number from 1"),
        ("sample --model whole.safetensors --solver rk9", "--solver rk9: must be one of euler"),
    ] {
        let output = run_in(&folder, line);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "flow-lab {line}: {said}");
        assert!(said.contains(says), "flow-lab {line}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "flow-lab {line}: {said}");
    }
    for line in ["", "trian", "train --no-such-flag 3"] {
        assert_eq!(run_in(&folder, line).status.code(), Some(2), "flow-lab {line}");
    }
}

#[test]
fn a_wrong_place_to_save_does_not_destroy_what_is_there() {
    let folder = folder("keep");
    assert!(run_in(&folder, "train --steps 1 --device cpu --save kept.safetensors").status.success());
    let before = std::fs::read(folder.join("kept.safetensors")).unwrap();
    assert_eq!(run_in(&folder, "train --width 0 --save kept.safetensors").status.code(), Some(2));
    assert_eq!(std::fs::read(folder.join("kept.safetensors")).unwrap(), before);
}

#[test]
fn help_names_every_option_with_its_range() {
    let output = text(&run_in(&folder("help"), "train --help").stdout);
    for spec in flow_lab::config::options() {
        assert!(output.contains(&format!("--{}", flow_lab::option::kebab_case(spec.name))), "{}", spec.name);
        assert!(output.contains(spec.doc), "{}", spec.doc);
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = folder("pipe");
    assert!(run_in(&folder, "train --steps 1 --device cpu --save m.safetensors").status.success());
    let line = format!(
        "{} sample --model m.safetensors --count 100000 --solver-steps 1 | head -n 1",
        env!("CARGO_BIN_EXE_flow-lab")
    );
    let output = Command::new("bash").args(["-o", "pipefail", "-c", &line]).current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "x,y\n");
}
