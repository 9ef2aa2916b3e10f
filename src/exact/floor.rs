//! The lowest possible training loss.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::Serialize;

use super::Field;
use crate::config::TimeSampling;
use crate::data::Distribution;
use crate::data::mixture::Exactness;

/// Pairs that share a t: to make a [`Slice`](super::Slice) costs as much as a few points.
const GROUP: usize = 16;

/// What remains of the loss with the best of all networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LossFloor {
    /// Mean over points and dimensions.
    pub loss: f64,
    /// One standard deviation of `loss` over seeds.
    pub standard_error: f64,
    /// That of the field.
    pub exactness: Exactness,
}

/// E |ut - u*(xt, t)|² / dim over x0, x1 and t as training draws it: the variance of ut given xt, which no network removes.
///
/// The loss of any v is this plus E |v - u*|² / dim (Lipman et al. 2023, arXiv 2210.02747, theorem 2). Monte-Carlo over
/// `samples` pairs, rounded up to whole groups of 16 (two at least) that share a t, one t in each of as many equal shares of
/// all draws. Averaged is [`Slice::variance`](super::Slice::variance), which varies less than the squared error itself; where
/// the field is an estimate it is that error, and the result too high by the field's own. The standard error is from
/// successive differences (von Neumann 1941), which see the spread at one t only.
pub fn loss_floor(
    field: &Field,
    source: &dyn Distribution,
    target: &dyn Distribution,
    times: TimeSampling,
    samples: usize,
    rng: &mut ChaCha8Rng,
) -> LossFloor {
    let (groups, dim, sigma) = (samples.div_ceil(GROUP).max(2), field.dim(), field.path.sigma);
    let (x0, x1) = (source.sample(groups * GROUP, rng), target.sample(groups * GROUP, rng));
    let (mut xt, mut ut, mut best) = (vec![0.0; dim], vec![0.0; dim], vec![0.0; dim]);
    let mut losses = Vec::with_capacity(groups);
    for (i, (x0, x1)) in x0.chunks_exact(GROUP * dim).zip(x1.chunks_exact(GROUP * dim)).enumerate() {
        let t = times.quantile((i as f64 + rng.random::<f64>()) / groups as f64);
        let (at, mut slice) = (field.path.at(t), field.at(t));
        let mut error = 0.0;
        for (x0, x1) in x0.chunks_exact(dim).zip(x1.chunks_exact(dim)) {
            for axis in 0..dim {
                let (x0, x1) = (x0[axis] as f64, x1[axis] as f64);
                let noise = if sigma > 0.0 { sigma * rng.sample::<f64, _>(StandardNormal) } else { 0.0 };
                xt[axis] = at.alpha * x1 + at.beta * x0 + noise;
                ut[axis] = at.alpha_dot * x1 + at.beta_dot * x0;
            }
            error += if let Exactness::Estimate(_) = field.exactness {
                slice.velocity(&xt, &mut best);
                ut.iter().zip(&best).map(|(ut, best)| (ut - best).powi(2)).sum()
            } else {
                slice.variance(&xt)
            };
        }
        losses.push(error / (GROUP * dim) as f64);
    }
    let n = groups as f64;
    let squares: f64 = losses.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    let standard_error = (squares / (2.0 * (n - 1.0)) / n).sqrt();
    LossFloor { loss: losses.iter().sum::<f64>() / n, standard_error, exactness: field.exactness }
}
