//! Files that the command line reads and writes: whole or not at all, never without end, never over one another.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use flow_lab::store;

use crate::cli::{folder, run_in, text};

/// A fresh folder with a small model in it.
fn with_model(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let trained = run_in(&folder, "train --width 4 --depth 1 --steps 3 --device cpu --save m.safetensors");
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    folder
}

/// A command line of bash, in which `flow-lab` is this program.
fn shell(folder: &Path, line: &str) -> Output {
    let line = format!("flow-lab() {{ {} \"$@\"; }}\n{line}", env!("CARGO_BIN_EXE_flow-lab"));
    Command::new("bash").args(["-c", &line]).current_dir(folder).output().unwrap()
}

/// Names and contents of a folder's files.
fn contents(folder: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap_or_default())).collect()
}

/// Weights of 1e30, from which every number becomes infinite.
fn diverged(folder: &Path) {
    let mut saved = store::from_bytes(&std::fs::read(folder.join("m.safetensors")).unwrap()).unwrap();
    let weights = saved.tensors.iter_mut().filter(|tensor| tensor.name.starts_with("layers."));
    weights.for_each(|tensor| tensor.values.fill(1e30));
    std::fs::write(folder.join("diverged.safetensors"), store::to_bytes(&saved).unwrap()).unwrap();
}

#[test]
fn a_run_that_fails_leaves_what_was_there_and_nothing_new() {
    let folder = with_model("fails");
    diverged(&folder);
    std::fs::write(folder.join("kept.csv"), "x,y\n1,2\n").unwrap();
    std::fs::create_dir_all(folder.join("a-folder")).unwrap();
    let before = contents(&folder);
    for (line, code) in [
        ("reflow --model none.safetensors --save new.safetensors", 2),
        ("reflow --model diverged.safetensors --save new.safetensors", 1),
        ("reflow --model diverged.safetensors --save kept.csv", 1),
        ("reflow --model m.safetensors --save new.safetensors --label 3", 2),
        ("sample --model diverged.safetensors --out new.csv", 1),
        ("sample --model diverged.safetensors --out kept.csv", 1),
        ("sample --model diverged.safetensors", 1),
        ("evaluate --model diverged.safetensors", 1),
        ("sample --model none.safetensors --out new.csv", 2),
        ("train --target-file none.csv --save new.safetensors", 2),
        ("train --steps 1 --device cpu --save no/such/folder/new.safetensors", 2),
        ("train --steps 1 --device cpu --save a-folder", 2),
        ("train --steps 1 --device cpu --save a-folder/", 2),
        ("train --steps 1 --device cpu --save new-folder/", 2),
        ("train --steps 1 --device cpu --save .", 2),
        ("train --steps 1 --device cpu --save kept.csv/new", 2),
        ("sample --model m.safetensors --out a-folder", 2),
        ("table --out a-folder --seeds 1", 2),
        ("scaling --out no/such/folder/s.csv", 2),
    ] {
        let output = run_in(&folder, line);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "flow-lab {line}: {said}");
        assert_eq!(
            (said.trim_end().lines().count(), text(&output.stdout)),
            (1, String::new()),
            "flow-lab {line}: {said}"
        );
        assert!(contents(&folder) == before, "flow-lab {line} changed the folder");
    }
}

#[test]
fn an_interrupted_run_leaves_what_was_there_and_nothing_new() {
    let folder = with_model("interrupted");
    let before = contents(&folder);
    for save in ["m.safetensors", "new.safetensors"] {
        for signal in ["INT", "TERM", "KILL"] {
            // A shell's background job, as this test may be, hands down that it ignores SIGINT.
            let mut child = Command::new("env")
                .args(["--default-signal=INT", env!("CARGO_BIN_EXE_flow-lab")])
                .args(["train", "--steps", "1000000", "--device", "cpu", "--save", save])
                .current_dir(&folder)
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(std::time::Duration::from_millis(300));
            let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
            assert!(sent.success() && !child.wait().unwrap().success());
            assert!(contents(&folder) == before, "SIG{signal} while {save} was to be written");
        }
    }
}

