//! Adam and AdamW, as PyTorch computes them.

use burn::tensor::{Gradients, Tensor};

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

/// Adam (Kingma and Ba 2015, arXiv 1412.6980) with AdamW's decoupled decay (Loshchilov and Hutter 2019,
/// arXiv 1711.05101): w ← (1 - lr·decay) w - lr m̂ / (√v̂ + ε).
///
/// Our own rather than burn's: the moments must be readable without blocking, so that a run can be
/// saved from, and moved between, a browser's devices.
#[derive(Clone, Debug)]
pub struct Adam {
    /// How large a step is.
    pub rule: Rule,
    /// Steps taken so far.
    pub step: usize,
    /// First and second moment of every parameter's gradient, in the parameters' order; empty before the first step.
    pub moments: Vec<[Tensor<2>; 2]>,
}

/// Share of the first moment that stays at each step.
pub const BETA_1: f64 = 0.9;
/// Share of the second.
pub const BETA_2: f64 = 0.999;
/// Added to the root of the second moment.
pub const EPSILON: f64 = 1e-8;

impl Adam {
    /// The optimiser that the options describe, before its first step.
    pub fn new(config: &Config) -> Adam {
        Adam { rule: Rule::of(config), step: 0, moments: Vec::new() }
    }

    /// Takes one step along `gradients`; a parameter without a gradient counts as having a zero one.
    pub fn step(&mut self, parameters: &mut [Tensor<2>], gradients: &mut Gradients) {
        if self.moments.is_empty() {
            self.moments = parameters
                .iter()
                .map(|p| {
                    let zeros = p.clone().inner().zeros_like();
                    [zeros.clone(), zeros]
                })
                .collect();
        }
        self.step += 1;
        let (rate, kept) = (self.rule.rate(self.step), self.rule.kept(self.step));
        let correction_1 = 1.0 - BETA_1.powf(self.step as f64);
        let correction_2 = 1.0 - BETA_2.powf(self.step as f64);

        for (parameter, [m, v]) in parameters.iter_mut().zip(&mut self.moments) {
            let gradient = parameter.grad_remove(gradients);
            let weight = parameter.clone().inner();
            let gradient = gradient.unwrap_or_else(|| weight.zeros_like());

            *m = m.clone().mul_scalar(BETA_1) + gradient.clone().mul_scalar(1.0 - BETA_1);
            *v = v.clone().mul_scalar(BETA_2) + gradient.square().mul_scalar(1.0 - BETA_2);

            let denominator = v.clone().sqrt().div_scalar(correction_2.sqrt()).add_scalar(EPSILON);
            let change = m.clone().div(denominator).mul_scalar(rate / correction_1);
            let decayed = if kept == 1.0 { weight } else { weight.mul_scalar(kept) };
            *parameter = (decayed - change).autodiff().require_grad();
        }
    }
}
