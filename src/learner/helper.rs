//! A step whose batch several work out, each with memory of its own: in a browser, where threads need headers that most hosts do
//! not send, they are workers that exchange messages. The numbers are those of one who works alone, to the last bit.

use super::Flow as AnyFlow;
use super::examples::Columns;
use super::packed_cpu::Flow;
use crate::kernels::cpu::layout::Layout;
use crate::kernels::cpu::tree_sum::{self, Worker};
use crate::network::{Architecture, Telling};

/// One who works out parts of a run's batches, and carries points by its flow.
pub struct Helper {
    architecture: Architecture,
    columns: Columns,
    halvings: usize,
    worker: Worker,
}

impl Helper {
    /// A helper for a network of dense layers and batches of so many samples.
    pub fn new(architecture: &Architecture, batch: usize) -> Helper {
        let layout = Layout::of(architecture);
        let halvings = tree_sum::halvings(batch, layout.len);
        let columns = Columns::of(&Telling::of(architecture), architecture.input.dim);
        let architecture = architecture.clone();
        Helper { architecture, columns, halvings, worker: Worker::new(layout, halvings) }
    }

    /// Works out one of the `2^shared` parts of a batch whose ut are `total` numbers in all: its sum of squares and its gradient.
    pub fn work(&mut self, weights: &[f32], part: &[f32], total: usize, shared: usize) -> (f64, &[f32]) {
        let part = self.columns.examples(part);
        let sum = self.worker.work(weights, part, total, self.halvings - shared);
        (sum, &self.worker.gradient)
    }

    /// The velocity by these packed weights.
    pub fn flow(&self, weights: Vec<f32>) -> AnyFlow {
        AnyFlow::Cpu(Box::new(Flow::new(&self.architecture, weights, self.worker.layout().clone())))
    }
}
