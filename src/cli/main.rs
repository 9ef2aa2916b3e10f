//! `flow-lab`: the same experiment as the page's, headless.

mod arguments;
mod bench;
mod boards;
mod evaluate;
mod files;
mod options;
mod study;
mod table;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use arguments::UnitsChoice;
use clap::ArgMatches;
use flow_lab::config::{self, Config, DeviceChoice};
use flow_lab::data::given::csv;
use flow_lab::data::inputs::Ends;
use flow_lab::error::Error;
use flow_lab::experiment::{Experiment, SampleRequest, open};
use flow_lab::solver::Kept;
use flow_lab::store;
use indicatif::{ProgressBar, ProgressStyle};
use pollster::block_on;

fn main() -> ExitCode {
    let matches = match arguments::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let outcome = match matches.subcommand() {
        Some(("train", arguments)) => train(arguments),
        Some(("sample", arguments)) => sample(arguments),
        Some(("evaluate", arguments)) => evaluate::evaluate(arguments),
        Some(("reflow", arguments)) => reflow(arguments),
        Some(("table", arguments)) => table::table(arguments),
        Some(("scaling", arguments)) => boards::scaling(arguments),
        Some(("bench", arguments)) => bench::bench(arguments),
        Some(("options", arguments)) if arguments.get_flag("markdown") => print(&options::markdown()),
        _ => print(&format!("{:#}\n", config::options_json())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("flow-lab: {error}");
            ExitCode::from(if error.is_input() { 2 } else { 1 })
        }
    }
}

fn train(arguments: &ArgMatches) -> Result<(), Error> {
    let (config, ends) = arguments::ends(arguments)?;
    let log_every = arguments::number(arguments, "log-every", (0, usize::MAX))?;
    let save = arguments.get_one::<String>("save").map(Path::new);
    if let Some(path) = save {
        write(path, &[])?; // so that a wrong path is found before the training, not after it
    }
    let mut run = begin(config, ends)?;
    run_to_its_end(&mut run, log_every)?;
    match save {
        Some(path) => write(path, &block_on(run.save())?),
        None => Ok(()),
    }
}

fn reflow(arguments: &ArgMatches) -> Result<(), Error> {
    let save = Path::new(arguments.get_one::<String>("save").expect("clap requires it"));
    write(save, &[])?;
    let mut run = open_model(arguments)?;
    let request = request(arguments, &run)?;
    block_on(run.reflow(request))?;
    if arguments.contains_id("steps") {
        run.set_steps(arguments::config(arguments)?.steps);
    }
    run_to_its_end(&mut run, 0)?;
    write(save, &block_on(run.save())?)
}

/// Trains to the last step behind a progress bar.
fn run_to_its_end(run: &mut Experiment, log_every: usize) -> Result<(), Error> {
    let steps = run.config().steps;
    let bar = ProgressBar::new(steps as u64);
    let style = "{bar:30} {pos}/{len} steps  {per_sec}  {eta} left  {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("a template that was tried"));

    let mut logged = 0;
    while run.steps_taken() < steps {
        run.train(20.min(steps - run.steps_taken()));
        let taken = run.steps_taken();
        let losses = block_on(run.losses())?;
        let latest = losses[taken - 1];
        if !latest.is_finite() {
            return Err(Error::Failed(format!(
                "Training diverged: the loss is {latest} after {taken} steps; lower --learning-rate."
            )));
        }
        bar.set_position(taken as u64);
        bar.set_message(format!("loss {latest:.3}"));
        while log_every > 0 && logged < taken {
            if logged % log_every == 0 {
                print(&format!("{logged} {:.4}\n", losses[logged]))?;
            }
            logged += 1;
        }
    }
    bar.finish_and_clear();
    let recent = arguments::recent_loss(block_on(run.losses())?);
    eprintln!(
        "{steps} steps on {}; loss {recent:.4}, the mean of the last {} steps",
        run.device().info.adapter,
        100.min(steps)
    );
    Ok(())
}

fn sample(arguments: &ArgMatches) -> Result<(), Error> {
    let run = open_model(arguments)?;
    let samples = block_on(run.sample(SampleRequest { kept: Kept::Ends, ..request(arguments, &run)? }))?;
    let units = match arguments::units(arguments)? {
        UnitsChoice::Data => run.target().units(),
        UnitsChoice::Model => None,
    };
    let csv = csv::write(samples.last(), samples.dim, units.as_ref());
    match arguments.get_one::<String>("out") {
        Some(path) => write(Path::new(path), csv.as_bytes()),
        None => print(&csv),
    }
}

/// Opens the device and draws the initial weights; says on stderr why a device other than the one asked for runs.
fn begin(config: Config, ends: Ends) -> Result<Experiment, Error> {
    let choice = config.device;
    let opened = block_on(open::open(&config, &ends));
    let run = Experiment::new(config, opened, ends)?;
    if choice == DeviceChoice::Gpu {
        eprintln!("flow-lab: {}", run.device().info.reason);
    }
    Ok(run)
}

fn open_model(arguments: &ArgMatches) -> Result<Experiment, Error> {
    let path = arguments.get_one::<String>("model").expect("clap requires it");
    let bytes = std::fs::read(path)
        .map_err(|error| Error::Input(format!("--model {path}: the file cannot be read ({error})")))?;
    let config = arguments::config(arguments)?;
    let named = |error: Error| Error::File(format!("--model {path}: {error}"));
    // Before a device is opened, which takes time and may talk.
    let saved = store::from_bytes(&bytes).map_err(named)?.config;
    let digits = match saved.needs_digits() {
        true => files::digits(arguments)?,
        false => None,
    };
    let mut run = begin(config, Ends { digits, ..Ends::default() })?;
    block_on(run.load(&bytes)).map_err(named)?;
    Ok(run)
}

/// The sampling options given on the command line, else those that the model was trained with.
fn request(arguments: &ArgMatches, run: &Experiment) -> Result<SampleRequest, Error> {
    arguments::config(arguments)?; // whose sentences name the flag
    SampleRequest::asked(run.config(), &arguments::given(arguments))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let failed =
        |error: std::io::Error| Error::Input(format!("{}: the file cannot be written ({error})", path.display()));
    if bytes.is_empty() {
        // A trial: it must not destroy what is there.
        std::fs::OpenOptions::new().append(true).create(true).open(path).map(drop).map_err(failed)
    } else {
        std::fs::write(path, bytes).map_err(failed)
    }
}

/// Prints to stdout; a reader that closed the pipe early, like `head`, is no failure.
fn print(text: &str) -> Result<(), Error> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::Failed(format!("stdout: {error}"))),
        _ => Ok(()),
    }
}
