//! Adam and AdamW, as PyTorch computes them.

use burn::tensor::{Gradients, Tensor};

use crate::config::{Config, Optimiser};

/// How a gradient becomes a change of weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Size of a step.
    pub learning_rate: f64,
    /// Share of each weight, times the learning rate, that a step removes.
    pub weight_decay: f64,
}

impl Rule {
    /// The rule that the options describe; Adam's has no decay.
    pub fn of(config: &Config) -> Rule {
        let weight_decay = match config.optimiser {
            Optimiser::Adam => 0.0,
            Optimiser::Adamw => config.weight_decay,
        };
        Rule { learning_rate: config.learning_rate, weight_decay }
    }
}

/// Adam (Kingma and Ba 2015, arXiv 1412.6980) with AdamW's decoupled decay (Loshchilov and Hutter 2019,
/// arXiv 1711.05101): w ← (1 - lr·decay) w - lr m̂ / (√v̂ + ε).
///
/// Our own rather than burn's: the moments must be readable without blocking, so that a run can be
/// saved from, and moved between, a browser's devices.
#[derive(Clone, Debug)]
pub struct Adam {
    rule: Rule,
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
        let Rule { learning_rate, weight_decay } = self.rule;
        let correction_1 = 1.0 - BETA_1.powf(self.step as f64);
        let correction_2 = 1.0 - BETA_2.powf(self.step as f64);

        for (parameter, [m, v]) in parameters.iter_mut().zip(&mut self.moments) {
            let gradient = parameter.grad_remove(gradients);
            let weight = parameter.clone().inner();
            let gradient = gradient.unwrap_or_else(|| weight.zeros_like());

            *m = m.clone().mul_scalar(BETA_1) + gradient.clone().mul_scalar(1.0 - BETA_1);
            *v = v.clone().mul_scalar(BETA_2) + gradient.square().mul_scalar(1.0 - BETA_2);

            let denominator = v.clone().sqrt().div_scalar(correction_2.sqrt()).add_scalar(EPSILON);
            let change = m.clone().div(denominator).mul_scalar(learning_rate / correction_1);
            let decayed = match weight_decay {
                0.0 => weight,
                decay => weight.mul_scalar(1.0 - learning_rate * decay),
            };
            *parameter = (decayed - change).autodiff().require_grad();
        }
    }
}
