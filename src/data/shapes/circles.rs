//! Two circles around the origin, as scikit-learn's `make_circles` with factor 0.5, scaled.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::curve;
use crate::data::Distribution;
use crate::data::mixture::Mixture;

/// x = radius (cos θ, sin θ) + noise · N(0, I) with θ uniform on [0, 2π] and either radius as likely.
pub struct Circles {
    /// Inner and outer.
    pub radii: [f32; 2],
    pub noise: f32,
}

impl Distribution for Circles {
    fn dim(&self) -> usize {
        2
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            let radius = self.radii[rng.random_range(0..2usize)];
            let angle = rng.random_range(0.0..TAU as f32);
            for coordinate in [angle.cos(), angle.sin()] {
                let normal: f32 = rng.sample(StandardNormal);
                points.push(radius * coordinate + self.noise * normal);
            }
        }
        points
    }

    fn modes(&self) -> usize {
        2
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let radius = point[0].hypot(point[1]);
        let [inner, outer] = self.radii.map(|r| (radius - r).abs());
        (inner.min(outer) <= 3.0 * self.noise).then_some((outer < inner) as usize)
    }

    fn mixture(&self) -> Mixture {
        let circle = |r: f32| curve::nodes(100, (0.0, TAU), move |t| [r as f64 * t.cos(), r as f64 * t.sin()]);
        curve::mixture(self.radii.into_iter().flat_map(circle), self.noise as f64)
    }
}
