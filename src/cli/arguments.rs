//! The command line, made from the table of options.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use flow_lab::config::option::{Spec, kebab_case};
use flow_lab::config::{self, Config, Note, Shape};
use flow_lab::data::inputs::Ends;
use flow_lab::error::Error;

use crate::files;

/// Every subcommand with its flags.
pub fn command() -> Command {
    let all = config::options();
    let pick = |names: &[&str], default: fn(&Spec) -> String| {
        all.iter().filter(|spec| names.contains(&spec.name)).map(|spec| flag(spec, &default(spec))).collect::<Vec<_>>()
    };
    let own = |spec: &Spec| spec.default.clone();
    // What a model was trained with is used where nothing is said.
    let of_model = |spec: &Spec| match spec.name {
        "device" => spec.default.clone(),
        "seed" => "0, which gives other points than those of training".into(),
        _ => "the model's own".into(),
    };
    let file = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("FILE").help(help);
    let digits =
        file("digits", "the pack of digits, for the shape `digits` [default: where `./build.sh setup` puts it]");
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print one JSON object");
    let sampling = ["count", "solver", "solverSteps", "tolerance", "label", "guidance", "seed", "device"];
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("NUMBER").default_value(default).allow_hyphen_values(true).help(help)
    };
    let jobs = number("jobs", "0", "runs at the same time; 0 takes as many as there are processors");

    Command::new("flow-lab")
        .about("Train flow-matching models, and measure what they learned")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help("Exit code 0 when all went well, 1 when the work failed, 2 when it was asked for wrongly.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("train")
                .about("Train a network, and save it")
                .args(all.iter().map(|spec| flag(spec, &spec.default)))
                .arg(file("source-file", "points of the source: CSV, or a PNG or JPEG whose ink they are drawn from"))
                .arg(file("target-file", "points of the target, likewise"))
                .arg(digits.clone())
                .arg(file("save", "write the run here, as safetensors"))
                .arg(
                    Arg::new("log-every")
                        .long("log-every")
                        .value_name("STEPS")
                        .help("print step and batch loss every so many steps [default: never]"),
                ),
        )
        .subcommand(
            Command::new("reflow")
                .about("Straighten a saved flow: train its network again on pairs that it made itself")
                .arg(file("model", "a run that `train --save` or the page wrote").required(true))
                .arg(file("save", "write the new run here").required(true))
                .args(pick(
                    &["count", "solver", "solverSteps", "tolerance", "label", "guidance", "steps", "device"],
                    of_model,
                ))
                .arg(digits.clone()),
        )
        .subcommand(
            Command::new("sample")
                .about("Generate points with a saved network, as CSV, in the units of the data that it was trained on")
                .arg(file("model", "a run that `train --save` or the page wrote").required(true))
                .args(pick(&sampling, of_model))
                .arg(digits.clone())
                .arg(Arg::new("units").long("units").value_name("UNITS").default_value("data").help(
                    "whose units the points have: those of the data that were given, or the model's own [data|model]",
                ))
                .arg(file("out", "write the points here [default: standard output]")),
        )
        .subcommand(
            Command::new("evaluate")
                .about("Measure a saved network's points against fresh ones of the target, in the model's units")
                .arg(file("model", "a run that `train --save` or the page wrote").required(true))
                .args(pick(&sampling, of_model))
                .arg(digits)
                .arg(
                    Arg::new("likelihood")
                        .long("likelihood")
                        .action(ArgAction::SetTrue)
                        .help("also the mean of -ln p of fresh points under the learned flow, in nats"),
                )
                .arg(json.clone()),
        )
        .subcommand(
            Command::new("table")
                .about("The benchmark of arXiv 2307.03672, table 2: ours beside the published values")
                .arg(
                    file("out", "the rows of the runs, one each; a table goes on where it stopped")
                        .default_value("table.csv"),
                )
                .arg(number("seeds", "5", "runs of each cell"))
                .arg(number("epochs", "1000", "passes over the 10,000 training points"))
                .arg(number("sigma", "0.1", "standard deviation of the noise around the path"))
                .arg(jobs.clone())
                .arg(
                    Arg::new("print")
                        .long("print")
                        .action(ArgAction::SetTrue)
                        .help("run nothing, print what the file holds"),
                ),
        )
        .subcommand(
            Command::new("scaling")
                .about("Training steps that boards need, by their modes and dimensions")
                .arg(file("out", "the rows of the runs; a study goes on where it stopped").default_value("scaling.csv"))
                .arg(number("seeds", "1", "runs of each board"))
                .arg(number("steps-max", "60000", "steps after which a board counts as not learned"))
                .arg(jobs),
        )
        .subcommand(
            Command::new("bench")
                .about("Time training on every device, and the pairing of batches")
                .args(pick(&["device"], own))
                .arg(json),
        )
        .subcommand(
            Command::new("options").about("Print the table of options and presets as JSON").arg(
                Arg::new("markdown")
                    .long("markdown")
                    .action(ArgAction::SetTrue)
                    .help("print it for people: what docs/options.md holds"),
            ),
        )
}

