//! `flow-lab evaluate`: a saved network's points against fresh ones of the target.

use clap::ArgMatches;
use flow_lab::error::Error;
use flow_lab::evaluation;
use pollster::block_on;
use serde_json::{Map, Value, json};

use crate::{command, open_model, print, request};

pub fn evaluate(arguments: &ArgMatches) -> Result<(), Error> {
    let mut run = open_model(arguments)?;
    let request = request(arguments, &run)?;
    let metrics = block_on(evaluation::evaluate(&run, request))?;
    let config = run.config();
    let name = |option: &str| config.pairs().into_iter().find(|(name, _)| *name == option).map(|(_, value)| value);
    let mut report = Map::new();
    for option in ["source", "target", "coupling", "schedule"] {
        report.insert(option.into(), json!(name(option)));
    }
    report.insert("training_steps".into(), json!(run.steps_taken()));
    report.insert("solver".into(), json!(flow_lab::option::Choice::name(request.solver.kind)));
    report.insert("solver_steps".into(), json!(request.steps));
    let Value::Object(metrics) = json!(metrics) else { unreachable!("a record is an object") };
    report.extend(metrics);
    report.insert("loss".into(), json!(command::recent_loss(block_on(run.losses())?)));
    let floor = run.loss_floor();
    report.insert("loss_floor".into(), json!(floor.map(|floor| floor.loss)));
    report.insert("loss_floor_kind".into(), json!(floor.map(|floor| floor.exactness)));
    report.insert("device".into(), json!(run.device().info.adapter));
    if arguments.get_flag("json") {
        return print(&format!("{}\n", Value::Object(report)));
    }
    let lines = report.iter().map(|(name, value)| format!("{name:20} {value}\n"));
    print(&lines.collect::<String>())
}
