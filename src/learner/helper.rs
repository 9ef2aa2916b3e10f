//! A step whose batch several work out, each with memory of its own: in a browser, where threads need headers that most hosts do
//! not send, they are workers that exchange messages. The numbers are those of one who works alone, to the last bit.

use super::examples::{Columns, Shown};
use super::packed_cpu::{Cpu, Flow};
use super::{Flow as AnyFlow, Weights};
use crate::batch::TrainingBatch;
use crate::config::Config;
use crate::kernels::cpu::layout::Layout;
use crate::kernels::cpu::tree_sum::{self, Worker};
use crate::network::{Telling, Told};

/// A batch that has been divided.
pub(super) struct Divided {
    batch: Shown<'static>,
    /// Numbers of all its ut.
    total: usize,
    /// How often it was halved on the way.
    shared: usize,
    /// The first part's, once it has been worked out.
    sum: f64,
}

impl Cpu {
    /// How often this run's batches are halved: as many as two to the power of it can share a step.
    pub fn halvings(&self) -> usize {
        self.team.halvings()
    }

    /// Divides the next step's batch into `2^shared` parts; those after the first, as numbers for helpers.
    pub fn divide(&mut self, TrainingBatch { sample, t, labels }: &TrainingBatch, shared: usize) -> Vec<Vec<f32>> {
        let batch = Shown::new(&self.telling, &sample.xt, Told { t, labels }, &sample.ut).kept();
        let parts = batch.examples().parts(shared)[1..].iter().map(|&part| Columns::numbers(part)).collect();
        self.divided = Some(Divided { batch, total: sample.ut.len(), shared, sum: 0.0 });
        parts
    }

    /// Works out the first part.
    pub fn work_first(&mut self) {
        let Some(divided) = &mut self.divided else { return };
        let Divided { batch, total, shared, sum } = divided;
        let halvings = self.team.halvings() - *shared;
        let part = batch.examples().parts(*shared)[0];
        *sum = self.team.first().work(&self.weights, part, *total, halvings);
    }

    /// Takes the step with the sums of squares and the gradients that helpers have found, in the order of their parts; where
    /// there are not all of them, alone.
    pub fn finish(&mut self, mut others: Vec<(f64, Vec<f32>)>) {
        let Some(Divided { batch, total, shared, sum }) = self.divided.take() else { return };
        let len = self.team.layout().len;
        let sum = if others.len() + 1 == 1 << shared && others.iter().all(|(_, gradient)| gradient.len() == len) {
            others.insert(0, (sum, std::mem::take(&mut self.team.first().gradient)));
            tree_sum::join(&mut others);
            let (sum, gradient) = others.swap_remove(0);
            self.team.first().gradient = gradient;
            sum
        } else {
            self.team.work(&self.weights, batch.examples(), total)
        };
        self.correct(sum / total as f64);
    }

    /// The weights as helpers take them.
    pub fn packed(&self, weights: Weights) -> &[f32] {
        self.chosen(weights)
    }

    /// The same of lists of parameters.
    pub fn pack(&self, lists: &[Vec<f32>]) -> Vec<f32> {
        self.team.layout().pack(lists)
    }
}

/// One who works out parts of a run's batches, and carries points by its flow.
pub struct Helper {
    config: Config,
    dim: usize,
    columns: Columns,
    halvings: usize,
    worker: Worker,
}

impl Helper {
    /// A helper for runs with these options.
    pub fn new(config: &Config, dim: usize) -> Helper {
        let layout = Layout::of(config, dim);
        let halvings = tree_sum::halvings(config.batch, layout.len);
        let columns = Columns::of(&Telling::of(config), dim);
        Helper { config: config.clone(), dim, columns, halvings, worker: Worker::new(layout, halvings) }
    }

    /// Works out one of the `2^shared` parts of a batch whose ut are `total` numbers in all: its sum of squares and its gradient.
    pub fn work(&mut self, weights: &[f32], part: &[f32], total: usize, shared: usize) -> (f64, &[f32]) {
        let part = self.columns.examples(part);
        let sum = self.worker.work(weights, part, total, self.halvings - shared);
        (sum, &self.worker.gradient)
    }

    /// The velocity by these packed weights.
    pub fn flow(&self, weights: Vec<f32>) -> AnyFlow {
        AnyFlow::Cpu(Box::new(Flow::new(&self.config, self.dim, weights, self.worker.layout().clone())))
    }

    /// The options.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.dim
    }
}
