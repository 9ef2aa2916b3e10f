//! The command line, made from the table of options.

use clap::{Arg, ArgAction, ArgMatches, Command};
use flow_lab::config::{self, Config};
use flow_lab::error::Error;
use flow_lab::option::{Spec, kebab_case};

/// Every subcommand with its flags.
pub fn command() -> Command {
    let all = config::options();
    let pick = |names: &[&str]| all.iter().filter(|spec| names.contains(&spec.name)).map(flag).collect::<Vec<_>>();
    let file = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("FILE").help(help);
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("print one JSON object");
    let sampling = ["count", "solver", "solverSteps", "seed", "device"];

    Command::new("flow-lab")
        .about("Train flow-matching models, and measure what they learned")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help("Exit code 0 when all went well, 1 when the work failed, 2 when it was asked for wrongly.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("train")
                .about("Train a network, and save it")
                .args(all.iter().map(flag))
                .arg(file("save", "write the run here, as safetensors"))
                .arg(
                    Arg::new("log-every")
                        .long("log-every")
                        .value_name("STEPS")
                        .help("print step and batch loss every so many steps [default: never]"),
                ),
        )
        .subcommand(
            Command::new("sample")
                .about("Generate points with a saved network, as CSV")
                .arg(file("model", "a run that `train --save` or the page wrote").required(true))
                .args(pick(&sampling))
                .arg(file("out", "write the points here [default: standard output]")),
        )
        .subcommand(
            Command::new("evaluate")
                .about("Measure a saved network's points against fresh ones of the target")
                .arg(file("model", "a run that `train --save` or the page wrote").required(true))
                .args(pick(&sampling))
                .arg(json.clone()),
        )
        .subcommand(Command::new("bench").about("Time training and sampling on every device").arg(json))
        .subcommand(Command::new("options").about("Print the table of options and presets as JSON"))
}

/// One option as a flag.
fn flag(spec: &Spec) -> Arg {
    let range = match (&spec.kind["choices"], &spec.kind["min"], &spec.kind["max"]) {
        (serde_json::Value::Array(choices), ..) => {
            choices.iter().filter_map(|choice| choice["name"].as_str()).collect::<Vec<_>>().join("|")
        }
        (_, min, max) => format!("{} to {}", min.as_f64().unwrap_or_default(), max.as_f64().unwrap_or_default()),
    };
    Arg::new(kebab_case(spec.name))
        .long(kebab_case(spec.name))
        .value_name("VALUE")
        .allow_hyphen_values(true) // a negative number gets our own sentence
        .help(format!("{} [{range}; default: {}]", spec.doc, spec.default))
}

/// Reads every option given; the first bad one is an error.
pub fn config(arguments: &ArgMatches) -> Result<Config, Error> {
    let given: Vec<(String, String)> = config::options()
        .iter()
        .map(|spec| kebab_case(spec.name))
        .filter_map(|name| Some((name.clone(), arguments.try_get_one::<String>(&name).ok()??.clone())))
        .collect();
    let (config, notes) = Config::read(&given);
    match notes.first() {
        Some(note) => Err(Error::Input(format!("--{} {}: {}", kebab_case(&note.option), note.value, note.problem))),
        None => Ok(config),
    }
}

/// A whole number given under `name`, or 0.
pub fn number(arguments: &ArgMatches, name: &str) -> Result<usize, Error> {
    match arguments.get_one::<String>(name) {
        None => Ok(0),
        Some(text) => text.parse().map_err(|_| Error::Input(format!("--{name} {text}: must be a whole number from 0"))),
    }
}

/// Mean of the last 100 losses, which varies ten times less than one batch's.
pub fn recent_loss(losses: &[f32]) -> f64 {
    let recent = &losses[losses.len().saturating_sub(100)..];
    recent.iter().map(|&loss| loss as f64).sum::<f64>() / recent.len().max(1) as f64
}
