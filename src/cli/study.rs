//! Many independent runs with their rows in one CSV file: several at once, and going on where they stopped.

use std::collections::{HashSet, VecDeque};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use flow_lab::error::Error;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// One run: the beginning of its row, which names it, and its length in steps of the progress bar.
pub struct Job<J> {
    /// The row's first columns, comma separated.
    pub key: String,
    /// How long its progress bar is; 0 for one that only turns.
    pub steps: u64,
    /// What to run.
    pub job: J,
}

/// Runs all jobs that have no row in `file` yet, `threads` at a time, and appends their rows as they end.
///
/// # Errors
/// When the file holds something else or cannot be written, or a run fails; the rows of the others stay.
pub fn run<J: Send>(
    file: &Path,
    header: &str,
    jobs: Vec<Job<J>>,
    threads: usize,
    work: impl Fn(&J, &ProgressBar) -> Result<String, Error> + Sync,
) -> Result<Vec<String>, Error> {
    let done: HashSet<String> = rows(file, header)?.into_iter().collect();
    let is_done = |key: &str| done.iter().any(|row| row.starts_with(&format!("{key},")));
    let waiting: VecDeque<Job<J>> = jobs.into_iter().filter(|job| !is_done(&job.key)).collect();
    eprintln!("{} runs have their row in {}, {} are to do", done.len(), file.display(), waiting.len());
    let failed = |error: std::io::Error| Error::Failed(format!("{}: {error}", file.display()));
    let mut out = OpenOptions::new().append(true).create(true).open(file).map_err(failed)?;
    if out.metadata().map_err(failed)?.len() == 0 {
        writeln!(out, "{header}").map_err(failed)?;
    }
    let (waiting, out, first_error) = (Mutex::new(waiting), Mutex::new(out), Mutex::new(None));
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
                let written = writeln!(locked(&out), "{},{rest}", job.key);
                written.map_err(failed)
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
        None => rows(file, header),
    }
}

/// The rows of a study's file; none if there is no file.
pub fn rows(file: &Path, header: &str) -> Result<Vec<String>, Error> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::Input(format!("--out {}: the file cannot be read ({error})", file.display()))),
    };
    let mut lines = text.lines();
    match lines.next() {
        None => Ok(Vec::new()),
        Some(first) if first == header => Ok(lines.map(str::to_string).collect()),
        Some(_) => Err(Error::Input(format!(
            "--out {}: the file holds something else; its first line is not {header}",
            file.display()
        ))),
    }
}

/// A worker that panicked has written nothing half: its data are whole.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
