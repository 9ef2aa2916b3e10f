//! The training loop: draw pairs, draw t, ask the network for the velocity, correct it.

use crate::batch::prefetch::Prefetch;
use crate::batch::sampler::Batches;
use crate::config::Config;
use crate::data::Distribution;
use crate::error::Error;
#[cfg(feature = "burn")]
use crate::learner::autodiff::Plain;
use crate::learner::form::Form;
use crate::learner::{Learner, Recipe, State};
use crate::network::Architecture;
use crate::random::seed::{self, Purpose};

/// The parts of a divided batch as numbers for helpers, and how many numbers all its ut are.
pub type Shares = (Vec<Vec<f32>>, usize);

/// One network in training. The caller owns the loop: pausing is not calling [`Trainer::step`].
pub struct Trainer {
    batches: Prefetch,
    /// The network, and what training knows about it.
    pub learner: Learner,
    losses: Vec<f32>,
}

impl Trainer {
    /// Draws the training points and the initial weights of the run that the options describe, for a learner of this
    /// form.
    ///
    /// `pairs` are reflow's, or empty: see [`Batches::new`].
    pub fn new(
        config: &Config,
        form: &Form,
        source: Box<dyn Distribution>,
        target: Box<dyn Distribution>,
        pairs: Vec<f32>,
    ) -> Trainer {
        let architecture = Architecture::of(config, target.dim());
        let state = State::initial(&architecture, &mut seed::stream(config.seed as u64, Purpose::Weights, 0));
        let batches = Batches::new(config, source, target, pairs);
        let learner = Learner::of(form, &architecture, Recipe::of(config), &state, batches.drawn());
        Trainer::of(learner, batches)
    }

    /// The same with burn's automatic differentiation on any device: what the others are measured against.
    #[cfg(feature = "burn")]
    pub fn plain(
        config: &Config,
        device: &burn::tensor::Device,
        source: Box<dyn Distribution>,
        target: Box<dyn Distribution>,
    ) -> Trainer {
        let architecture = Architecture::of(config, target.dim());
        let state = State::initial(&architecture, &mut seed::stream(config.seed as u64, Purpose::Weights, 0));
        let learner = Plain::new(&architecture, Recipe::of(config), device, &state);
        Trainer::of(Learner::Plain(Box::new(learner)), Batches::new(config, source, target, Vec::new()))
    }

    fn of(learner: Learner, mut batches: Batches) -> Trainer {
        Trainer { learner, batches: Prefetch::new(move |step| batches.prepared(step)), losses: Vec::new() }
    }

    /// Takes one training step.
    pub fn step(&mut self) {
        if !self.learner.step_drawn() {
            let batch = self.batches.step(self.steps_taken());
            self.learner.step(&batch);
        }
    }

    /// Divides the next step's batch, for [`Cpu::finish`](crate::learner::packed_cpu::Cpu::finish) to take the step;
    /// `None` where the device is not the CPU.
    ///
    /// # Errors
    /// When batches of this run are not divided into so many parts.
    pub fn divide(&mut self, shared: usize) -> Result<Option<Shares>, Error> {
        let Some(cpu) = self.learner.cpu_mut() else { return Ok(None) };
        let batch = self.batches.step(cpu.steps_taken());
        Ok(Some((cpu.divide(&batch, shared)?, batch.sample.ut.len())))
    }

    /// Training steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.learner.steps_taken()
    }

    /// The loss of every step so far, read from the device only where it is new.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn losses(&mut self) -> Result<&[f32], Error> {
        let fresh = self.learner.take_losses().await?;
        self.losses.extend(fresh);
        Ok(&self.losses)
    }

    /// Continues a run whose losses so far are known.
    pub fn set_losses(&mut self, losses: Vec<f32>) {
        self.losses = losses;
    }
}
