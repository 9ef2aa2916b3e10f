//! Two interleaved half circles, as in scikit-learn's `make_moons`, then ×2, minus 1.
//!
//! The scale is that of the benchmark of arXiv 2307.03672 (SPEC §5).

use std::f32::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::curve;
use crate::data::Distribution;
use crate::data::mixture::Mixture;

/// x = scale (curve(θ) + noise · N(0, I)) + shift with θ uniform on [0, π], where the upper moon is
/// (cos θ, sin θ) and the lower one (1 - cos θ, ½ - sin θ).
pub struct Moons {
    /// Standard deviation before scaling.
    pub noise: f32,
    /// The same along both axes.
    pub scale: f32,
    /// The same along both axes.
    pub shift: f32,
}

impl Moons {
    /// Noise .05, ×2, minus 1: about as large as N(0, I).
    pub const PLAIN: Moons = Moons { noise: 0.05, scale: 2.0, shift: -1.0 };
}

impl Distribution for Moons {
    fn dim(&self) -> usize {
        2
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            let angle = rng.random_range(0.0..PI);
            let (x, y) =
                if rng.random::<bool>() { (angle.cos(), angle.sin()) } else { (1.0 - angle.cos(), 0.5 - angle.sin()) };
            for coordinate in [x, y] {
                let normal: f32 = rng.sample(StandardNormal);
                points.push(self.scale * (coordinate + self.noise * normal) + self.shift);
            }
        }
        points
    }

    fn modes(&self) -> usize {
        2
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let (x, y) = ((point[0] - self.shift) / self.scale, (point[1] - self.shift) / self.scale);
        let upper = half_circle_distance(x, y);
        let lower = half_circle_distance(1.0 - x, 0.5 - y);
        (upper.min(lower) <= 3.0 * self.noise).then_some((lower < upper) as usize)
    }

    fn mixture(&self) -> Mixture {
        let scaled = |x: f64, y: f64| [x, y].map(|coordinate| self.scale as f64 * coordinate + self.shift as f64);
        let upper = curve::nodes(100, (0.0, PI as f64), |angle| scaled(angle.cos(), angle.sin()));
        let lower = curve::nodes(100, (0.0, PI as f64), |angle| scaled(1.0 - angle.cos(), 0.5 - angle.sin()));
        curve::mixture(upper.chain(lower), (self.scale * self.noise) as f64)
    }
}

/// Distance from (x, y) to the half circle (cos θ, sin θ), θ in [0, π].
fn half_circle_distance(x: f32, y: f32) -> f32 {
    if y >= 0.0 { (x.hypot(y) - 1.0).abs() } else { (x.abs() - 1.0).hypot(y) }
}

#[cfg(test)]
mod tests {
    use super::half_circle_distance;

    #[test]
    fn distance_to_the_half_circle_is_euclidean_beyond_its_ends() {
        assert!((half_circle_distance(0.0, 2.0) - 1.0).abs() < 1e-6);
        assert!((half_circle_distance(1.0, -0.5) - 0.5).abs() < 1e-6);
        assert!((half_circle_distance(-1.3, -0.4) - 0.5).abs() < 1e-6);
    }
}
