//! `flow-lab table`: the two-dimensional benchmark, ours beside the published values.

use std::path::Path;

use clap::ArgMatches;
use flow_lab::error::Error;
use flow_lab::studies::tong_table::{self, Measured, Pairing, Task};
use pollster::block_on;

use crate::arguments;
use crate::output::Output;
use crate::study::{self, Job};
use crate::terminal::print;

const HEADER: &str = "task,pairing,sigma,epochs,seed,w2,npe,path_energy,w2_average,npe_average,path_energy_average,w2_source_target,w2_floor,seconds";

pub fn table(arguments: &ArgMatches) -> Result<(), Error> {
    let file = Path::new(arguments.get_one::<String>("out").expect("it has a default"));
    let epochs = arguments::number(arguments, "epochs", (1, 100_000))?;
    let seeds = arguments::number(arguments, "seeds", (1, 100))?;
    let threads = arguments::number(arguments, "jobs", (0, 256))?;
    let sigma = arguments.get_one::<String>("sigma").expect("it has a default");
    let sigma_value: f64 = sigma
        .parse()
        .ok()
        .filter(|s| (0.0..=1.0).contains(s))
        .ok_or_else(|| Error::Input(format!("--sigma {sigma}: must be a number from 0 to 1")))?;
    let cells = || Task::ALL.into_iter().flat_map(|task| Pairing::ALL.into_iter().map(move |pairing| (task, pairing)));
    let key =
        |task: Task, pairing: Pairing| format!("{},{},{sigma},{epochs}", task.name(), pairing.name().replace(',', ""));
    if !arguments.get_flag("print") {
        let all = (1..=seeds).flat_map(|seed| cells().map(move |(task, pairing)| (task, pairing, seed)));
        let jobs = all.map(|(task, pairing, seed)| Job {
            key: format!("{},{seed}", key(task, pairing)),
            steps: tong_table::steps(epochs) as u64,
            job: (task, pairing, seed),
        });
        let output = Output::asked(arguments, "out")?.expect("it has a default");
        study::run(&output, HEADER, jobs.collect(), arguments::threads(threads), |&(task, pairing, seed), bar| {
            let start = std::time::Instant::now();
            let config = tong_table::config(pairing, seed, sigma_value);
            let outcome = block_on(tong_table::run(task, config, epochs, |step| bar.set_position(step as u64)))?;
            let columns = |Measured { w2, npe, path_energy }| format!("{w2:.4},{npe:.4},{path_energy:.4}");
            let (last, average) = (columns(outcome.last), columns(outcome.average));
            let (ends, floor, seconds) = (outcome.w2_ends, outcome.w2_floor, start.elapsed().as_secs_f64());
            Ok(format!("{last},{average},{ends:.4},{floor:.4},{seconds:.0}"))
        })?;
    }
    let rows = study::rows(file, HEADER)?;
    print("| task | pairs | seeds | W2, last weights | averaged | published | best published | its floor ")?;
    print("| NPE, last weights | averaged | published |\n|---|---|---|---|---|---|---|---|---|---|---|\n")?;
    for (task, pairing) in cells() {
        let beginning = format!("{},", key(task, pairing));
        let column = |k: usize| -> Vec<f64> {
            let mine = rows.iter().filter(|row| row.starts_with(&beginning));
            mine.filter_map(|row| row.split(',').nth(k)?.parse().ok()).collect()
        };
        let (w2, npe, w2_average, npe_average) = (column(5), column(6), column(8), column(9));
        let published = task.published(pairing);
        let shown = |value: Option<f64>| value.map_or("–".into(), |value| format!("{value:.3}"));
        print(&format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            task.name(),
            pairing.name(),
            w2.len(),
            mean_and_deviation(&w2),
            mean_and_deviation(&w2_average),
            shown(published.map(|p| p.w2)),
            shown(published.map(|p| p.best.0)),
            mean_and_deviation(&column(12)),
            mean_and_deviation(&npe),
            mean_and_deviation(&npe_average),
            shown(published.map(|p| p.npe)),
        ))?;
    }
    Ok(())
}

/// `.303 ± .012`, the deviation that of a single run; `–` without values.
fn mean_and_deviation(values: &[f64]) -> String {
    let n = values.len() as f64;
    if values.is_empty() {
        return "–".into();
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    match values.len() {
        1 => format!("{mean:.3}"),
        _ => format!("{mean:.3} ± {:.3}", (squares / (n - 1.0)).sqrt()),
    }
}
