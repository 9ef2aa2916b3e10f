//! A step whose batch several work out, each with memory of its own: in a browser, where threads need headers that most hosts do
//! not send, they are workers that exchange messages. The numbers are those of one who works alone, to the last bit.

use super::Flow as AnyFlow;
use super::examples::Columns;
use super::packed_cpu::Flow;
use crate::config::Config;
use crate::kernels::cpu::layout::Layout;
use crate::kernels::cpu::tree_sum::{self, Worker};
use crate::network::Telling;

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
