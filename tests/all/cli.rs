//! The command line as a person types it: README's commands, and every kind of bad input.

use std::path::PathBuf;
use std::process::{Command, Output};

pub fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn run_in(folder: &PathBuf, line: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flow-lab")).args(line.split_whitespace()).current_dir(folder).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_commands_of_readme_run_and_print_what_it_says() {
    let readme = std::fs::read_to_string("README.md").unwrap();
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
    let output = run_in(&folder, "evaluate --model m.safetensors --count 200 --solver-steps 5 --likelihood --json");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in ["w2", "w2_floor", "sliced_w2", "npe", "inside_share", "worst_mode", "straightness", "nll"] {
        assert!(report[key].is_number(), "{key} in {report}");
    }
    assert_eq!(
        (&report["count"], &report["evaluations"], &report["training_steps"]),
        (&200.into(), &5.into(), &30.into())
    );
    assert!(report["w2"].as_f64() > report["w2_floor"].as_f64());
    // The entropy of the target is the least mean -ln p of any density (Gibbs).
    assert!(report["nll"].as_f64() > report["nll_best"].as_f64());
    assert_eq!(report["nll_class"], "none");
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    let folder = folder("bad");
    std::fs::write(folder.join("foreign.safetensors"), b"not a model").unwrap();
    std::fs::write(folder.join("ragged.csv"), "x,y\n1,2\n3\n").unwrap();
    std::fs::write(folder.join("broken.png"), b"\x89PNG\r\n\x1a\n and then nothing").unwrap();
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
        ("train --target points", "--target points: needs points"),
        ("train --target-file no.csv", "--target-file no.csv: the file cannot be read"),
        ("train --target-file ragged.csv", "--target-file ragged.csv: "),
        ("train --target-file broken.png", "--target-file broken.png: the picture cannot be used"),
        ("train --target moons --dim 3", "--dim 3: must be 2 for moons"),
        ("train --coupling reflow", "--coupling reflow: needs a trained model's own pairs"),
        ("train --target digits --source moons", "--source moons: lies in the plane, and digits have 784"),
        ("train --preset digits --digits no.digits", "--digits no.digits: the file cannot be read"),
        ("train --preset digits --digits ragged.csv", "--digits ragged.csv: not a pack of digits"),
        ("train --label 3", "--label 3: must be all where the network is not told the class"),
        ("train --text café", "--text café: has no picture of é"),
        ("table --seeds 0", "--seeds 0: must be a whole number from 1"),
        ("table --sigma -1", "--sigma -1: must be a number from 0 to 1"),
        ("table --out ragged.csv --print", "--out ragged.csv: the file holds something else"),
        ("scaling --steps-max 3", "--steps-max 3: must be a whole number from 100"),
        ("sample --model whole.safetensors --tolerance 0", "--tolerance 0: must be a number"),
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
fn samples_leave_in_the_units_of_the_data_or_in_the_model_s() {
    let folder = folder("units");
    std::fs::copy("tests/cases/08-lonlat.csv", folder.join("lonlat.csv")).unwrap();
    let trained = run_in(
        &folder,
        "train --target-file lonlat.csv --steps 300 --width 16 --depth 2 --batch 64 --device cpu --save m.safetensors",
    );
    assert!(trained.status.success(), "{}", text(&trained.stderr));
    let sampled = |more: &str| -> Vec<f64> {
        let output = run_in(&folder, &format!("sample --model m.safetensors --count 2000 --solver-steps 10 {more}"));
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).lines().skip(1).flat_map(|row| row.split(',')).map(|x| x.parse().unwrap()).collect()
    };
    let (data, model) = (sampled(""), sampled("--units model"));
    assert_eq!(data, sampled("--units data"));
    let mean = |of: &[f64], axis: usize| of.iter().skip(axis).step_by(2).sum::<f64>() / 2_000.0;
    // One factor and two offsets take one table to the other: the data's own mean and standard deviation.
    let bytes = std::fs::read("tests/cases/08-lonlat.csv").unwrap();
    let (given, _) = flow_lab::data::given::file::read(&bytes).unwrap();
    let flow_lab::data::Given::Points(points) = given else { panic!("a table") };
    for (k, (data, model)) in data.iter().zip(&model).enumerate() {
        let expected = points.mean()[k % 2] + points.std() * model;
        // The model's numbers are printed as float32.
        assert!((data - expected).abs() < 1e-7 * points.std() * (1.0 + model.abs()), "{data} for {expected}");
    }
    for (axis, expected) in [8.5417, 47.3768].into_iter().enumerate() {
        let (found, error) = (mean(&data, axis), points.std() * mean(&model, axis).abs());
        // Four digits of the place itself, and what the model is off by.
        assert!((found - expected).abs() < 1e-4 + error, "axis {axis}: {found}");
    }
    let output = run_in(&folder, "sample --model m.safetensors --units metres");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--units metres: must be one of data, model"));
}

