//! Five bent arms, as in FFJORD (Grathwohl et al. 2019, arXiv 1810.01367).

use std::f64::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::data::Distribution;
use crate::data::mixture::Mixture;

/// x = 2 R f with f = (1 + 0.3 n₁, 0.1 n₂), n ~ N(0, I), and R the clockwise rotation by
/// 2πk/5 + ¼ exp(f₁), arm k being one of five.
pub struct Pinwheel;

const ARMS: usize = 5;
const RADIAL_STD: f64 = 0.3;
const TANGENTIAL_STD: f64 = 0.1;
const RATE: f64 = 0.25;
const SCALE: f64 = 2.0;

fn angle(arm: usize, along: f64) -> f64 {
    TAU * arm as f64 / ARMS as f64 + RATE * along.exp()
}

/// f, in standard deviations from (1, 0), of a point on an arm.
fn residuals(arm: usize, x: f64, y: f64) -> [f64; 2] {
    let (x, y) = (x / SCALE, y / SCALE);
    // The rotation back depends on the f₁ that it yields: Newton's method, from the radius, which f₂ hardly changes.
    let mut along = x.hypot(y).min(2.0);
    let mut across = 0.0;
    for _ in 0..8 {
        let (sin, cos) = angle(arm, along).sin_cos();
        let error = cos * x - sin * y - along;
        across = sin * x + cos * y;
        let slope = 1.0 + RATE * along.exp() * across;
        if slope < 0.1 {
            return [f64::INFINITY; 2]; // six standard deviations off the arm
        }
        along += error / slope;
        if error.abs() < 1e-9 {
            break;
        }
    }
    [(along - 1.0) / RADIAL_STD, across / TANGENTIAL_STD]
}

impl Distribution for Pinwheel {
    fn dim(&self) -> usize {
        2
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            let arm = rng.random_range(0..ARMS);
            let (radial, tangential): (f64, f64) = (rng.sample(StandardNormal), rng.sample(StandardNormal));
            let (along, across) = (1.0 + RADIAL_STD * radial, TANGENTIAL_STD * tangential);
            let (sin, cos) = angle(arm, along).sin_cos();
            points.push((SCALE * (cos * along + sin * across)) as f32);
            points.push((SCALE * (cos * across - sin * along)) as f32);
        }
        points
    }

    fn modes(&self) -> usize {
        ARMS
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let deviations = |arm| {
            let [radial, tangential] = residuals(arm, point[0] as f64, point[1] as f64);
            radial.hypot(tangential)
        };
        let (arm, nearest) = (0..ARMS).map(deviations).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearest <= 3.0).then_some(arm)
    }

    fn mixture(&self) -> Mixture {
        Mixture::estimate(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rotation_is_undone() {
        for arm in 0..ARMS {
            for (radial, tangential) in [(0.0, 0.0), (2.0, 1.0), (-2.5, -1.0), (2.9, -0.5), (-1.0, 2.5), (1.0, -2.8)] {
                let (along, across) = (1.0 + RADIAL_STD * radial, TANGENTIAL_STD * tangential);
                let (sin, cos) = angle(arm, along).sin_cos();
                let found = residuals(arm, SCALE * (cos * along + sin * across), SCALE * (cos * across - sin * along));
                let error = (found[0] - radial).hypot(found[1] - tangential);
                assert!(error < 1e-6, "arm {arm}, ({radial}, {tangential}): {found:?}");
            }
        }
    }
}
