//! `flow-lab evaluate`: a saved network's points against fresh ones of the target.

use clap::ArgMatches;
use flow_lab::config::Classes;
use flow_lab::data::Label;
use flow_lab::error::Error;
use flow_lab::experiment::evaluation::{self, DIVERGED};
use flow_lab::experiment::{Experiment, SampleRequest};
use flow_lab::random::seed::{self, Purpose};
use flow_lab::solver::Kept;
use pollster::block_on;
use serde_json::{Map, Value, json};

use crate::terminal::print;
use crate::{arguments, open_model, request};

/// Points whose likelihood is averaged.
const LIKELIHOOD_COUNT: usize = 2_000;

pub fn evaluate(arguments: &ArgMatches) -> Result<(), Error> {
    let mut run = open_model(arguments)?;
    let request = request(arguments, &run, Kept::All)?;
    let metrics = block_on(evaluation::evaluate(&run, request))?;
    let config = run.config();
    let name = |option: &str| config.pairs().into_iter().find(|(name, _)| *name == option).map(|(_, value)| value);
    let mut report = Map::new();
    for option in ["source", "target", "coupling", "schedule"] {
        report.insert(option.into(), json!(name(option)));
    }
    report.insert("training_steps".into(), json!(run.steps_taken()));
    report.insert("solver".into(), json!(flow_lab::config::option::Choice::name(request.solver.kind)));
    report.insert("solver_steps".into(), json!(request.steps));
    let Value::Object(metrics) = json!(metrics) else { unreachable!("a record is an object") };
    report.extend(metrics);
    report.insert("loss".into(), json!(arguments::recent_loss(block_on(run.losses())?)));
    let floor = run.loss_floor();
    report.insert("loss_floor".into(), json!(floor.map(|floor| floor.loss)));
    report.insert("loss_floor_kind".into(), json!(floor.map(|floor| floor.exactness)));
    if arguments.get_flag("likelihood") {
        let nats = block_on(likelihood(&run, request))?;
        report.extend(nats);
    }
    report.insert("device".into(), json!(run.device().info.adapter));
    if arguments.get_flag("json") {
        return print(&format!("{}\n", Value::Object(report)));
    }
    let lines = report.iter().map(|(name, value)| format!("{name:20} {value}\n"));
    print(&lines.collect::<String>())
}

/// Mean -ln p₁ of fresh points of the target, and the least that it can be: the target's entropy. A network that is
/// told classes is told each point's own, so that it is the mean of -ln p₁(x | class); without guidance, which has no
/// density.
async fn likelihood(run: &Experiment, request: SampleRequest) -> Result<Map<String, Value>, Error> {
    let target = run.target();
    let mut rng = seed::stream(run.config().seed as u64, Purpose::Metrics, 4);
    let (fresh, classes) = target.labelled(LIKELIHOOD_COUNT, &mut rng);
    let told = run.config().classes == Classes::Told;
    let labels: &[Label] = if told { &classes } else { &[] };
    let learned = run.log_density_of(&fresh, labels, request.solver, request.steps).await?;
    if learned.iter().any(|x| x.is_nan()) {
        return Err(Error::Failed(DIVERGED.into()));
    }
    let mean = |sum: f64| -sum / LIKELIHOOD_COUNT as f64;
    let mixture = target.mixture();
    let exact = fresh.chunks_exact(target.dim()).map(|point| {
        let point: Vec<f64> = point.iter().map(|&x| x as f64).collect();
        mixture.log_density(&point)
    });
    let exact: Option<f64> = exact.sum();
    let report = [
        ("nll", json!(mean(learned.iter().map(|&x| x as f64).sum()))),
        ("nll_best", json!(exact.map(mean))),
        ("nll_count", json!(LIKELIHOOD_COUNT)),
        ("nll_class", json!(if told { "each point's own" } else { "none" })),
    ];
    Ok(report.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
}
