//! Adam and AdamW, as PyTorch computes them.

#[cfg(feature = "burn")]
mod adam;

#[cfg(feature = "burn")]
pub use adam::Adam;

use crate::config::{Annealing, Config, Optimiser};

/// How a gradient becomes a change of weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Size of the first step.
    learning_rate: f64,
    /// Share of each weight, times the learning rate, that a step removes.
    weight_decay: f64,
    annealing: Annealing,
    /// Those of the whole run.
    pub steps: usize,
}

impl Rule {
    /// The rule that the options describe; Adam's has no decay.
    pub fn of(config: &Config) -> Rule {
        let weight_decay = match config.optimiser {
            Optimiser::Adam => 0.0,
            Optimiser::Adamw => config.weight_decay,
        };
        let &Config { learning_rate, annealing, steps, .. } = config;
        Rule { learning_rate, weight_decay, annealing, steps }
    }

    /// The learning rate of step number `step`, from 1. A run that is trained on past its end learns nothing more where
    /// it is annealed.
    ///
    /// Source: Loshchilov and Hutter 2017 (arXiv 1608.03983), equation 5, without restarts.
    pub fn rate(&self, step: usize) -> f64 {
        match self.annealing {
            Annealing::None => self.learning_rate,
            Annealing::Cosine => {
                let done = step.saturating_sub(1).min(self.steps) as f64 / self.steps as f64;
                self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
            }
        }
    }

    /// The share of each weight that step number `step` keeps.
    pub fn kept(&self, step: usize) -> f64 {
        1.0 - self.rate(step) * self.weight_decay
    }
}

/// Share of the first moment that stays at each step.
pub const BETA_1: f64 = 0.9;
/// Share of the second.
pub const BETA_2: f64 = 0.999;
/// Added to the root of the second moment.
pub const EPSILON: f64 = 1e-8;
