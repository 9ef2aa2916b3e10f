//! The network in burn, its gradients by automatic differentiation.

use burn::tensor::{Device, Tensor, TensorData};

use super::{State, Weights, kept_share};
use crate::batch::TrainingBatch;
use crate::config::Config;
use crate::device::burn::read;
use crate::error::Error;
use crate::network::{Mlp, Told};
use crate::optimiser::{Adam, Rule};

/// A network in training, on any device.
pub struct Plain {
    config: Config,
    /// Where it learns.
    pub device: Device,
    /// The network, on the autodiff side.
    pub network: Mlp,
    /// Its optimiser; `optimiser.step` counts the steps taken.
    pub optimiser: Adam,
    /// The average of every parameter; empty before the first step or without averaging.
    average: Vec<Tensor<2>>,
    /// Losses that are still on the device.
    pending: Vec<Tensor<1>>,
}

impl Plain {
    /// The network that the options describe, with what `state` holds.
    pub fn new(config: &Config, dim: usize, device: &Device, state: &State) -> Plain {
        let mut plain = Plain {
            config: config.clone(),
            network: Mlp::new(config, dim, device, state.weights.clone()),
            optimiser: Adam::new(config),
            average: Vec::new(),
            pending: Vec::new(),
            device: device.clone(),
        };
        plain.restore(state);
        plain
    }

    /// Takes one step: see [`super::Learner::step`].
    pub fn step(&mut self, TrainingBatch { sample, t, labels }: &TrainingBatch) {
        let shape = [t.len(), self.network.dim()];
        let tensor = |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), shape), &self.device);

        let velocity = self.network.forward(tensor(&sample.xt), Told { t, labels });
        let loss = (velocity - tensor(&sample.ut)).square().mean();
        let mut gradients = loss.backward();
        self.optimiser.step(&mut self.network.parameters, &mut gradients);
        self.pending.push(loss.inner());
        self.average_weights();
    }

    /// How large its steps are.
    pub(super) fn rule_mut(&mut self) -> &mut Rule {
        &mut self.optimiser.rule
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.network.dim()
    }

    /// Steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.optimiser.step
    }

    fn average_weights(&mut self) {
        if self.config.ema == 0.0 {
            return;
        }
        let weights = self.network.parameters.iter().map(|p| p.clone().inner());
        if self.average.is_empty() {
            self.average = weights.collect();
            return;
        }
        let kept = kept_share(self.config.ema, self.optimiser.step);
        for (average, weights) in self.average.iter_mut().zip(weights) {
            *average = average.clone().mul_scalar(kept) + weights.mul_scalar(1.0 - kept);
        }
    }

    /// The losses since the last call, in one read.
    ///
    /// # Errors
    /// When the device fails to answer; then they wait for the next call.
    pub async fn take_losses(&mut self) -> Result<Vec<f32>, Error> {
        if self.pending.is_empty() {
            return Ok(Vec::new());
        }
        let fresh = read(Tensor::cat(self.pending.clone(), 0)).await?;
        self.pending.clear();
        Ok(fresh)
    }

    /// See [`super::Learner::state`].
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn state(&self) -> Result<State, Error> {
        let mut state = State { step: self.optimiser.step, ..State::default() };
        for parameter in &self.network.parameters {
            state.weights.push(read(parameter.clone().inner()).await?);
        }
        for [m, v] in &self.optimiser.moments {
            state.moments[0].push(read(m.clone()).await?);
            state.moments[1].push(read(v.clone()).await?);
        }
        for average in &self.average {
            state.average.push(read(average.clone()).await?);
        }
        Ok(state)
    }

    /// See [`super::Learner::restore`].
    pub fn restore(&mut self, state: &State) {
        let shapes: Vec<[usize; 2]> = self.network.parameters.iter().map(|p| p.dims()).collect();
        let tensors = |lists: &[Vec<f32>]| -> Vec<Tensor<2>> {
            let tensor = |(values, &shape): (&Vec<f32>, &[usize; 2])| {
                Tensor::from_data(TensorData::new(values.clone(), shape), &self.device)
            };
            lists.iter().zip(&shapes).map(tensor).collect()
        };
        let [m, v] = &state.moments;
        self.optimiser.step = state.step;
        self.optimiser.moments = tensors(m).into_iter().zip(tensors(v)).map(|(m, v)| [m, v]).collect();
        self.average = tensors(&state.average);
        self.network.parameters = tensors(&state.weights).into_iter().map(|p| p.autodiff().require_grad()).collect();
        self.pending.clear();
    }

    /// See [`super::Learner::network`].
    pub fn network(&self, weights: Weights) -> Mlp {
        let mut network = self.network.without_autodiff();
        if weights == Weights::Sampled && !self.average.is_empty() {
            network.parameters = self.average.clone();
        }
        network
    }
}
