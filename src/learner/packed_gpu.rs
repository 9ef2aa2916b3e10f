//! The network in flat buffers on the GPU, a step in three dispatches.

use std::cell::OnceCell;

use wgpu::Buffer;

use super::{State, Weights, Wish, kept_share, packed_cpu};
use crate::batch::TrainingBatch;
use crate::batch::counter_based::Drawn;
use crate::config::Config;
use crate::data::Label;
use crate::device::gpu::Gpu as Opened;
use crate::error::Error;
use crate::kernels::gpu::layout::{FOUR, Net};
use crate::kernels::gpu::sampling::{Evaluation, Method, Outcome, Points, Sampling};
use crate::kernels::gpu::training::{Correction, Rows, Training};
use crate::network::{Telling, architecture};
use crate::optimiser::{BETA_1, BETA_2, Rule};
use crate::solver::{EULER, Tableau};

/// A network in training.
pub struct Gpu {
    config: Config,
    dim: usize,
    opened: Opened,
    rule: Rule,
    telling: Telling,
    step: usize,
    /// Is there an average already?
    averaged: bool,
    training: Training,
}

impl Gpu {
    /// Is there room for this network and its batches?
    pub fn fits(config: &Config, dim: usize) -> bool {
        Training::fits(&net(config, dim), config.batch)
    }

    /// The network that the options describe, with what `state` holds; with `drawn` it makes its batches itself.
    pub fn new(config: &Config, dim: usize, opened: &Opened, state: &State, drawn: Option<&Drawn>) -> Gpu {
        let training = Training::new(opened, net(config, dim), (config.batch, dim), config.activation, drawn);
        let (rule, telling) = (Rule::of(config), Telling::of(config));
        let (config, opened) = (config.clone(), opened.clone());
        let mut gpu = Gpu { config, dim, opened, rule, telling, step: 0, averaged: false, training };
        gpu.restore(state);
        gpu
    }

    /// Takes one step: see [`super::Learner::step`].
    pub fn step(&mut self, TrainingBatch { sample, t, labels }: &TrainingBatch) {
        let correction = self.correction();
        let (features, labels) = (self.telling.features(t), self.telling.columns(labels, t.len()));
        let (xt, ut) = (&sample.xt, &sample.ut);
        let compared = self.telling.compared(xt, t, ut);
        let (scales, ut): (&[f32], _) = compared.as_ref().map_or((&[], ut), |(scales, rest)| (scales, rest));
        let rows = Rows { xt, features: &features, labels: &labels, ut, scales };
        self.training.step(rows, correction);
        self.taken();
    }

    /// See [`super::Learner::step_drawn`].
    pub fn step_drawn(&mut self) -> bool {
        let drawn = self.training.step_drawn(self.step, self.correction());
        if drawn {
            self.taken();
        }
        drawn
    }

    fn taken(&mut self) {
        self.step += 1;
        self.averaged = self.config.ema > 0.0;
    }

    /// What the next step asks of the optimiser.
    fn correction(&self) -> Correction {
        let step = self.step + 1;
        let correction = |beta: f64| 1.0 - beta.powf(step as f64);
        let kept = if self.averaged { kept_share(self.config.ema, step) } else { 0.0 };
        Correction {
            rate: (self.rule.rate(step) / correction(BETA_1)) as f32,
            root: (1.0 / correction(BETA_2).sqrt()) as f32,
            kept_weight: self.rule.kept(step) as f32,
            kept_average: (self.config.ema > 0.0).then_some(kept as f32),
        }
    }

    /// How large its steps are.
    pub(super) fn rule_mut(&mut self) -> &mut Rule {
        &mut self.rule
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.step
    }

    /// See [`super::Learner::done`].
    pub fn done(&self) -> impl Future<Output = ()> + use<> {
        self.training.done()
    }

    /// The losses since the last call, in one read.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn take_losses(&mut self) -> Result<Vec<f32>, Error> {
        self.training.losses().await
    }

    /// See [`super::Learner::state`].
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn state(&self) -> Result<State, Error> {
        let mut state = State { step: self.step, weights: self.training.weights().await?, ..State::default() };
        if self.step > 0 {
            state.moments = self.training.moments().await?;
        }
        if self.averaged {
            state.average = self.training.average().await?;
        }
        Ok(state)
    }

    /// See [`super::Learner::restore`].
    pub fn restore(&mut self, state: &State) {
        let [m, v] = &state.moments;
        self.training.restore(&state.weights, [m, v], &state.average);
        (self.step, self.averaged) = (state.step, !state.average.is_empty());
    }

    /// See [`super::Learner::flow`].
    pub fn flow(&self, weights: Weights) -> Flow {
        let average = weights == Weights::Sampled && self.averaged;
        Flow::new(&self.config, self.dim, &self.opened, self.training.snapshot(average))
    }
}

