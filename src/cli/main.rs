//! `flow-lab`: the same experiment as the page's, headless.

mod arguments;
mod bench;
mod boards;
mod evaluate;
mod files;
mod options;
mod output;
mod study;
mod table;
mod terminal;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use arguments::UnitsChoice;
use clap::ArgMatches;
use flow_lab::config::{self, Config, DeviceChoice};
use flow_lab::data::given::csv;
use flow_lab::data::inputs::Ends;
use flow_lab::error::Error;
use flow_lab::experiment::evaluation::DIVERGED;
use flow_lab::experiment::{Experiment, SampleRequest, open};
use flow_lab::solver::Kept;
use flow_lab::store;
use indicatif::{ProgressBar, ProgressStyle};
use output::Output;
use pollster::block_on;
use terminal::{print, printable_lines, say, unheard};

fn main() -> ExitCode {
    let matches = match arguments::command().try_get_matches() {
        Ok(matches) => matches,
        // Help and version are results.
        Err(told) if !told.use_stderr() => return ended(print(&told.to_string())),
        Err(error) => {
            let _ = std::io::stderr().write_all(printable_lines(&error.to_string()).as_bytes());
            return ExitCode::from(2);
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
    ended(outcome)
}

fn ended(outcome: Result<(), Error>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("flow-lab: {error}"));
            ExitCode::from(if error.is_input() { 2 } else { 1 })
        }
    }
}

fn train(arguments: &ArgMatches) -> Result<(), Error> {
    let (config, ends) = arguments::ends(arguments)?;
    let log_every = arguments::number(arguments, "log-every", (0, usize::MAX))?;
    let save = Output::asked(arguments, "save")?;
    let mut run = begin(config, ends)?;
    let logged = run_to_its_end(&mut run, log_every)?;
    if let Some(save) = save {
        save.write(&block_on(run.save())?)?;
    }
    logged
}

fn reflow(arguments: &ArgMatches) -> Result<(), Error> {
    let mut run = open_model(arguments)?;
    let request = request(arguments, &run, Kept::Ends)?;
    let save = Output::asked(arguments, "save")?.expect("clap requires it");
    block_on(run.reflow(request))?;
    if arguments.contains_id("steps") {
        run.set_steps(arguments::config(arguments)?.steps);
    }
    run_to_its_end(&mut run, 0)??;
    save.write(&block_on(run.save())?)
}

/// Trains to the last step behind a progress bar. The inner result is what became of the log: where it cannot be
/// written the training goes on, and what it learned can be saved.
fn run_to_its_end(run: &mut Experiment, log_every: usize) -> Result<Result<(), Error>, Error> {
    let steps = run.config().steps;
    let bar = ProgressBar::new(steps as u64);
    let style = "{bar:30} {pos}/{len} steps  {per_sec}  {eta} left  {msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("a template that was tried"));

    let (mut logged, mut log) = (0, Ok(()));
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
            if logged % log_every == 0 && log.is_ok() {
                log = print(&format!("{logged} {:.4}\n", losses[logged]));
            }
            logged += 1;
        }
    }
    bar.finish_and_clear();
    let recent = arguments::recent_loss(block_on(run.losses())?);
    say(&format!(
        "{steps} steps on {}; loss {recent:.4}, the mean of the last {} steps",
        run.device().info.adapter,
        100.min(steps)
    ));
    Ok(log)
}

fn sample(arguments: &ArgMatches) -> Result<(), Error> {
    let run = open_model(arguments)?;
    let request = request(arguments, &run, Kept::Ends)?;
    let units = arguments::units(arguments)?;
    let out = Output::asked(arguments, "out")?;
    let samples = block_on(run.sample(request))?;
    if samples.last().iter().any(|x| !x.is_finite()) {
        return Err(Error::Failed(DIVERGED.into()));
    }
    let units = match units {
        UnitsChoice::Data => run.target().units(),
        UnitsChoice::Model => None,
    };
    let csv = csv::write(samples.last(), samples.dim, units.as_ref());
    match out {
        Some(out) => out.write(csv.as_bytes()),
        None => print(&csv),
    }
}

/// Opens the device and draws the initial weights; says on stderr why a device other than the one asked for runs.
fn begin(config: Config, ends: Ends) -> Result<Experiment, Error> {
    let choice = config.device;
    let opened = match choice {
        DeviceChoice::Auto => unheard(|| block_on(open::open(&config, &ends))),
        _ => block_on(open::open(&config, &ends)),
    };
    let run = Experiment::new(config, opened, ends)?;
    if choice == DeviceChoice::Gpu {
        say(&format!("flow-lab: {}", run.device().info.reason));
    }
    Ok(run)
}

fn open_model(arguments: &ArgMatches) -> Result<Experiment, Error> {
    let path = arguments.get_one::<String>("model").expect("clap requires it");
    let bytes = files::model(Path::new(path)).map_err(|problem| Error::Input(format!("--model {path}: {problem}")))?;
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

/// The sampling options given on the command line, else those that the model was trained with; positions are kept of
/// these times.
fn request(arguments: &ArgMatches, run: &Experiment, kept: Kept) -> Result<SampleRequest, Error> {
    let mut asked = arguments::given(arguments);
    asked.push(("ends".into(), (kept == Kept::Ends).to_string()));
    SampleRequest::read(run.config(), &asked).map_err(|note| arguments::bad(&note))
}
