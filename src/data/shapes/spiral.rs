//! The spiral of scikit-learn's `make_swiss_roll`, its dimensions 0 and 2, scaled.

use std::f64::consts::{PI, TAU};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::curve;
use crate::data::Distribution;
use crate::data::mixture::Mixture;

/// x = radius / (4.5 π) · (t cos t, t sin t) + noise · N(0, I) with t uniform on [1.5 π, 4.5 π].
pub struct Spiral {
    /// Largest radius.
    pub radius: f32,
    pub noise: f32,
}

/// The spiral's two ends.
const ENDS: (f64, f64) = (1.5 * PI, 4.5 * PI);

impl Spiral {
    fn scale(&self) -> f64 {
        self.radius as f64 / ENDS.1
    }

    fn curve(&self, t: f64) -> [f64; 2] {
        [self.scale() * t * t.cos(), self.scale() * t * t.sin()]
    }

    /// Distance to the spiral, ends included.
    fn distance(&self, x: f64, y: f64) -> f64 {
        let (x, y) = (x / self.scale(), y / self.scale());
        let nearest = |turn: i32| {
            // On every turn the nearest t is close to the angle of (x, y); Newton's method on half the slope of the
            // squared distance, t - (x cos t + y sin t) - t (y cos t - x sin t), brings it there.
            let mut t = (y.atan2(x) + TAU * turn as f64).clamp(ENDS.0, ENDS.1);
            for _ in 0..4 {
                let (along, across) = (x * t.cos() + y * t.sin(), y * t.cos() - x * t.sin());
                let slope = t - along - t * across;
                let curvature = 1.0 - 2.0 * across + t * along;
                t = if curvature > 0.0 { (t - slope / curvature).clamp(ENDS.0, ENDS.1) } else { t };
            }
            (t * t.cos() - x).hypot(t * t.sin() - y)
        };
        self.scale() * (0..=2).map(nearest).fold(f64::INFINITY, f64::min)
    }
}

impl Distribution for Spiral {
    fn dim(&self) -> usize {
        2
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            for coordinate in self.curve(rng.random_range(ENDS.0..ENDS.1)) {
                let normal: f32 = rng.sample(StandardNormal);
                points.push(coordinate as f32 + self.noise * normal);
            }
        }
        points
    }

    fn modes(&self) -> usize {
        1
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        (self.distance(point[0] as f64, point[1] as f64) <= 3.0 * self.noise as f64).then_some(0)
    }

    fn mixture(&self) -> Mixture {
        // The outer turn is fast: 250 panels make it 1.3 standard deviations a panel.
        curve::mixture(curve::nodes(250, ENDS, |t| self.curve(t)), self.noise as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_that_to_the_nearest_of_many_points_of_the_curve() {
        let spiral = Spiral { radius: 3.5, noise: 0.1 };
        let curve: Vec<_> = (0..=20_000).map(|k| spiral.curve(ENDS.0 + (ENDS.1 - ENDS.0) * k as f64 / 2e4)).collect();
        for (x, y) in (-20..=20).flat_map(|i| (-20..=20).map(move |j| (0.2 * i as f64, 0.2 * j as f64))) {
            let brute = curve.iter().map(|p| (p[0] - x).hypot(p[1] - y)).fold(f64::INFINITY, f64::min);
            // Where no support is near, the local method may take another branch: only nearness has to be right.
            if brute < 0.5 {
                assert!((spiral.distance(x, y) - brute).abs() < 1e-4, "({x}, {y}): {}", spiral.distance(x, y) - brute);
            }
            assert!(spiral.distance(x, y) > brute - 1e-4);
        }
        assert_eq!(spiral.distance(f64::NAN, 0.0), f64::INFINITY);
    }
}
