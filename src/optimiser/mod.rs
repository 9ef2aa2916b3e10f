//! Adam and AdamW, as PyTorch computes them.

#[cfg(feature = "burn")]
mod adam;

#[cfg(feature = "burn")]
pub use adam::Adam;

use crate::config::{Annealing, Config, Optimiser};

/// How a gradient becomes a change of weights, and how their average follows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Size of the first step.
    learning_rate: f64,
    /// Share of each weight, times the learning rate, that a step removes.
    weight_decay: f64,
    annealing: Annealing,
    /// Share of the weights' average that stays at a late step; 0 without averaging.
    ema: f64,
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
        let &Config { learning_rate, annealing, ema, steps, .. } = config;
        Rule { learning_rate, weight_decay, annealing, ema, steps }
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

    /// Is there an average of the weights?
    pub fn averages(&self) -> bool {
        self.ema > 0.0
    }

    /// The scalars of step number `step`, from 1.
    pub fn scalars(&self, step: usize) -> AdamScalars {
        let correction = |beta: f64| 1.0 - beta.powf(step as f64);
        let rate = self.rate(step);
        AdamScalars {
            rate: rate / correction(BETA_1),
            root: 1.0 / correction(BETA_2).sqrt(),
            kept_weight: 1.0 - rate * self.weight_decay,
            // The first steps, which know little, are soon forgotten.
            kept_average: self.averages().then(|| match step {
                1 => 0.0,
                _ => self.ema.min((1.0 + step as f64) / (10.0 + step as f64)),
            }),
        }
    }
}

/// What one step of Adam multiplies with: w ← kept_weight · w - rate · m / (root · √v + ε), then
/// average ← kept_average · average + (1 - kept_average) · w.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamScalars {
    /// Learning rate over the first moment's bias correction.
    pub rate: f64,
    /// 1 over the root of the second moment's.
    pub root: f64,
    /// Share of each weight that stays: 1 - learning rate · decay.
    pub kept_weight: f64,
    /// Share of the weights' average that stays, 0 at the first step; `None` without averaging.
    pub kept_average: Option<f64>,
}

/// Share of the first moment that stays at each step.
pub const BETA_1: f64 = 0.9;
/// Share of the second.
pub const BETA_2: f64 = 0.999;
/// Added to the root of the second moment.
pub const EPSILON: f64 = 1e-8;