fn net(config: &Config, dim: usize) -> Net {
    Net::new(architecture::layers(config, dim), &architecture::columns(config, dim))
}

/// A velocity at rest.
pub struct Flow {
    sampling: Sampling,
    weights: Buffer,
    opened: Opened,
    telling: Telling,
    config: Config,
    dim: usize,
    /// The same on the CPU, once it was asked for.
    here: OnceCell<Box<packed_cpu::Flow>>,
}

impl Flow {
    /// The velocity of the network that the options describe, with these weights.
    pub fn of(config: &Config, dim: usize, opened: &Opened, weights: &[Vec<f32>]) -> Flow {
        let weights = opened.numbers(&net(config, dim).pack(weights));
        Flow::new(config, dim, opened, weights)
    }

    fn new(config: &Config, dim: usize, opened: &Opened, weights: Buffer) -> Flow {
        let sampling = Sampling::new(opened, net(config, dim), dim, config.activation);
        let (opened, telling, config) = (opened.clone(), Telling::of(config), config.clone());
        Flow { sampling, weights, opened, telling, config, dim, here: OnceCell::new() }
    }

    /// Points at the times that are kept after the first, whatever the guidance: see [`super::Flow::carry_to`].
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn carry(&self, wish: Wish<'_>, x0: &[f32], tableau: &Tableau, times: &[f64]) -> Result<Vec<f32>, Error> {
        let stages = |step: &[f64]| {
            let (start, h) = (step[0], step[1] - step[0]);
            tableau.nodes().map(move |node| (start + node * h, h))
        };
        let evaluations: Vec<Evaluation> =
            times.windows(2).flat_map(stages).map(|(t, h)| self.evaluation(t, h)).collect();
        self.run(wish.labels, x0, &method(tableau), &evaluations, Outcome::Points(wish.kept)).await
    }

    /// The velocity at points `x` of these classes, all at time `t`.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn velocities(&self, x: &[f32], t: f64, labels: &[Label]) -> Result<Vec<f32>, Error> {
        self.run(labels, x, &method(&EULER), &[self.evaluation(t, 1.0)], Outcome::Velocity).await
    }

    async fn run(
        &self,
        labels: &[Label],
        x0: &[f32],
        method: &Method,
        evaluations: &[Evaluation],
        outcome: Outcome,
    ) -> Result<Vec<f32>, Error> {
        let labels = self.telling.columns(labels, x0.len() / self.dim);
        self.sampling.carry(&self.weights, Points { x0, labels: &labels }, method, evaluations, outcome).await
    }

    fn evaluation(&self, t: f64, h: f64) -> Evaluation {
        let t = t as f32;
        Evaluation {
            features: self.telling.features(&[t]),
            h: h as f32,
            form: self.telling.form(t).unwrap_or((1.0, 0.0)),
        }
    }

    /// The parameters in their natural order: see [`architecture::parameters`].
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn parameters(&self) -> Result<Vec<Vec<f32>>, Error> {
        let net = net(&self.config, self.dim);
        Ok(net.unpack(&self.opened.read(&self.weights, FOUR * net.len).await?))
    }

    /// The same velocity on the CPU, whose weights are read once: for what no kernel of the GPU does.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn on_cpu(&self) -> Result<&packed_cpu::Flow, Error> {
        if let Some(flow) = self.here.get() {
            return Ok(flow);
        }
        let flow = packed_cpu::Flow::of(&self.config, self.dim, &self.parameters().await?);
        Ok(self.here.get_or_init(|| Box::new(flow)))
    }
}

fn method(tableau: &Tableau) -> Method {
    let mut method =
        Method { matrix: Default::default(), weights: tableau.weights.iter().map(|&b| b as f32).collect() };
    for (row, stage) in method.matrix[1..].iter_mut().zip(tableau.matrix()) {
        for (number, &a) in row.iter_mut().zip(*stage) {
            *number = a as f32;
        }
    }
    method
}
