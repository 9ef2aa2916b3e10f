//! Adam and AdamW in tensors.

use burn::tensor::{Gradients, Tensor};

use super::{BETA_1, BETA_2, EPSILON, Rule};
use crate::config::Config;

/// Adam (Kingma and Ba 2015, arXiv 1412.6980) with AdamW's decoupled decay (Loshchilov and Hutter 2019,
/// arXiv 1711.05101): w ← (1 - lr·decay) w - lr m̂ / (√v̂ + ε).
///
/// Our own rather than burn's: its scalars are in f64, and it is the same in every form of a step.
#[derive(Clone, Debug)]
pub struct Adam {
    /// How large a step is.
    pub rule: Rule,
    /// Steps taken so far.
    pub step: usize,
    /// First and second moment of every parameter's gradient, in the parameters' order; empty before the first step.
    pub moments: Vec<[Tensor<2>; 2]>,
}

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
