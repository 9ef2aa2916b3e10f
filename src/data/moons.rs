//! Two interleaved half circles, as in scikit-learn's `make_moons`, then ×2, minus 1.
//!
//! The scale is that of the benchmark of arXiv 2307.03672 (SPEC §5).

use std::f32::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::Distribution;

/// x = 2 (curve(θ) + noise · N(0, I)) - 1 with θ uniform on [0, π], where the upper moon is
/// (cos θ, sin θ) and the lower one (1 - cos θ, ½ - sin θ).
pub struct Moons {
    /// Standard deviation before scaling; twice that afterwards.
    pub noise: f32,
}

const SCALE: f32 = 2.0;
const SHIFT: f32 = -1.0;

impl Distribution for Moons {
    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            let angle = rng.random_range(0.0..PI);
            let (x, y) =
                if rng.random::<bool>() { (angle.cos(), angle.sin()) } else { (1.0 - angle.cos(), 0.5 - angle.sin()) };
            for coordinate in [x, y] {
                let normal: f32 = rng.sample(StandardNormal);
                points.push(SCALE * (coordinate + self.noise * normal) + SHIFT);
            }
        }
        points
    }

    fn modes(&self) -> usize {
        2
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let (x, y) = ((point[0] - SHIFT) / SCALE, (point[1] - SHIFT) / SCALE);
        let upper = half_circle_distance(x, y);
        let lower = half_circle_distance(1.0 - x, 0.5 - y);
        (upper.min(lower) <= 3.0 * self.noise).then_some((lower < upper) as usize)
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
