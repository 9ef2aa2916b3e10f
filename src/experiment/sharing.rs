//! A run on the CPU whose work helpers share: see [`crate::learner::helper`].

use super::{Experiment, SampleRequest};
use crate::error::Error;
use crate::learner::Weights;
use crate::learner::packed_cpu::Cpu;
use crate::train::Shares;

impl Experiment {
    fn cpu(&self) -> Option<&Cpu> {
        self.trainer.learner.cpu()
    }

    /// As many as two to the power of it can share a training step; 0 where the device is not the CPU.
    pub fn halvings(&self) -> usize {
        self.cpu().map_or(0, Cpu::halvings)
    }

    /// Divides the next step's batch into `2^shared` parts; those after the first, as numbers for helpers, and how many
    /// numbers all its ut are. `None` where the device is not the CPU.
    ///
    /// # Errors
    /// When `shared` is above [`Experiment::halvings`].
    pub fn divide(&mut self, shared: usize) -> Result<Option<Shares>, Error> {
        self.trainer.divide(shared)
    }

    /// Works out the first part.
    pub fn work_first(&mut self) {
        if let Some(cpu) = self.trainer.learner.cpu_mut() {
            cpu.work_first();
        }
    }

    /// Takes the step with the sums of squares and the gradients that helpers have found, in the order of their parts;
    /// where there are not all of them, alone.
    pub fn finish(&mut self, others: Vec<(f64, Vec<f32>)>) {
        if let Some(cpu) = self.trainer.learner.cpu_mut() {
            cpu.finish(others);
        }
    }

    /// The weights in training as helpers take them; empty where the device is not the CPU.
    pub fn packed(&self) -> &[f32] {
        self.cpu().map_or(&[], |cpu| cpu.packed(Weights::Last))
    }

    /// The same of the weights that samples come from, or of `weights` if there are any.
    ///
    /// # Errors
    /// When they are not this network's.
    pub fn packed_flow(&self, weights: &[f32]) -> Result<Vec<f32>, Error> {
        let Some(cpu) = self.cpu() else { return Ok(Vec::new()) };
        match weights.len() {
            0 => Ok(cpu.packed(Weights::Sampled).to_vec()),
            _ => Ok(cpu.pack(&self.lists(weights)?)),
        }
    }

    /// Multiplications and additions that carrying so many points takes; 0 where helpers can have no part in it.
    pub fn sample_work(&self, request: SampleRequest, points: usize) -> f64 {
        self.cpu().and_then(|cpu| request.work(cpu.packed(Weights::Last).len(), points)).unwrap_or(0.0)
    }
}
