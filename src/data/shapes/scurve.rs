//! The S-curve of scikit-learn's `make_s_curve`, its dimensions 0 and 2, then ×1.5.

use std::f32::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::curve;
use crate::data::Distribution;
use crate::data::mixture::Mixture;

/// x = 1.5 ((sin θ, sign(θ)(cos θ - 1)) + noise · N(0, I)) with θ uniform on [-3π/2, 3π/2].
pub struct Scurve {
    /// Standard deviation before scaling; 1.5 times that afterwards.
    pub noise: f32,
}

const SCALE: f32 = 1.5;

fn s(angle: f32) -> [f32; 2] {
    [angle.sin(), angle.signum() * (angle.cos() - 1.0)]
}

impl Distribution for Scurve {
    fn dim(&self) -> usize {
        2
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            for coordinate in s(rng.random_range(-1.5 * PI..1.5 * PI)) {
                let normal: f32 = rng.sample(StandardNormal);
                points.push(SCALE * (coordinate + self.noise * normal));
            }
        }
        points
    }

    fn modes(&self) -> usize {
        1
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let (x, y) = (point[0] / SCALE, point[1] / SCALE);
        // Each half is an arc of 3/2 π around (0, ∓1) that leaves out one quadrant.
        let arc = |side: f32| {
            let (u, v) = (x * side, y * side + 1.0);
            if u < 0.0 && v > 0.0 { (u + 1.0).hypot(v).min(u.hypot(v - 1.0)) } else { (u.hypot(v) - 1.0).abs() }
        };
        (arc(1.0).min(arc(-1.0)) <= 3.0 * self.noise).then_some(0)
    }

    fn mixture(&self) -> Mixture {
        let end = 1.5 * PI as f64;
        // An even number of panels puts the bend at angle 0 between two of them.
        let nodes = curve::nodes(200, (-end, end), |angle| {
            [angle.sin(), angle.signum() * (angle.cos() - 1.0)].map(|coordinate| SCALE as f64 * coordinate)
        });
        curve::mixture(nodes, (SCALE * self.noise) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_lies_in_its_own_support_and_the_gap_does_not() {
        let exact = Scurve { noise: 1e-4 };
        for k in -100..=100 {
            let [x, y] = s(k as f32 / 100.0 * 1.5 * PI);
            assert_eq!(exact.mode(&[SCALE * x, SCALE * y]), Some(0), "angle {k}/100 of 3π/2");
        }
        assert_eq!(Scurve { noise: 0.05 }.mode(&[0.0, -1.5]), None);
    }
}
