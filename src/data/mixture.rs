//! A distribution written as a mixture of products of one-dimensional laws: what the exact velocity is computed from.

use rand::RngExt;
use serde::Serialize;

use super::Distribution;
use crate::random::seed::{Purpose, stream};

/// Points up to which a finite set stands in the mixture whole.
pub const POINTS_MAX: usize = 5_000;
/// Points that stand for a distribution that has no mixture, or too large a one.
const ESTIMATE: usize = 2_000;
/// ln √(2π).
const LN_ROOT_TAU: f64 = 0.918_938_533_204_672_8;

/// A law on the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// N(mean, std²); with std = 0 the point `mean`.
    Normal {
        /// Centre.
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
    /// Uniform on [low, high].
    Uniform {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
}

impl Law {
    /// Expectation.
    pub fn mean(self) -> f64 {
        match self {
            Law::Normal { mean, .. } => mean,
            Law::Uniform { low, high } => 0.5 * (low + high),
        }
    }

    /// Squared standard deviation: std², or (high - low)² / 12.
    pub fn variance(self) -> f64 {
        match self {
            Law::Normal { std, .. } => std * std,
            Law::Uniform { low, high } => (high - low).powi(2) / 12.0,
        }
    }

    /// ln p(x) in nats, -∞ outside the support; `None` for a point, which has no density.
    pub fn log_density(self, x: f64) -> Option<f64> {
        match self {
            Law::Normal { std, .. } if std <= 0.0 => None,
            Law::Normal { mean, std } => Some(-0.5 * ((x - mean) / std).powi(2) - std.ln() - LN_ROOT_TAU),
            Law::Uniform { low, high } if high <= low => None,
            Law::Uniform { low, high } if (low..=high).contains(&x) => Some(-(high - low).ln()),
            Law::Uniform { .. } => Some(f64::NEG_INFINITY),
        }
    }
}

/// How a mixture stands to the distribution that it describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Exactness {
    /// The same distribution.
    Exact,
    /// A curve with noise, its integral replaced by a sum over so many nodes; it errs by less than 10⁻⁷ of the density.
    Quadrature(usize),
    /// So many of the distribution's points stand for it: a Monte-Carlo estimate.
    Estimate(usize),
}

/// `p(x) = Σ_k weight_k Π_d laws[d][part_k[d]](x_d)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// For every axis its distinct laws; a board of n cells a side has n, however many cells it has.
    pub laws: Vec<Vec<Law>>,
    /// Weights, which sum to 1, one a part.
    pub weights: Vec<f64>,
    /// For every part the index of its law on every axis: `parts × dim`.
    pub parts: Vec<u32>,
    /// Whether it is the distribution, or stands for it.
    pub exactness: Exactness,
}

impl Mixture {
    /// Part k is the product of law k of every axis; the weights are scaled to sum to 1.
    ///
    /// # Panics
    /// If the axes have different numbers of laws, or not one a weight.
    pub fn aligned(laws: Vec<Vec<Law>>, weights: Vec<f64>, exactness: Exactness) -> Mixture {
        assert!(laws.iter().all(|axis| axis.len() == weights.len()), "every part needs a law on every axis");
        let parts = (0..weights.len() as u32).flat_map(|k| std::iter::repeat_n(k, laws.len())).collect();
        let total: f64 = weights.iter().sum();
        Mixture { laws, weights: weights.into_iter().map(|w| w / total).collect(), parts, exactness }
    }

    /// A finite set, every point of the same weight; beyond [`POINTS_MAX`] points 2,000 of them stand for all.
    ///
    /// # Shapes
    /// `points` holds `n × dim` numbers, n at least 1.
    pub fn of_points(points: &[f32], dim: usize) -> Mixture {
        let n = points.len() / dim;
        if n <= POINTS_MAX {
            return Mixture::of_few(points, dim, Exactness::Exact);
        }
        let mut rng = stream(0, Purpose::Points, 0);
        let drawn: Vec<f32> = (0..ESTIMATE)
            .flat_map(|_| {
                let k = rng.random_range(0..n);
                &points[k * dim..(k + 1) * dim]
            })
            .copied()
            .collect();
        Mixture::of_few(&drawn, dim, Exactness::Estimate(ESTIMATE))
    }

    /// 2,000 points of a distribution, always the same ones, that stand for it.
    pub fn estimate(distribution: &dyn Distribution) -> Mixture {
        let points = distribution.sample(ESTIMATE, &mut stream(0, Purpose::Points, 0));
        Mixture::of_few(&points, distribution.dim(), Exactness::Estimate(ESTIMATE))
    }

    fn of_few(points: &[f32], dim: usize, exactness: Exactness) -> Mixture {
        let point = |&x: &f32| Law::Normal { mean: x as f64, std: 0.0 };
        let laws = (0..dim).map(|axis| points.iter().skip(axis).step_by(dim).map(point).collect()).collect();
        Mixture::aligned(laws, vec![1.0; points.len() / dim], exactness)
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.laws.len()
    }

    /// At most `count` of its parts, evenly spaced in their order, with their weights made to sum to 1: an estimate.
    pub fn thinned(&self, count: usize) -> Mixture {
        let (dim, parts) = (self.dim(), self.weights.len());
        if parts <= count {
            return self.clone();
        }
        let kept: Vec<usize> = (0..count).map(|k| k * parts / count).collect();
        let total: f64 = kept.iter().map(|&k| self.weights[k]).sum();
        let law = |k: usize, axis: usize| self.laws[axis][self.parts[k * dim + axis] as usize];
        let laws = (0..dim).map(|axis| kept.iter().map(|&k| law(k, axis)).collect()).collect();
        let weights = kept.iter().map(|&k| self.weights[k] / total).collect();
        Mixture::aligned(laws, weights, Exactness::Estimate(count))
    }

    /// ln p(x) in nats, -∞ outside the support; `None` for an estimate, and for points, which have no density.
    ///
    /// # Shapes
    /// `x` holds `dim` numbers.
    pub fn log_density(&self, x: &[f64]) -> Option<f64> {
        if matches!(self.exactness, Exactness::Estimate(_)) {
            return None;
        }
        let axis =
            |(laws, &x): (&Vec<Law>, &f64)| laws.iter().map(|law| law.log_density(x)).collect::<Option<Vec<_>>>();
        let logs: Vec<Vec<f64>> = self.laws.iter().zip(x).map(axis).collect::<Option<_>>()?;
        let part = |part: &[u32]| logs.iter().zip(part).map(|(axis, &k)| axis[k as usize]).sum::<f64>();
        let terms: Vec<f64> = self.parts.chunks_exact(self.dim()).map(part).collect();
        // Far from every part all terms underflow unless the largest is taken out; outside them all, -∞ - -∞ is NaN.
        let most = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum = || terms.iter().zip(&self.weights).map(|(term, weight)| weight * (term - most).exp()).sum::<f64>();
        Some(if most.is_finite() { most + sum().ln() } else { most })
    }
}