/// One option as a flag, and what is used where it is not given.
fn flag(spec: &Spec, default: &str) -> Arg {
    let range = match (&spec.kind["choices"], &spec.kind["min"], &spec.kind["max"]) {
        (_, serde_json::Value::Null, serde_json::Value::Number(max)) => format!("1 to {max} characters"),
        (serde_json::Value::Array(choices), ..) => {
            choices.iter().filter_map(|choice| choice["name"].as_str()).collect::<Vec<_>>().join("|")
        }
        (_, min, max) => format!("{} to {}", min.as_f64().unwrap_or_default(), max.as_f64().unwrap_or_default()),
    };
    Arg::new(kebab_case(spec.name))
        .long(kebab_case(spec.name))
        .value_name("VALUE")
        .allow_hyphen_values(true) // a negative number gets our own sentence
        .help(format!("{} [{range}; default: {default}]", spec.doc))
}

/// Every option given, as (flag, text).
pub fn given(arguments: &ArgMatches) -> Vec<(String, String)> {
    let names = config::options().into_iter().map(|spec| kebab_case(spec.name));
    names.filter_map(|name| Some((name.clone(), arguments.try_get_one::<String>(&name).ok()??.clone()))).collect()
}

/// Reads every option given; the first bad one is an error. Where a model is given, its own options decide what goes
/// together: here each is looked at alone.
pub fn config(arguments: &ArgMatches) -> Result<Config, Error> {
    let given = given(arguments);
    let (config, notes) = match arguments.try_contains_id("model") {
        Ok(true) => Config::read_each(&given),
        _ => Config::read(&given),
    };
    match notes.first() {
        Some(note) => Err(bad(note)),
        None => Ok(config),
    }
}

/// A whole number given under `name`, within its range.
pub fn number(arguments: &ArgMatches, name: &str, (min, max): (usize, usize)) -> Result<usize, Error> {
    let text = arguments.get_one::<String>(name).map_or("0", String::as_str);
    let good = text.parse().ok().filter(|value| (min..=max).contains(value));
    good.ok_or_else(|| Error::Input(format!("--{name} {text}: must be a whole number from {min} to {max}")))
}

/// Whose units generated points are written in.
#[derive(Clone, Copy)]
pub enum UnitsChoice {
    Data,
    Model,
}

/// What `--units` says.
pub fn units(arguments: &ArgMatches) -> Result<UnitsChoice, Error> {
    match arguments.get_one::<String>("units").map(String::as_str) {
        Some("model") => Ok(UnitsChoice::Model),
        Some("data") | None => Ok(UnitsChoice::Data),
        Some(other) => Err(Error::Input(format!("--units {other}: must be one of data, model"))),
    }
}

/// Threads for `jobs` runs at a time; 0 means all processors.
pub fn threads(jobs: usize) -> usize {
    match jobs {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        jobs => jobs,
    }
}

/// Reads the files given for the two ends, and the options; an end whose file is given has the shape `points` unless it
/// is said otherwise. The first thing that is wrong is an error.
pub fn ends(arguments: &ArgMatches) -> Result<(Config, Ends), Error> {
    let mut config = config(arguments)?;
    let mut ends = Ends::default();
    for (name, shape, given) in
        [("source", &mut config.source, &mut ends.source), ("target", &mut config.target, &mut ends.target)]
    {
        let flag = format!("{name}-file");
        let Some(path) = arguments.get_one::<String>(&flag) else { continue };
        *given = Some(files::read(&flag, Path::new(path))?);
        if !arguments.contains_id(name) {
            *shape = Shape::Points;
        }
    }
    if config.needs_digits() {
        ends.digits = files::digits(arguments)?;
    }
    match ends.reconcile(&mut config).first() {
        Some(note) => Err(bad(note)),
        None => Ok((config, ends)),
    }
}

/// What is wrong with an option, which is named as its flag.
pub fn bad(note: &Note) -> Error {
    Error::Input(format!("--{} {}: {}", kebab_case(&note.option), note.value, note.problem))
}

/// Mean of the last 100 losses, which varies ten times less than one batch's.
pub fn recent_loss(losses: &[f32]) -> f64 {
    let recent = &losses[losses.len().saturating_sub(100)..];
    recent.iter().map(|&loss| loss as f64).sum::<f64>() / recent.len().max(1) as f64
}
