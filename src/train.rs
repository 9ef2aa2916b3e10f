//! The training loop: draw pairs, draw t, ask the network for the velocity, correct it.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand::seq::SliceRandom;

use crate::config::Config;
use crate::data::{self, Distribution};
use crate::error::Error;
use crate::network::Mlp;
use crate::optimiser::Adam;
use crate::path::{self, PathSample};
use crate::seed::{self, Purpose};

/// Pairs of points and their times: what one training step sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Source points, `n × dim`.
    pub x0: Vec<f32>,
    /// Target points, `n × dim`.
    pub x1: Vec<f32>,
    /// Times in [0, 1), `n`.
    pub t: Vec<f32>,
}

/// One network in training. The caller owns the loop: pausing is not calling [`Trainer::step`].
pub struct Trainer {
    config: Config,
    device: Device,
    source: Box<dyn Distribution>,
    target: Box<dyn Distribution>,
    /// The training points, where they are drawn once; else empty.
    points: Vec<f32>,
    /// The order in which the training points are visited, and the epoch that it belongs to.
    order: (u64, Vec<usize>),
    /// The velocity network.
    pub network: Mlp,
    /// Its optimiser; `optimiser.step` counts the steps taken.
    pub optimiser: Adam,
    losses: Vec<f32>,
    /// Losses that are still on the device.
    pending: Vec<Tensor<1>>,
}

impl Trainer {
    /// Draws the training points and the initial weights of the run that the options describe.
    pub fn new(config: &Config, device: &Device) -> Trainer {
        let source = data::distribution(config.source, config);
        let target = data::distribution(config.target, config);
        let seed = config.seed as u64;
        let mut network = Mlp::init(config, target.dim(), device, &mut seed::stream(seed, Purpose::Weights, 0));
        for parameter in &mut network.parameters {
            *parameter = parameter.clone().autodiff().require_grad();
        }
        Trainer {
            points: target.sample(config.points, &mut seed::stream(seed, Purpose::Points, 0)),
            order: (u64::MAX, Vec::new()),
            optimiser: Adam::new(config),
            losses: Vec::new(),
            pending: Vec::new(),
            config: config.clone(),
            device: device.clone(),
            source,
            target,
            network,
        }
    }

    /// Takes one training step: L = mean over points and dimensions of (v(xt, t) - ut)².
    ///
    /// Source: Lipman et al. 2023 (arXiv 2210.02747), equation 9.
    pub fn step(&mut self) {
        let Batch { x0, x1, t } = self.batch(self.steps_taken());
        let PathSample { xt, ut } = path::linear(&x0, &x1, &t);
        let shape = [t.len(), self.network.dim()];
        let tensor = |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, shape), &self.device);

        let velocity = self.network.forward(tensor(xt), self.network.time_features(&t, &self.device));
        let loss = (velocity - tensor(ut)).square().mean();
        let mut gradients = loss.backward();
        self.optimiser.step(&mut self.network.parameters, &mut gradients);
        self.pending.push(loss.inner());
    }

    /// The pairs and times of the given step, the same however the run got there.
    pub fn batch(&mut self, step: usize) -> Batch {
        let n = self.config.batch;
        let mut rng = seed::stream(self.config.seed as u64, Purpose::Batch, step as u64);
        let x0 = self.source.sample(n, &mut rng);
        let t = (0..n).map(|_| rng.random()).collect();
        let x1 = if self.points.is_empty() { self.target.sample(n, &mut rng) } else { self.visit_points(step * n, n) };
        Batch { x0, x1, t }
    }

    /// Training points number `start` to `start + n` of an endless series that visits all of them,
    /// shuffled anew, before it repeats any.
    fn visit_points(&mut self, start: usize, n: usize) -> Vec<f32> {
        let dim = self.target.dim();
        let total = self.points.len() / dim;
        let mut visited = Vec::with_capacity(n * dim);
        for number in start..start + n {
            let epoch = (number / total) as u64;
            if self.order.0 != epoch {
                let mut order: Vec<usize> = (0..total).collect();
                order.shuffle(&mut seed::stream(self.config.seed as u64, Purpose::Order, epoch));
                self.order = (epoch, order);
            }
            let row = self.order.1[number % total] * dim;
            visited.extend_from_slice(&self.points[row..row + dim]);
        }
        visited
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