/// A 6 × 3 picture, black ink on white: two dots at the ends. Written by Python's zlib as an 8-bit grey PNG.
const DOTS: &[u8] = include_bytes!("dots.png");

#[test]
fn points_and_pictures_from_files_train_and_are_kept_in_the_model() {
    let folder = folder("files");
    let rows: String = (0..200).map(|k| format!("{},{}\n", 50 + k % 2 * 20, 7 + k % 3)).collect();
    std::fs::write(folder.join("points.csv"), format!("a,b\n{rows}")).unwrap();
    std::fs::write(folder.join("dots.png"), DOTS).unwrap();
    for file in ["points.csv", "dots.png"] {
        let trained =
            run_in(&folder, &format!("train --target-file {file} --steps 300 --device cpu --save m.safetensors"));
        assert!(trained.status.success(), "{}", text(&trained.stderr));
        if file == "points.csv" {
            assert!(text(&trained.stderr).contains("200 points"), "{}", text(&trained.stderr));
        }
        let output = run_in(&folder, "evaluate --model m.safetensors --count 500 --json");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["target"], "points");
        // Both are two heaps far from the middle; an untrained flow stays at W2 near 1 and above.
        assert!(report["w2"].as_f64() < Some(0.9), "{file}: {report}");
        assert!(report["loss_floor"].as_f64() < report["loss"].as_f64(), "{file}: {report}");
    }
}

#[test]
fn reflow_straightens_a_trained_flow() {
    let folder = folder("reflow");
    let run = |line: &str| {
        let output = run_in(&folder, line);
        assert!(output.status.success(), "flow-lab {line}: {}", text(&output.stderr));
        output.stdout
    };
    run("train --source 8gaussians --steps 1500 --device cpu --save m.safetensors");
    run("reflow --model m.safetensors --save straight.safetensors --count 4000 --steps 1500");
    let straightness = |model: &str| {
        let json = run(&format!("evaluate --model {model} --count 500 --json"));
        let report: serde_json::Value = serde_json::from_slice(&json).unwrap();
        report["straightness"].as_f64().unwrap()
    };
    let (before, after) = (straightness("m.safetensors"), straightness("straight.safetensors"));
    assert!(after < 0.5 * before, "{after} after {before}");
}

#[test]
fn a_table_goes_on_where_it_stopped() {
    let folder = folder("table");
    let _ = std::fs::remove_file(folder.join("t.csv"));
    let header = "task,pairing,sigma,epochs,seed,w2,npe,path_energy,w2_average,npe_average,path_energy_average,\
                  w2_source_target,w2_floor,seconds";
    let tasks = ["N→8gaussians", "N→moons", "N→scurve", "moons→8gaussians"];
    let rows = |pairing: &'static str| {
        tasks.iter().map(move |task| format!("{task},{pairing},0.1,1,1,0.5,0.25,2,0.4,0.2,2,1,0.1,3\n"))
    };
    // All cells but one are there: one run of one epoch is left.
    let all: String = rows("I-CFM").chain(rows("OT-CFM")).chain(rows("OT-CFM groups of 128").skip(1)).collect();
    std::fs::write(folder.join("t.csv"), format!("{header}\n{all}")).unwrap();
    let output = run_in(&folder, "table --out t.csv --epochs 1 --seeds 1");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("1 are to do"), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    let columns: Vec<usize> = table.lines().map(|row| row.matches('|').count()).collect();
    assert!(columns.len() == 14 && columns.iter().all(|&n| n == columns[0]), "{table}");
    assert!(
        table.contains("| N→moons | OT-CFM | 1 | 0.500 | 0.400 | 0.130 | 0.124 | 0.100 | 0.250 | 0.200 | 0.083 |"),
        "{table}"
    );
    assert_eq!(std::fs::read_to_string(folder.join("t.csv")).unwrap().lines().count(), 13);
}

