//! The work of a batch on as many threads as the machine and the work allow; the numbers are those of one.

use std::ops::Range;

use super::layout::Layout;
use super::mlp_pass::{Examples, Passes};
#[cfg(not(target_arch = "wasm32"))]
use super::tree_sum::add;
use super::tree_sum::{WORK_MIN, Worker, halvings};
use crate::network::input::FEATURES;

/// Workers side by side, a thread each.
pub struct Team {
    workers: Vec<Worker>,
    halvings: usize,
}

impl Team {
    /// A team for batches of so many rows, as large as they and the machine allow.
    pub fn new(layout: &Layout, rows: usize) -> Team {
        let halvings = halvings(rows, layout.len);
        Team::of(layout, halvings, halvings.min(cores().ilog2() as usize))
    }

    /// `2^shared` workers for batches that are halved so often.
    pub fn of(layout: &Layout, halvings: usize, shared: usize) -> Team {
        let worker = |k: usize| Worker::new(layout.clone(), if k == 0 { halvings } else { halvings - shared });
        Team { workers: (0..1 << shared).map(worker).collect(), halvings }
    }

    /// How often a batch is halved.
    pub fn halvings(&self) -> usize {
        self.halvings
    }

    /// The first worker, who has the whole gradient in the end.
    pub fn first(&mut self) -> &mut Worker {
        &mut self.workers[0]
    }

    /// The gradient of the last batch.
    pub fn gradient(&self) -> &[f32] {
        &self.workers[0].gradient
    }

    /// Where the numbers of the packed weights stand.
    pub fn layout(&self) -> &Layout {
        self.workers[0].layout()
    }

    /// The sum of squares of a batch; the gradient, of the mean over `total` numbers, stays with the first worker.
    pub fn work(&mut self, weights: &[f32], batch: Examples, total: usize) -> f64 {
        together(&mut self.workers, weights, batch, total, self.halvings)
    }
}

/// x ← the network's output: see [`Passes::output`]. What other threads need is added to `passes`.
pub fn output(passes: &mut Vec<Passes>, weights: &[f32], x: &mut [f32], features: &[f32], labels: &[f32]) {
    let dim = passes[0].dim();
    let rows = x.len() / dim;
    let one_time = features.len() == passes[0].layout().columns[FEATURES];
    shared(passes, 2 * weights.len(), x, dim, |passes, first, x| {
        let now = first..first + x.len() / dim;
        let features = if one_time { features } else { rows_of(features, rows, now.clone()) };
        passes.output(weights, x, features, rows_of(labels, rows, now));
    });
}

/// state ← the network's output with its divergence: see [`Passes::divergence`].
pub fn divergence(
    passes: &mut Vec<Passes>,
    weights: &[f32],
    state: &mut [f32],
    features: &[f32],
    labels: &[f32],
    probes: Option<&[f32]>,
) {
    let dim = passes[0].dim();
    let rows = state.len() / (dim + 1);
    let turns = if probes.is_some() { 2 } else { 1 + dim };
    shared(passes, 2 * turns * weights.len(), state, dim + 1, |passes, first, state| {
        let now = first..first + state.len() / (dim + 1);
        let probes = probes.map(|probes| rows_of(probes, rows, now.clone()));
        passes.divergence(weights, state, features, rows_of(labels, rows, now), probes);
    });
}

/// Rows `range` of `rows`, of as many numbers each as there are; none of none.
fn rows_of(numbers: &[f32], rows: usize, range: Range<usize>) -> &[f32] {
    let columns = numbers.len() / rows.max(1);
    &numbers[range.start * columns..range.end * columns]
}

/// Lets threads work on parts of `numbers`, rows of `width`, each with passes of its own and told its first row; `work`
/// counts multiplications and additions a row.
fn shared(
    passes: &mut Vec<Passes>,
    work: usize,
    numbers: &mut [f32],
    width: usize,
    each: impl Fn(&mut Passes, usize, &mut [f32]) + Sync,
) {
    let rows = numbers.len() / width;
    let threads = cores().min(work * rows / WORK_MIN);
    if threads < 2 {
        return each(&mut passes[0], 0, numbers);
    }
    while passes.len() < threads {
        passes.push(Passes::new(passes[0].layout().clone()));
    }
    let (part, each) = (rows.div_ceil(threads), &each);
    std::thread::scope(|scope| {
        for (k, (passes, numbers)) in passes.iter_mut().zip(numbers.chunks_mut(part * width)).enumerate() {
            let mut work = move || each(passes, k * part, numbers);
            if (k + 1) * part >= rows {
                work(); // the last part is this thread's own
            } else {
                scope.spawn(work);
            }
        }
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A browser's other cores belong to workers of their own: see `learner/helper.rs`.
#[cfg(target_arch = "wasm32")]
fn cores() -> usize {
    1
}

#[cfg(not(target_arch = "wasm32"))]
fn together(team: &mut [Worker], weights: &[f32], batch: Examples, total: usize, halvings: usize) -> f64 {
    if let [worker] = team {
        return worker.work(weights, batch, total, halvings);
    }
    let (here, there) = team.split_at_mut(team.len() / 2);
    let (first, second) = batch.halves();
    let sum = std::thread::scope(|scope| {
        let other = scope.spawn(|| together(there, weights, second, total, halvings - 1));
        let sum = together(here, weights, first, total, halvings - 1);
        sum + other.join().expect("arithmetic does not panic")
    });
    add(&mut here[0].gradient, &there[0].gradient);
    sum
}

#[cfg(target_arch = "wasm32")]
fn together(team: &mut [Worker], weights: &[f32], batch: Examples, total: usize, halvings: usize) -> f64 {
    team[0].work(weights, batch, total, halvings)
}