/// A file cannot grow beyond a kilobyte: what a full disk is to the program, without one.
#[test]
fn a_full_disk_is_exit_code_1_and_leaves_what_was_there() {
    let folder = with_model("full");
    let rows =
        "cells,dim,modes,seed,steps,steps_taken,seconds,worst_cell,inside_share\n".to_string() + &"x,1\n".repeat(300);
    std::fs::write(folder.join("s.csv"), rows).unwrap();
    let before = contents(&folder);
    for line in [
        "train --steps 1 --device cpu --save m.safetensors",
        "train --steps 1 --device cpu --save new.safetensors",
        "reflow --model m.safetensors --count 10 --steps 1 --save new.safetensors",
        "sample --model m.safetensors --count 1000 --out new.csv",
        "scaling --out s.csv --seeds 1 --steps-max 100 --jobs 1",
    ] {
        let output = shell(&folder, &format!("trap '' XFSZ; ulimit -f 1; flow-lab {line}"));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "flow-lab {line}: {said}");
        assert!(said.contains("could not be written") && !said.contains("panicked"), "flow-lab {line}: {said}");
        assert!(contents(&folder) == before, "flow-lab {line} changed the folder");
    }
    for line in [
        "sample --model m.safetensors --out /dev/full",
        "sample --model m.safetensors > /dev/full",
        "train --steps 1 --device cpu --save /dev/full",
        "evaluate --model m.safetensors --count 20 > /dev/full",
        "options > /dev/full",
        "--help > /dev/full",
        "table --print --out s2.csv > /dev/full",
    ] {
        let output = shell(&folder, &format!("flow-lab {line}"));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "flow-lab {line}: {said}");
        assert!(said.contains("could not be written") && !said.contains("panicked"), "flow-lab {line}: {said}");
    }
}

#[test]
fn a_model_is_saved_although_nobody_hears_what_is_said() {
    let folder = with_model("unheard");
    let model = std::fs::read(folder.join("m.safetensors")).unwrap();
    let train = "flow-lab train --width 4 --depth 1 --steps 3 --device cpu";
    for (line, code) in [
        (format!("{train} --save a.safetensors 2> /dev/full"), 0),
        (format!("{train} --save a.safetensors 2>&-"), 0),
        (format!("set -o pipefail; {{ {train} --save a.safetensors 2>&1 >&3 | true; }} 3>&1"), 0),
        (format!("{train} --log-every 1 --save a.safetensors > /dev/full"), 1),
        (format!("{train} --log-every 1 --save a.safetensors > /dev/full 2> /dev/full"), 1),
        (format!("set -o pipefail; {train} --log-every 1 --save a.safetensors | true"), 0),
        (format!("{train} --log-every 1 --save a.safetensors >&-"), 0),
    ] {
        let _ = std::fs::remove_file(folder.join("a.safetensors"));
        let output = shell(&folder, &line);
        assert_eq!(output.status.code(), Some(code), "{line}: {}", text(&output.stderr));
        assert!(std::fs::read(folder.join("a.safetensors")).ok() == Some(model.clone()), "{line}");
    }
    let study = "flow-lab scaling --out s.csv --seeds 1 --steps-max 100 --jobs 1 2> /dev/full > /dev/full";
    let header = "cells,dim,modes,seed,steps,steps_taken,seconds,worst_cell,inside_share\n";
    let boards = flow_lab::studies::boards::Board::GRID.iter().filter(|board| board.modes() > 2);
    let rows: String = boards.map(|b| format!("{},{},{},1,300,400,1,0.6,0.9\n", b.cells, b.dim, b.modes())).collect();
    std::fs::write(folder.join("s.csv"), format!("{header}{rows}")).unwrap();
    assert_eq!(shell(&folder, study).status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(folder.join("s.csv")).unwrap().lines().count(), 16, "the run's row is there");
}

#[test]
fn what_is_read_is_never_written_over_however_it_is_spelt() {
    let folder = with_model("over");
    std::fs::write(folder.join("p.csv"), (0..9).map(|k| format!("{k},{}\n", k * k)).collect::<String>()).unwrap();
    symlink("m.safetensors", folder.join("soft")).unwrap();
    symlink("soft", folder.join("softer")).unwrap();
    std::fs::hard_link(folder.join("m.safetensors"), folder.join("hard")).unwrap();
    std::fs::create_dir(folder.join("sub")).unwrap();
    let absolute = folder.join("m.safetensors");
    let before = contents(&folder);
    for same in [
        "m.safetensors",
        "./m.safetensors",
        "sub/../m.safetensors",
        "soft",
        "softer",
        "hard",
        absolute.to_str().unwrap(),
    ] {
        for line in [
            format!("sample --model m.safetensors --out {same}"),
            format!("sample --model {same} --out m.safetensors"),
            format!("reflow --model m.safetensors --steps 1 --save {same}"),
        ] {
            let output = run_in(&folder, &line);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "flow-lab {line}: {said}");
            assert!(said.contains("is the file of --model"), "flow-lab {line}: {said}");
        }
    }
    for (line, says) in [
        ("train --target-file p.csv --steps 1 --save ./p.csv", "is the file of --target-file"),
        ("train --source-file p.csv --steps 1 --save p.csv", "is the file of --source-file"),
    ] {
        let output = run_in(&folder, line);
        assert_eq!(output.status.code(), Some(2), "flow-lab {line}");
        assert!(text(&output.stderr).contains(says), "flow-lab {line}: {}", text(&output.stderr));
    }
    assert!(contents(&folder) == before);
}

