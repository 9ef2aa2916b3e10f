//! The network in flat buffers on the GPU, a step in three dispatches.

use std::cell::OnceCell;

use wgpu::Buffer;

use super::{Recipe, State, Weights, Wish, packed_cpu};
use crate::batch::TrainingBatch;
use crate::batch::counter_based::Drawn;
use crate::data::Label;
use crate::device::gpu::Gpu as Opened;
use crate::error::Error;
use crate::kernels::gpu::layout::{FOUR, Net};
use crate::kernels::gpu::sampling::{Evaluation, Method, Outcome, Points, Sampling};
use crate::kernels::gpu::training::{Rows, Training};
use crate::network::{Architecture, Telling};
use crate::optimiser::Rule;
use crate::solver::{EULER, Tableau};

/// A network in training.
pub struct Gpu {
    architecture: Architecture,
    opened: Opened,
    rule: Rule,
    telling: Telling,
    step: usize,
    /// Is there an average already?
    averaged: bool,
    training: Training,
}

impl Gpu {
    /// A network of dense layers, with what `state` holds; with `drawn` it makes its batches itself.
    pub fn new(
        architecture: &Architecture,
        recipe: Recipe,
        opened: &Opened,
        state: &State,
        drawn: Option<&Drawn>,
    ) -> Gpu {
        let training = Training::new(opened, Net::of(architecture), recipe.batch, drawn);
        let (rule, telling) = (recipe.rule, Telling::of(architecture));
        let (architecture, opened) = (architecture.clone(), opened.clone());
        let mut gpu = Gpu { architecture, opened, rule, telling, step: 0, averaged: false, training };
        gpu.restore(state);
        gpu
    }

    /// Takes one step: see [`super::Learner::step`].
    pub fn step(&mut self, TrainingBatch { sample, t, labels }: &TrainingBatch) {
        let scalars = self.rule.scalars(self.step + 1);
        let (features, labels) = (self.telling.features(t), self.telling.columns(labels, t.len()));
        let (xt, ut) = (&sample.xt, &sample.ut);
        let compared = self.telling.compared(xt, t, ut);
        let (scales, ut): (&[f32], _) = compared.as_ref().map_or((&[], ut), |(scales, rest)| (scales, rest));
        let rows = Rows { xt, features: &features, labels: &labels, ut, scales };
        self.training.step(rows, scalars);
        self.taken();
    }

    /// See [`super::Learner::step_drawn`].
    pub fn step_drawn(&mut self) -> bool {
        let drawn = self.training.step_drawn(self.step, self.rule.scalars(self.step + 1));
        if drawn {
            self.taken();
        }
        drawn
    }

    fn taken(&mut self) {
        self.step += 1;
        self.averaged = self.rule.averages();
    }

    /// How large its steps are.
    pub(super) fn rule_mut(&mut self) -> &mut Rule {
        &mut self.rule
    }

    /// What it computes.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
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
        Flow::new(&self.architecture, &self.opened, self.training.snapshot(average))
    }
}

/// A velocity at rest.
pub struct Flow {
    sampling: Sampling,
    weights: Buffer,
    opened: Opened,
    telling: Telling,
    architecture: Architecture,
    /// The same on the CPU, once it was asked for.
    here: OnceCell<Box<packed_cpu::Flow>>,
}

impl Flow {
    /// The velocity of a network of dense layers, with these weights.
    ///
    /// # Shapes
    /// `weights` are one list for each of [`Architecture::parameters`], in their order.
    pub fn of(architecture: &Architecture, opened: &Opened, weights: &[Vec<f32>]) -> Flow {
        let weights = opened.numbers(&Net::of(architecture).pack(weights));
        Flow::new(architecture, opened, weights)
    }

    fn new(architecture: &Architecture, opened: &Opened, weights: Buffer) -> Flow {
        let sampling = Sampling::new(opened, Net::of(architecture));
        let (opened, telling) = (opened.clone(), Telling::of(architecture));
        Flow { sampling, weights, opened, telling, architecture: architecture.clone(), here: OnceCell::new() }
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
        let labels = self.telling.columns(labels, x0.len() / self.architecture.input.dim);
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

    /// The parameters in their natural order: see [`Architecture::parameters`].
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn parameters(&self) -> Result<Vec<Vec<f32>>, Error> {
        let net = Net::of(&self.architecture);
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
        let flow = packed_cpu::Flow::of(&self.architecture, &self.parameters().await?);
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