#[test]
fn a_scaling_study_goes_on_where_it_stopped() {
    let folder = folder("scaling");
    let header = "cells,dim,modes,seed,steps,steps_taken,seconds,worst_cell,inside_share";
    // All boards but the smallest are there.
    let boards = flow_lab::studies::boards::Board::GRID.iter().filter(|board| board.modes() > 2);
    let rows: String = boards.map(|b| format!("{},{},{},1,300,400,1,0.6,0.9\n", b.cells, b.dim, b.modes())).collect();
    std::fs::write(folder.join("s.csv"), format!("{header}\n{rows}")).unwrap();
    let output = run_in(&folder, "scaling --out s.csv --seeds 1 --steps-max 200");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("1 are to do"), "{}", text(&output.stderr));
    let file = std::fs::read_to_string(folder.join("s.csv")).unwrap();
    assert_eq!((file.lines().count(), text(&output.stdout)), (16, file.clone()));
    let row: Vec<&str> = file.lines().last().unwrap().split(',').collect();
    assert_eq!((&row[..4], row[5]), (&["2", "2", "2", "1"][..], "200"));
    let share = |k: usize| row[k].parse::<f64>().unwrap();
    assert!((0.0..=1.2).contains(&share(7)) && (0.3..=1.0).contains(&share(8)), "{row:?}");
}

#[test]
fn digits_of_one_class_are_trained_on_sampled_and_measured() {
    let folder = folder("digits");
    let run = |line: &str| {
        let output = run_in(&folder, line);
        assert!(output.status.success(), "flow-lab {line}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    let small = "--width 16 --depth 2 --embedding 0 --batch 16";
    run(&format!("train --preset digits {small} --steps 5 --device cpu --save m.safetensors"));
    let csv = run("sample --model m.safetensors --label 7 --count 3 --solver-steps 2");
    assert_eq!((csv.lines().count(), csv.lines().last().unwrap().split(',').count()), (4, 784));
    assert_ne!(csv, run("sample --model m.safetensors --label 8 --count 3 --solver-steps 2"));
    let report = run("evaluate --model m.safetensors --count 20 --solver-steps 2 --json");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert!(report["class_accuracy"].as_f64() < report["class_accuracy_target"].as_f64(), "{report}");
    // The likelihood says of which class it is.
    let report = run("evaluate --model m.safetensors --count 20 --solver-steps 1 --likelihood --json");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert!(report["nll"].is_number() && report["nll_class"] == "each point's own", "{report}");
    // Without the pack a sentence says how to make it.
    let output = Command::new(env!("CARGO_BIN_EXE_flow-lab"))
        .args(["train", "--preset", "digits"])
        .env("FLOW_LAB_DIGITS", folder.join("nowhere"))
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("`./build.sh setup` makes it"), "{said}");
}

/// Mesa's Vulkan, for one, says on stderr that there is no Wayland to ask.
#[test]
fn where_nobody_asked_for_a_gpu_its_driver_is_not_heard() {
    let output = Command::new(env!("CARGO_BIN_EXE_flow-lab"))
        .args(["train", "--steps", "1"])
        .env_remove("XDG_RUNTIME_DIR")
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert!(output.status.success() && said.lines().count() == 1 && said.starts_with("1 steps on"), "{said}");
}

#[test]
fn help_names_every_option_with_its_range() {
    let output = text(&run_in(&folder("help"), "train --help").stdout);
    for spec in flow_lab::config::options() {
        assert!(output.contains(&format!("--{}", flow_lab::config::option::kebab_case(spec.name))), "{}", spec.name);
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
