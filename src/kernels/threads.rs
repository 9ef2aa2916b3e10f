//! The work of a batch on as many threads as the machine and the work allow; the numbers are those of one.

use super::layout::Layout;
use super::passes::{Examples, Passes};
#[cfg(not(target_arch = "wasm32"))]
use super::shares::add;
use super::shares::{WORK_MIN, Worker, halvings};

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
    let threads = cores().min(2 * weights.len() * rows / WORK_MIN);
    if threads < 2 {
        return passes[0].output(weights, x, features, labels);
    }
    while passes.len() < threads {
        passes.push(Passes::new(passes[0].layout().clone()));
    }
    let (part, classes) = (rows.div_ceil(threads), labels.len() / rows);
    std::thread::scope(|scope| {
        for (k, (passes, x)) in passes.iter_mut().zip(x.chunks_mut(part * dim)).enumerate() {
            let labels = &labels[k * part * classes..][..x.len() / dim * classes];
            let mut work = move || passes.output(weights, x, features, labels);
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
