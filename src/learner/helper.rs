//! A step whose batch several work out, each with memory of its own: in a browser, where threads need headers that most
//! hosts do not send, they are workers that exchange messages. The numbers are those of one who works alone, to the
//! last bit.

use super::Flow as AnyFlow;
use super::examples::Columns;
use super::packed_cpu::Flow;
use crate::error::Error;
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

    /// Works out one of the `2^shared` parts of a batch whose ut are `total` numbers in all: its sum of squares and its
    /// gradient.
    ///
    /// # Errors
    /// When the part, the weights or the sharing are another run's.
    pub fn work(&mut self, weights: &[f32], part: &[f32], total: usize, shared: usize) -> Result<(f64, &[f32]), Error> {
        let halvings = still_to_halve(self.halvings, shared)?;
        self.check(weights)?;
        let Some(part) = self.columns.examples(part).filter(|part| part.ut.len() <= total) else {
            let sentence = format!("part: {} numbers are no part of a batch of {total} of this run's.", part.len());
            return Err(Error::Input(sentence));
        };
        let sum = self.worker.work(weights, part, total, halvings);
        Ok((sum, &self.worker.gradient))
    }

    /// The velocity by these packed weights.
    ///
    /// # Errors
    /// When they are another run's.
    pub fn flow(&self, weights: Vec<f32>) -> Result<AnyFlow, Error> {
        self.check(&weights)?;
        Ok(AnyFlow::Cpu(Box::new(Flow::new(&self.architecture, weights, self.worker.layout().clone()))))
    }

    fn check(&self, weights: &[f32]) -> Result<(), Error> {
        match (weights.len(), self.worker.layout().len) {
            (given, wanted) if given != wanted => Err(Error::Input(format!(
                "weights: {given} packed numbers, where the network has {wanted}: they are another run's."
            ))),
            _ => Ok(()),
        }
    }
}

/// How often a part is still halved, of a batch that is halved `halvings` times and was halved `shared` times to make
/// it.
///
/// # Errors
/// When it was halved more often.
pub(super) fn still_to_halve(halvings: usize, shared: usize) -> Result<usize, Error> {
    halvings.checked_sub(shared).ok_or_else(|| {
        Error::Input(format!(
            "shared = {shared}: must be a whole number from 0 to {halvings}, as often as this batch is halved."
        ))
    })
}
