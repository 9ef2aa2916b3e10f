//! The training loop: draw pairs, draw t, ask the network for the velocity, correct it.

use burn::tensor::{Device, Tensor, TensorData};

use crate::batches::Batches;
use crate::config::Config;
use crate::data::Distribution;
use crate::error::Error;
use crate::network::Mlp;
use crate::optimiser::Adam;
use crate::prefetch::{Prefetch, Prepared};
use crate::seed::{self, Purpose};

/// One network in training. The caller owns the loop: pausing is not calling [`Trainer::step`].
pub struct Trainer {
    device: Device,
    batches: Prefetch,
    /// The velocity network.
    pub network: Mlp,
    /// Its optimiser; `optimiser.step` counts the steps taken.
    pub optimiser: Adam,
    /// Share of the average that stays at each step; 0 without averaging.
    ema: f64,
    /// The average of every parameter over the steps, in the parameters' order; empty before the first step or without averaging.
    pub average: Vec<Tensor<2>>,
    losses: Vec<f32>,
    /// Losses that are still on the device.
    pending: Vec<Tensor<1>>,
}

impl Trainer {
    /// Draws the training points and the initial weights of the run that the options describe.
    ///
    /// `pairs` are reflow's, or empty: see [`Batches::new`].
    pub fn new(
        config: &Config,
        device: &Device,
        source: Box<dyn Distribution>,
        target: Box<dyn Distribution>,
        pairs: Vec<f32>,
    ) -> Trainer {
        let mut rng = seed::stream(config.seed as u64, Purpose::Weights, 0);
        let mut network = Mlp::init(config, target.dim(), device, &mut rng);
        for parameter in &mut network.parameters {
            *parameter = parameter.clone().autodiff().require_grad();
        }
        Trainer {
            batches: Prefetch::new(Batches::new(config, source, target, pairs)),
            optimiser: Adam::new(config),
            ema: config.ema,
            average: Vec::new(),
            losses: Vec::new(),
            pending: Vec::new(),
            device: device.clone(),
            network,
        }
    }

    /// Takes one training step: L = mean over points and dimensions of (v(xt, t) - ut)².
    ///
    /// Source: Lipman et al. 2023 (arXiv 2210.02747), equation 9.
    pub fn step(&mut self) {
        let Prepared { sample, t } = self.batches.step(self.steps_taken());
        let shape = [t.len(), self.network.dim()];
        let tensor = |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, shape), &self.device);

        let velocity = self.network.forward(tensor(sample.xt), self.network.time_features(&t, &self.device));
        let loss = (velocity - tensor(sample.ut)).square().mean();
        let mut gradients = loss.backward();
        self.optimiser.step(&mut self.network.parameters, &mut gradients);
        self.pending.push(loss.inner());
        self.average_weights();
    }

    /// average ← d average + (1 - d) weights, with d = min(ema, (1 + k) / (10 + k)) at step k, so that the first steps,
    /// which know little, are soon forgotten.
    fn average_weights(&mut self) {
        if self.ema == 0.0 {
            return;
        }
        let weights = self.network.parameters.iter().map(|p| p.clone().inner());
        if self.average.is_empty() {
            self.average = weights.collect();
            return;
        }
        let k = self.steps_taken() as f64;
        let kept = self.ema.min((1.0 + k) / (10.0 + k));
        for (average, weights) in self.average.iter_mut().zip(weights) {
            *average = average.clone().mul_scalar(kept) + weights.mul_scalar(1.0 - kept);
        }
    }

    /// The network to sample from, outside autodiff: with averaged weights where the options ask for them.
    pub fn sampled_network(&self) -> Mlp {
        let mut network = self.network.without_autodiff();
        if !self.average.is_empty() {
            network.parameters = self.average.clone();
        }
        network
    }

    /// Training steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.optimiser.step
    }

    /// The loss of every step so far, read from the device only where it is new.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn losses(&mut self) -> Result<&[f32], Error> {
        if !self.pending.is_empty() {
            let fresh = crate::device::read(Tensor::cat(self.pending.clone(), 0)).await?;
            self.pending.clear();
            self.losses.extend(fresh);
        }
        Ok(&self.losses)
    }

    /// Continues a run whose losses so far are known.
    pub fn set_losses(&mut self, losses: Vec<f32>) {
        self.pending.clear();
        self.losses = losses;
    }
}
