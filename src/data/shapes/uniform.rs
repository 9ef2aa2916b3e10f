//! The uniform distribution on a cube.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::data::Distribution;
use crate::data::mixture::{Exactness, Law, Mixture};

/// p(x) = 1 / (2 half_width)^dim on [-half_width, half_width]^dim.
pub struct Uniform {
    pub dim: usize,
    pub half_width: f32,
}

impl Distribution for Uniform {
    fn dim(&self) -> usize {
        self.dim
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        (0..self.dim * n).map(|_| rng.random_range(-self.half_width..self.half_width)).collect()
    }

    fn modes(&self) -> usize {
        1
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        point.iter().all(|x| x.abs() <= self.half_width).then_some(0)
    }

    fn mixture(&self) -> Mixture {
        let side = Law::Uniform { low: -self.half_width as f64, high: self.half_width as f64 };
        Mixture::aligned(vec![vec![side]; self.dim], vec![1.0], Exactness::Exact)
    }
}
