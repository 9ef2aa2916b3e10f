//! `flow-lab evaluate`: a saved network's points against fresh ones of the target.

use clap::ArgMatches;
use flow_lab::error::Error;
use flow_lab::experiment::Experiment;
use flow_lab::seed::{self, Purpose};
use flow_lab::{data, metrics};
use pollster::block_on;
use serde_json::{Map, Value, json};

use crate::{command, open_model, print, request};

/// Directions of the sliced distance.
const DIRECTIONS: usize = 128;

pub fn evaluate(arguments: &ArgMatches) -> Result<(), Error> {
    let mut run = open_model(arguments)?;
    let request = request(arguments, &run)?;
    let samples = block_on(run.sample(request))?;
    let report = report(&mut run, &samples)?;
    if arguments.get_flag("json") {
        return print(&format!("{}\n", Value::Object(report)));
    }
    let lines = report.iter().map(|(name, value)| format!("{name:20} {value}\n"));
    print(&lines.collect::<String>())
}

fn report(run: &mut Experiment, samples: &flow_lab::experiment::Samples) -> Result<Map<String, Value>, Error> {
    let (source, target) = (run.source(), run.target());
    let dim = samples.dim;
    let held_out = |index: u64| seed::stream(run.config().seed as u64, Purpose::Metrics, index);
    let fresh = target.sample(samples.count, &mut held_out(0));
    let other = target.sample(samples.count, &mut held_out(1));
    let start = source.sample(samples.count, &mut held_out(2));

    let w2_count = samples.count.min(metrics::W2_COUNT_MAX);
    let w2 = |a: &[f32], b: &[f32]| metrics::w2(&a[..w2_count * dim], &b[..w2_count * dim], dim);
    let cost = metrics::path_cost(&samples.times, &samples.positions, dim);
    let generated = samples.last();
    let report = json!({
        "target": run.config().pairs().into_iter().find(|(name, _)| *name == "target").map(|(_, value)| value),
        "training_steps": run.steps_taken(),
        "count": samples.count,
        "solver_steps": samples.times.len() - 1,
        "evaluations": samples.evaluations,
        "inside_share": data::inside_share(target.as_ref(), generated),
        "inside_share_target": data::inside_share(target.as_ref(), &fresh),
        "worst_mode": data::worst_mode(target.as_ref(), generated),
        "w2": w2(generated, &fresh)?,
        "w2_floor": w2(&other, &fresh)?,
        "w2_count": w2_count,
        "sliced_w2": metrics::sliced_w2(generated, &fresh, DIRECTIONS),
        "sliced_w2_floor": metrics::sliced_w2(&other, &fresh, DIRECTIONS),
        "npe": metrics::normalised_path_energy(cost.energy, w2(&start, &fresh)?),
        "path_energy": cost.energy,
        "straightness": cost.straightness,
        "loss": command::recent_loss(block_on(run.losses())?),
        "device": run.device().info.adapter,
    });
    match report {
        Value::Object(report) => Ok(report),
        _ => unreachable!("json! was given an object"),
    }
}