#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = with_model("links");
    std::fs::create_dir(folder.join("elsewhere")).unwrap();
    symlink("elsewhere/s.csv", folder.join("link.csv")).unwrap();
    let sample = || run_in(&folder, "sample --model m.safetensors --count 3 --out link.csv");
    assert!(sample().status.success());
    let file = folder.join("elsewhere/s.csv");
    assert!(folder.join("link.csv").is_symlink() && file.is_file());
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let inode = file.metadata().unwrap().ino();
    assert!(sample().status.success());
    let about = file.metadata().unwrap();
    assert_eq!((about.permissions().mode() & 0o777, about.ino() != inode), (0o640, true));
    assert_eq!(std::fs::read_dir(folder.join("elsewhere")).unwrap().count(), 1);
    // A pipe and a device are written as they are.
    let piped = shell(&folder, "flow-lab sample --model m.safetensors --count 3 --out /dev/stdout | cat");
    assert_eq!(text(&piped.stdout), std::fs::read_to_string(&file).unwrap());
    assert!(run_in(&folder, "sample --model m.safetensors --out /dev/null").status.success());
    assert!(!Path::new("/dev/null").is_file());
}

/// Two gigabytes of address space are enough to refuse them all.
#[test]
fn endless_files_folders_and_missing_ones_are_sentences() {
    let folder = with_model("endless");
    std::fs::create_dir(folder.join("sub")).unwrap();
    // A model that says it holds a petabyte, and one with more behind it than it says.
    let header = |end: u64| {
        let json = format!("{{\"a\":{{\"dtype\":\"F32\",\"shape\":[1,{}],\"data_offsets\":[0,{end}]}}}}", end / 4);
        [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat()
    };
    std::fs::write(folder.join("petabyte"), header(1 << 50)).unwrap();
    std::fs::write(folder.join("longer"), [&header(8)[..], &[0; 100]].concat()).unwrap();
    std::fs::write(folder.join("pack"), b"digits1\n\xff\xff\xff\xff\xff\xff\xff\xff").unwrap();
    for (line, says) in [
        ("sample --model /dev/zero", "not a whole safetensors file"),
        ("sample --model /dev/urandom", "not a whole safetensors file"),
        ("sample --model <(yes)", "not a whole safetensors file"),
        ("sample --model petabyte", "holds 1125899906842"),
        ("sample --model longer", "not a whole safetensors file"),
        ("sample --model <(cat longer /dev/zero)", "not a whole safetensors file"),
        ("sample --model sub", "is a folder"),
        ("sample --model none", "the file cannot be read"),
        ("train --target-file /dev/zero", "holds more than 256 MiB"),
        ("train --source-file <(yes 1,2)", "holds more than 256 MiB"),
        ("train --target-file sub", "is a folder"),
        ("train --preset digits --digits /dev/zero", "not a pack of digits"),
        ("train --preset digits --digits <(printf 'digits1\\n'; yes)", "by its own word"),
        ("train --preset digits --digits pack", "by its own word"),
        ("train --preset digits --digits sub", "is a folder"),
        ("table --print --out /dev/zero", "holds more than 16 MiB"),
        ("table --print --out sub", "is a folder"),
        ("scaling --out /dev/zero", "must be a file"),
    ] {
        let output = shell(&folder, &format!("ulimit -v 2000000; flow-lab {line}"));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "flow-lab {line}: {said}");
        assert!(said.contains(says), "flow-lab {line}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "flow-lab {line}: {said}");
    }
}

#[test]
fn what_a_reader_gives_is_never_printed_as_it_steers_a_terminal() {
    let folder = with_model("escapes");
    let escape = "\u{1b}[31mred\u{7}\u{9b}2J\r\u{202e}";
    std::fs::write(folder.join("cell.csv"), format!("x,y\n1,2\n3,{escape}\n")).unwrap();
    std::fs::write(folder.join(format!("{escape}.csv")), format!("x,{escape}\n1,{escape}\n")).unwrap();
    let header = "cells,dim,modes,seed,steps,steps_taken,seconds,worst_cell,inside_share";
    let boards = flow_lab::studies::boards::Board::GRID.iter();
    let rows: String =
        boards.map(|b| format!("{},{},{},1,{escape}\n", b.cells, b.dim, b.modes()).replace('\r', "")).collect();
    std::fs::write(folder.join("s.csv"), format!("{header}\n{rows}")).unwrap();
    let named = format!("{escape}.csv");
    for arguments in [
        vec!["train", "--target-file", "cell.csv"],
        vec!["train", "--target-file", &named],
        vec!["train", "--target-file", &escape[1..]],
        vec!["train", "--target", escape],
        vec!["train", "--width", escape],
        vec!["train", "--text", escape],
        vec!["train", "--log-every", escape],
        vec!["train", "--steps", "1", "--device", "cpu", "--save", "no/\u{1b}[31m/x"],
        vec!["sample", "--model", escape],
        vec!["sample", "--model", "m.safetensors", "--count", escape],
        vec!["table", "--sigma", escape],
        vec!["table", "--print", "--out", &named],
        vec!["scaling", "--out", "s.csv", "--seeds", "1"],
        vec![escape],
        vec!["train", &named, escape],
        vec!["train", "--\u{1b}[31m", "3"],
    ] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_flow-lab")).args(&arguments).current_dir(&folder).output().unwrap();
        let said = text(&output.stderr) + &text(&output.stdout);
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!said.contains(steers), "{arguments:?}: {said:?}");
    }
}

