//! Points on a device as a solver's state.

use burn::tensor::Tensor;

use crate::device::burn::read;
use crate::error::Error;
use crate::solver::State;

impl State for Tensor<2> {
    fn moved(&self, velocity: &Self, h: f64) -> Self {
        self.clone() + velocity.clone().mul_scalar(h)
    }

    async fn error_norm(error: &Self, before: &Self, after: &Self, tolerance: f64) -> Result<f64, Error> {
        let size = before.clone().abs().max_pair(after.clone().abs());
        let scaled = error.clone() / (size.add_scalar(1.0).mul_scalar(tolerance));
        let mean = read(scaled.square().mean()).await?;
        Ok((mean[0] as f64).sqrt())
    }
}
