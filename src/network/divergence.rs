//! The divergence of a network's velocity, for likelihoods.

use burn::tensor::Tensor;

use super::{Label, Mlp, Told};

/// The dimension up to which the trace of the Jacobian is computed exactly; beyond, it is estimated.
pub const EXACT_DIM_MAX: usize = 3;

impl Mlp {
    /// Velocity and divergence side by side: what [`crate::likelihood::pull_back`] integrates.
    ///
    /// With `probes` ε the divergence is Hutchinson's εᵀ J ε, one backward pass; without, the exact trace of the
    /// Jacobian J, one backward pass a dimension.
    ///
    /// # Shapes
    /// `state` and the result are `[n, dim + 1]`, `labels` `n` or none, `probes` `[n, dim]`; all on the device itself, not its autodiff side.
    pub fn augmented(&self, state: &Tensor<2>, t: f64, labels: &[Label], probes: Option<&Tensor<2>>) -> Tensor<2> {
        let [n, columns] = state.dims();
        let dim = columns - 1;
        let network = self.frozen();
        let x = state.clone().slice([0..n, 0..dim]);
        let pass = || {
            let x = x.clone().autodiff().require_grad();
            (network.forward(x.clone(), Told { t: &[t as f32], labels }), x)
        };
        let product = |weights: Tensor<2>| {
            let (velocity, x) = pass();
            let gradients = (velocity.clone() * weights.autodiff()).sum().backward();
            let gradient = x.grad(&gradients).unwrap_or_else(|| x.clone().inner().zeros_like());
            (velocity.inner(), gradient)
        };
        let (velocity, divergence) = match probes {
            Some(probes) => {
                let (velocity, gradient) = product(probes.clone());
                (velocity, (gradient * probes.clone()).sum_dim(1))
            }
            None => {
                let zeros = x.zeros_like();
                let axis = |d: usize| {
                    let (velocity, gradient) = product(zeros.clone().slice_fill([0..n, d..d + 1], 1.0));
                    (velocity, gradient.slice([0..n, d..d + 1]))
                };
                let first = axis(0);
                (1..dim).fold(first, |(velocity, sum), d| (velocity, sum + axis(d).1))
            }
        };
        Tensor::cat(vec![velocity, divergence], 1)
    }
}
