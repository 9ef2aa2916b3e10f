//! Gaussians of one standard deviation and equal weight: one, or several on a circle.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::data::Distribution;
use crate::data::mixture::{Exactness, Law, Mixture};

/// `p(x) = 1/K Σ_k N(x; means[k], std² I)`.
pub struct GaussianMixture {
    means: Vec<Vec<f32>>,
    std: f32,
}

/// Radii, in standard deviations, of the ball that holds 98.9 % of a Gaussian in 1 to 8 dimensions; 3 in the plane.
const RADII: [f32; 8] = [2.5393, 3.0, 3.3342, 3.6103, 3.8511, 4.0676, 4.2659, 4.4500];
/// The quantile of a Gaussian on the line below which 98.9 % lie.
const QUANTILE: f32 = 2.2868;

/// The same in any dimension; beyond 8 by the formula of Wilson and Hilferty (1931) for χ², right to four digits there.
fn radius(dim: usize) -> f32 {
    let share = 2.0 / (9.0 * dim as f32);
    let cube_root = 1.0 - share + QUANTILE * share.sqrt();
    RADII.get(dim - 1).copied().unwrap_or((dim as f32 * cube_root.powi(3)).sqrt())
}

impl GaussianMixture {
    /// N(0, I).
    pub fn standard(dim: usize) -> Self {
        GaussianMixture { means: vec![vec![0.0; dim]], std: 1.0 }
    }

    /// `count` Gaussians at angles 2πk/count on a circle of the given radius.
    pub fn circle(count: usize, radius: f32, std: f32) -> Self {
        let means = (0..count)
            .map(|k| {
                let angle = std::f64::consts::TAU * k as f64 / count as f64;
                vec![radius * angle.cos() as f32, radius * angle.sin() as f32]
            })
            .collect();
        GaussianMixture { means, std }
    }
}

impl Distribution for GaussianMixture {
    fn dim(&self) -> usize {
        self.means[0].len()
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(self.dim() * n);
        for _ in 0..n {
            let mean = &self.means[if self.means.len() == 1 { 0 } else { rng.random_range(0..self.means.len()) }];
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
        let distance = |mean: &Vec<f32>| mean.iter().zip(point).map(|(m, x)| (x - m).powi(2)).sum::<f32>().sqrt();
        let (k, nearest) = self.means.iter().map(distance).enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearest <= radius(self.dim()) * self.std).then_some(k)
    }

    fn mixture(&self) -> Mixture {
        let law = |mean: f32| Law::Normal { mean: mean as f64, std: self.std as f64 };
        let laws = (0..self.dim()).map(|axis| self.means.iter().map(|mean| law(mean[axis])).collect()).collect();
        Mixture::aligned(laws, vec![1.0; self.means.len()], Exactness::Exact)
    }
}
