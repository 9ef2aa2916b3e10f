//! The uniform distribution on a square.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Distribution;

/// p(x) = 1 / (2 half_width)² on [-half_width, half_width]².
pub struct Uniform {
    pub half_width: f32,
}

impl Distribution for Uniform {
    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        (0..2 * n).map(|_| rng.random_range(-self.half_width..self.half_width)).collect()
    }

    fn modes(&self) -> usize {
        1
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        point.iter().all(|x| x.abs() <= self.half_width).then_some(0)
    }
}
