//! Gaussians of one standard deviation and equal weight: one, or several on a circle.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::Distribution;

/// `p(x) = 1/K Σ_k N(x; means[k], std² I)`.
pub struct GaussianMixture {
    means: Vec<[f32; 2]>,
    std: f32,
}

impl GaussianMixture {
    /// N(0, I).
    pub fn standard() -> Self {
        GaussianMixture { means: vec![[0.0, 0.0]], std: 1.0 }
    }

    /// `count` Gaussians at angles 2πk/count on a circle of the given radius.
    pub fn circle(count: usize, radius: f32, std: f32) -> Self {
        let means = (0..count)
            .map(|k| {
                let angle = std::f64::consts::TAU * k as f64 / count as f64;
                [radius * angle.cos() as f32, radius * angle.sin() as f32]
            })
            .collect();
        GaussianMixture { means, std }
    }
}

impl Distribution for GaussianMixture {
    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            let mean = self.means[if self.means.len() == 1 { 0 } else { rng.random_range(0..self.means.len()) }];
            for centre in mean {
                let normal: f32 = rng.sample(StandardNormal);
                points.push(centre + self.std * normal);
            }
        }
        points
    }

    fn modes(&self) -> usize {
        self.means.len()
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let distance = |mean: &[f32; 2]| (point[0] - mean[0]).hypot(point[1] - mean[1]);
        let (k, nearest) = self.means.iter().map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearest <= 3.0 * self.std).then_some(k)
    }
}
