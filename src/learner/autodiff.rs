//! The network in burn, its gradients by automatic differentiation.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Recipe, State, Weights};
use crate::batch::TrainingBatch;
use crate::device::burn::read;
use crate::error::Error;
use crate::network::{Architecture, Network, Told};
use crate::optimiser::{Adam, Rule};

/// A network in training, on any device.
pub struct Plain {
    /// Where it learns.
    pub device: Device,
    /// The network, on the autodiff side.
    pub network: Network,
    /// Its optimiser; `optimiser.step` counts the steps taken.
    pub optimiser: Adam,
    /// The average of every parameter; empty before the first step or without averaging.
    average: Vec<Tensor<1>>,
    /// Losses that are still on the device.
    pending: Vec<Tensor<1>>,
}

impl Plain {
    /// A network of any family, with what `state` holds.
    pub fn new(architecture: &Architecture, recipe: Recipe, device: &Device, state: &State) -> Plain {
        let mut plain = Plain {
            network: Network::new(architecture, device, &state.weights),
            optimiser: Adam::new(recipe.rule),
            average: Vec::new(),
            pending: Vec::new(),
            device: device.clone(),
        };
        plain.restore(state);
        plain
    }

    /// Takes one step: see [`super::Learner::step`].
    pub fn step(&mut self, TrainingBatch { sample, t, labels }: &TrainingBatch) {
        let shape = [t.len(), self.architecture().input.dim];
        let tensor = |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), shape), &self.device);

        let velocity = self.network.forward(tensor(&sample.xt), Told { t, labels });
        let loss = (velocity - tensor(&sample.ut)).square().mean();
        let gradients = self.network.gradients(&mut loss.backward());
        self.pending.push(loss.inner());

        let mut weights = self.network.values();
        let scalars = self.optimiser.step(&mut weights, gradients);
        match scalars.kept_average {
            Some(kept) if !self.average.is_empty() => {
                for (average, weights) in self.average.iter_mut().zip(&weights) {
                    *average = average.clone().mul_scalar(kept) + weights.clone().mul_scalar(1.0 - kept);
                }
            }
            Some(_) => self.average.clone_from(&weights),
            None => (),
        }
        self.network = self.network.clone().with(weights, true);
    }

    /// How large its steps are.
    pub(super) fn rule_mut(&mut self) -> &mut Rule {
        &mut self.optimiser.rule
    }

    /// What it computes.
    pub fn architecture(&self) -> &Architecture {
        self.network.architecture()
    }

    /// Steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.optimiser.step
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
        let [m, v] = [0, 1].map(|k| self.optimiser.moments.iter().map(|moments| moments[k].clone()).collect());
        Ok(State {
            step: self.optimiser.step,
            weights: lists(self.network.values()).await?,
            moments: [lists(m).await?, lists(v).await?],
            average: lists(self.average.clone()).await?,
        })
    }

    /// See [`super::Learner::restore`].
    pub fn restore(&mut self, state: &State) {
        let tensors = |lists: &[Vec<f32>]| -> Vec<Tensor<1>> {
            let tensor = |list: &Vec<f32>| Tensor::from_data(TensorData::new(list.clone(), [list.len()]), &self.device);
            lists.iter().map(tensor).collect()
        };
        let [m, v] = &state.moments;
        self.optimiser.step = state.step;
        self.optimiser.moments = tensors(m).into_iter().zip(tensors(v)).map(|(m, v)| [m, v]).collect();
        self.average = tensors(&state.average);
        self.network = self.network.clone().with(tensors(&state.weights), true);
        self.pending.clear();
    }

    /// See [`super::Learner::flow`]: the network outside automatic differentiation.
    pub fn network(&self, weights: Weights) -> Network {
        let averaged = weights == Weights::Sampled && !self.average.is_empty();
        let values = if averaged { self.average.clone() } else { self.network.values() };
        self.network.clone().with(values, false)
    }
}

/// The numbers of several tensors, one list each.
///
/// # Errors
/// When the device fails to answer.
pub async fn lists(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>, Error> {
    let mut lists = Vec::with_capacity(tensors.len());
    for tensor in tensors {
        lists.push(read(tensor).await?);
    }
    Ok(lists)
}
