//! The model as it was: weights taken out, and velocities, trajectories and likelihoods of weights given back in; also
//! the pairs that a training step sees.

use super::{Experiment, SampleRequest, Samples};
use crate::batch::Pairs;
use crate::batch::sampler::Batches;
use crate::error::Error;
use crate::learner::{Flow, Weights};
use crate::network::parameter::Parameter;
use crate::path::{Path, PathSample};
use crate::solver::Solver;

/// A run's model at one of its steps.
pub struct Replay<'a> {
    run: &'a Experiment,
    flow: Flow,
}

impl Experiment {
    /// All weights that samples come from now, one after the other in the order of
    /// [`parameters`](crate::network::Architecture::parameters).
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn weights(&self) -> Result<Vec<f32>, Error> {
        Ok(self.trainer.learner.flow(Weights::Sampled).parameters().await?.concat())
    }

    /// The pairs that the given training step sees, on their paths: x0, x1 and t, then xt and ut.
    pub fn batch(&self, step: usize) -> (Pairs, PathSample) {
        let mut batches = Batches::new(&self.config, self.source(), self.target(), self.ends.pairs.clone());
        let batch = batches.batch(step);
        let sample = Path::of(&self.config).sample(&batch.x0, &batch.x1, &batch.t, &batch.noise);
        (batch, sample)
    }

    /// The model with these weights; without any, with the present ones.
    ///
    /// # Errors
    /// When they are not this network's weights.
    pub fn replay(&self, weights: &[f32]) -> Result<Replay<'_>, Error> {
        if weights.is_empty() {
            return Ok(Replay { run: self, flow: self.trainer.learner.flow(Weights::Sampled) });
        }
        let lists = self.lists(weights)?;
        Ok(Replay { run: self, flow: Flow::of(&self.form, self.trainer.learner.architecture(), &lists) })
    }
}

impl Experiment {
    /// The lists of parameters that these numbers are.
    pub(super) fn lists(&self, weights: &[f32]) -> Result<Vec<Vec<f32>>, Error> {
        let counts: Vec<usize> =
            self.trainer.learner.architecture().parameters().iter().map(Parameter::count).collect();
        let wanted: usize = counts.iter().sum();
        if weights.len() != wanted {
            let given = weights.len();
            let sentence = format!("weights: {given} numbers, where the network has {wanted}: they are another run's.");
            return Err(Error::Input(sentence));
        }
        let mut rest = weights;
        let mut lists = Vec::with_capacity(counts.len());
        for count in counts {
            let (list, after) = rest.split_at(count);
            lists.push(list.to_vec());
            rest = after;
        }
        Ok(lists)
    }
}

impl Replay<'_> {
    /// Carries points by the learned velocity from t = 0 to t = 1, as `request` says; they are number `first` and on,
    /// which decides of their classes where all are asked for in turn.
    ///
    /// # Shapes
    /// `points` are `n × dim` numbers.
    ///
    /// # Errors
    /// When the numbers do not make whole points, are not finite, or the device fails to answer.
    pub async fn carry(&self, points: &[f32], first: usize, request: SampleRequest) -> Result<Samples, Error> {
        request.carry(&self.run.config, &self.flow, self.run.dim(), points, first).await
    }

    /// As [`Experiment::velocity`].
    ///
    /// # Errors
    /// As there.
    pub async fn velocity(&self, points: &[f32], t: f32) -> Result<Vec<f32>, Error> {
        self.run.velocity_by(&self.flow, points, t).await
    }

    /// As [`Experiment::log_density`].
    ///
    /// # Errors
    /// As there.
    pub async fn log_density(&self, points: &[f32], solver: Solver, steps: usize) -> Result<Vec<f32>, Error> {
        self.run.log_density_by(&self.flow, points, &[], solver, steps).await
    }
}