#[test]
fn a_saved_run_is_the_same_file_every_time() {
    let folder = with_model("same");
    let first = std::fs::read(folder.join("m.safetensors")).unwrap();
    for _ in 0..3 {
        assert!(run_in(&folder, "train --width 4 --depth 1 --steps 3 --device cpu --save again").status.success());
        assert!(std::fs::read(folder.join("again")).unwrap() == first);
    }
}

#[test]
fn points_of_784_coordinates_train_and_are_sampled_and_measured_with_the_defaults() {
    let folder = with_model("wide");
    let row = |k: usize| (0..784).map(|d| ((k * d) % 13).to_string()).collect::<Vec<_>>().join(",") + "\n";
    std::fs::write(folder.join("wide.csv"), (1..30).map(row).collect::<String>()).unwrap();
    let small = "--width 2 --depth 1 --batch 8 --steps 1 --device cpu --save w.safetensors";
    for data in
        ["--target-file wide.csv", "--target gaussian --dim 784", "--target digits", "--target checkerboard --dim 16"]
    {
        let trained = run_in(&folder, &format!("train {data} {small}"));
        assert!(trained.status.success(), "{data}: {}", text(&trained.stderr));
        let sampled = run_in(&folder, "sample --model w.safetensors --solver-steps 1");
        assert!(sampled.status.success(), "{data}: {}", text(&sampled.stderr));
    }
    let evaluated = run_in(&folder, "evaluate --model w.safetensors --solver-steps 1");
    assert!(evaluated.status.success(), "{}", text(&evaluated.stderr));
}

#[test]
fn sampling_refuses_no_count_that_it_does_not_store() {
    let folder = with_model("counts");
    // 100,000 points at 1,001 times do not fit in memory; both ends do.
    let sampled = run_in(&folder, "sample --model m.safetensors --count 100000 --solver-steps 400 --out s.csv");
    assert!(sampled.status.success(), "{}", text(&sampled.stderr));
    assert_eq!(std::fs::read_to_string(folder.join("s.csv")).unwrap().lines().count(), 100_001);
    // What is measured is the whole way; a count that nobody asked for is one that fits.
    let refused = run_in(&folder, "evaluate --model m.safetensors --count 100000 --solver-steps 1000");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("--count 100000: must be at most 16760"), "{}", text(&refused.stderr));
}

#[test]
fn the_help_of_sampling_names_the_defaults_that_are_used() {
    let folder = folder("defaults");
    for (command, options) in [
        ("sample", &["--count", "--solver", "--solver-steps", "--tolerance", "--label", "--guidance"][..]),
        ("evaluate", &["--count", "--solver", "--solver-steps", "--tolerance", "--label", "--guidance"]),
        ("reflow", &["--count", "--solver", "--steps"]),
    ] {
        let help = text(&run_in(&folder, &format!("{command} --help")).stdout);
        for option in options {
            let about = help.split(&format!("{option} <")).nth(1).unwrap_or_else(|| panic!("{option} in {help}"));
            let about = about.split("\n      --").next().unwrap();
            assert!(about.contains("default: the model's own"), "{command} {option}: {about}");
        }
    }
}
