//! `flow-lab bench`: how long a training step and a sampling run take, on every device there is.

use std::time::{Duration, Instant};

use clap::ArgMatches;
use flow_lab::config::{Config, DeviceChoice, Shape};
use flow_lab::coupling;
use flow_lab::data::inputs::Ends;
use flow_lab::device::Kind;
use flow_lab::error::Error;
use flow_lab::experiment::{Experiment, SampleRequest, open};
use flow_lab::random::seed::{self, Purpose};
use pollster::block_on;
use serde_json::json;

use crate::arguments;
use crate::terminal::{print, say, unheard};

/// The networks that are timed, as in the page's contest and in `tests/jax_bench.py`: a name, and the options that make
/// it.
const ROWS: [(&str, &[(&str, &str)]); 5] = [
    ("MLP 64×3, batch 256, SELU", &[("activation", "selu")]),
    ("MLP 128×4, batch 1,000, ReLU (ring)", &[("preset", "ring")]),
    ("MLP 128×4, batch 4,096, GELU (checkerboard)", &[("preset", "checkerboard")]),
    ("MLP 512×5, batch 256, ReLU", &[("target", "checkerboard"), ("width", "512"), ("depth", "5"), RELU]),
    (
        "784-d, 128×8, batch 128, ReLU",
        &[("target", "gaussian"), ("dim", "784"), ("width", "128"), ("depth", "8"), ("batch", "128"), RELU],
    ),
];
const RELU: (&str, &str) = ("activation", "relu");
/// Batches whose pairing is timed.
const PAIRS: [usize; 5] = [64, 128, 256, 512, 2_048];
const REPETITIONS: usize = 9;
const BUDGET: Duration = Duration::from_secs(6);

pub fn bench(arguments: &ArgMatches) -> Result<(), Error> {
    let as_json = arguments.get_flag("json");
    let devices = match arguments::config(arguments)?.device {
        DeviceChoice::Auto => vec![DeviceChoice::Cpu, DeviceChoice::Gpu],
        chosen => vec![chosen],
    };
    if !as_json {
        print("| network | device | ms a training step: median (fastest – slowest) | steps/s |\n|---|---|---|---|\n")?;
    }
    for (name, options) in ROWS {
        for &device in &devices {
            let config = Config { device, ..Config::read(options).0 };
            let opened = match devices.len() {
                1 => block_on(open::open(&config, &Ends::default())),
                _ => unheard(|| block_on(open::open(&config, &Ends::default()))),
            };
            if device == DeviceChoice::Gpu && opened.info.kind == Kind::Cpu {
                say(&format!("flow-lab: {}", opened.info.reason));
                continue;
            }
            let mut run = Experiment::new(config, opened.clone(), Ends::default())?;
            let times = step_times(&mut run)?;
            let [fastest, median, slowest] = [times[0], times[times.len() / 2], times[times.len() - 1]];
            let adapter = &opened.info.adapter;
            if as_json {
                let row = json!({ "network": name, "device": adapter, "step_ms": median, "fastest_ms": fastest, "slowest_ms": slowest });
                print(&format!("{row}\n"))?;
            } else {
                print(&format!(
                    "| {name} | {adapter} | {median:.2} ({fastest:.2} – {slowest:.2}) | {:.0} |\n",
                    1e3 / median
                ))?;
            }
        }
    }
    if !as_json {
        print(
            "\n| pairs, N(0, I) to 8 Gaussians | ms of their exact transport: median (fastest – slowest) |\n|---|---|\n",
        )?;
    }
    for batch in PAIRS {
        let [fastest, median, slowest] = pairing_times(batch)?;
        if as_json {
            let row = json!({ "pairs": batch, "pairing_ms": median, "fastest_ms": fastest, "slowest_ms": slowest });
            print(&format!("{row}\n"))?;
        } else {
            print(&format!("| {batch} | {median:.2} ({fastest:.2} – {slowest:.2}) |\n"))?;
        }
    }
    Ok(())
}

/// Fastest, median and slowest milliseconds of 31 batches, on the CPU.
fn pairing_times(batch: usize) -> Result<[f64; 3], Error> {
    let config = Config { target: Shape::EightGaussians, ..Config::default() };
    let ends = Ends::default();
    let (source, target) = (ends.source(&config)?, ends.target(&config)?);
    let mut times: Vec<f64> = (0..31)
        .map(|index| {
            let mut rng = seed::stream(1, Purpose::Metrics, index);
            let (x0, mut x1) = (source.sample(batch, &mut rng), target.sample(batch, &mut rng));
            let start = Instant::now();
            coupling::optimal_transport(&x0, &mut x1, source.dim(), 0);
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    Ok([times[0], times[15], times[30]])
}

/// Sorted milliseconds a step, each the mean of a block of steps that ends in a read.
fn step_times(run: &mut Experiment) -> Result<Vec<f64>, Error> {
    run.train(3);
    block_on(run.losses())?;
    let start = Instant::now();
    run.train(3);
    block_on(run.losses())?;
    let block = (BUDGET.as_secs_f64() / REPETITIONS as f64 / (start.elapsed().as_secs_f64() / 3.0)) as usize;
    let block = block.clamp(1, 500);
    let mut times = Vec::with_capacity(REPETITIONS);
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        run.train(block);
        block_on(run.losses())?;
        times.push(start.elapsed().as_secs_f64() * 1e3 / block as f64);
    }
    times.sort_by(f64::total_cmp);
    // Sampling shares the network's forward pass; one run shows that it works on this device.
    block_on(run.sample(SampleRequest { count: 16, steps: 1, ..SampleRequest::of(run.config(), 0) }))?;
    Ok(times)
}
