//! Adam and AdamW in tensors.

use burn::tensor::Tensor;

use super::{AdamScalars, BETA_1, BETA_2, EPSILON, Rule};

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
    pub moments: Vec<[Tensor<1>; 2]>,
}

impl Adam {
    /// The optimiser of this rule, before its first step.
    pub fn new(rule: Rule) -> Adam {
        Adam { rule, step: 0, moments: Vec::new() }
    }

    /// Takes one step along the gradients; gives its scalars.
    ///
    /// # Shapes
    /// As many gradients as parameters, each of as many numbers.
    pub fn step(&mut self, parameters: &mut [Tensor<1>], gradients: Vec<Tensor<1>>) -> AdamScalars {
        if self.moments.is_empty() {
            let zeros = |parameter: &Tensor<1>| [parameter.zeros_like(), parameter.zeros_like()];
            self.moments = parameters.iter().map(zeros).collect();
        }
        self.step += 1;
        let scalars = self.rule.scalars(self.step);
        let AdamScalars { rate, root, kept_weight, .. } = scalars;
        for ((weight, gradient), [m, v]) in parameters.iter_mut().zip(gradients).zip(&mut self.moments) {
            *m = m.clone().mul_scalar(BETA_1) + gradient.clone().mul_scalar(1.0 - BETA_1);
            *v = v.clone().mul_scalar(BETA_2) + gradient.square().mul_scalar(1.0 - BETA_2);
            let denominator = v.clone().sqrt().mul_scalar(root).add_scalar(EPSILON);
            let change = m.clone().div(denominator).mul_scalar(rate);
            let kept = if kept_weight == 1.0 { weight.clone() } else { weight.clone().mul_scalar(kept_weight) };
            *weight = kept - change;
        }
        scalars
    }
}
