//! Many independent runs with their rows in one CSV file: several at once, and going on where they stopped.

use std::collections::{HashSet, VecDeque};
use std::path::Path;
use std::sync::Mutex;

use flow_lab::error::Error;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::files;
use crate::output::Output;
use crate::terminal::say;

/// One run: the beginning of its row, which names it, and its length in steps of the progress bar.
pub struct Job<J> {
    /// The row's first columns, comma separated.
    pub key: String,
    /// How long its progress bar is; 0 for one that only turns.
    pub steps: u64,
    /// What to run.
    pub job: J,
}

/// Runs all jobs that have no row in `output` yet, `threads` at a time, and adds their rows as they end; the file is
/// whole after every row.
///
/// # Errors
/// When the file holds something else or cannot be written, or a run fails; the rows of the others stay.
pub fn run<J: Send>(
    output: &Output,
    header: &str,
    jobs: Vec<Job<J>>,
    threads: usize,
    work: impl Fn(&J, &ProgressBar) -> Result<String, Error> + Sync,
) -> Result<Vec<String>, Error> {
    if !output.is_file() {
        return Err(output.input("must be a file, to which a study comes back: it is a pipe or a device".into()));
    }
    let done: HashSet<String> = rows(output.path(), header)?.into_iter().collect();
    let is_done = |key: &str| done.iter().any(|row| row.starts_with(&format!("{key},")));
    let waiting: VecDeque<Job<J>> = jobs.into_iter().filter(|job| !is_done(&job.key)).collect();
    say(&format!("{} runs have their row in {}, {} are to do", done.len(), output.path().display(), waiting.len()));
    // The rows are read again each time: another study may have added some.
    let add = |row: String| {
        let rows = rows(output.path(), header)?;
        let lines = std::iter::once(header).chain(rows.iter().map(String::as_str)).chain([row.as_str()]);
        output.write(lines.flat_map(|line| [line, "\n"]).collect::<String>().as_bytes())
    };
    let (waiting, writing, first_error) = (Mutex::new(waiting), Mutex::new(()), Mutex::new(None));
    let bars = MultiProgress::new();
    let worker = || {
        loop {
            let Some(job) = locked(&waiting).pop_front() else { return };
            let bar = bars.add(ProgressBar::new(job.steps));
            bar.set_style(
                ProgressStyle::with_template("{msg} {bar:24} {pos}/{len} {eta}").expect("a template that was tried"),
            );
            bar.set_message(job.key.clone());
            let outcome = work(&job.job, &bar).and_then(|rest| {
                let _alone = locked(&writing);
                add(format!("{},{rest}", job.key))
            });
            bar.finish_and_clear();
            if let Err(error) = outcome {
                locked(&waiting).clear();
                locked(&first_error).get_or_insert(error);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(worker);
        }
    });
    match locked(&first_error).take() {
        Some(error) => Err(error),
        None => rows(output.path(), header),
    }
}

/// The rows of a study's file; none if there is no file.
///
/// # Errors
/// When the file cannot be read, or holds something else.
pub fn rows(file: &Path, header: &str) -> Result<Vec<String>, Error> {
    let named = |problem: String| Error::Input(format!("--out {}: {problem}", file.display()));
    let text = files::rows(file).map_err(named)?.unwrap_or_default();
    let mut lines = text.lines();
    match lines.next() {
        None => Ok(Vec::new()),
        Some(first) if first == header => Ok(lines.map(str::to_string).collect()),
        Some(_) => Err(named(format!("the file holds something else; its first line is not {header}"))),
    }
}

/// A worker that panicked has written nothing half: its data are whole.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
