//! Distributions: where points start and where they shall end.

mod checkerboard;
mod gaussian_mixture;
mod moons;
mod scurve;
mod uniform;

use rand_chacha::ChaCha8Rng;

use crate::config::{Config, Shape};

/// A distribution in `dim()` dimensions.
pub trait Distribution: Send + Sync {
    /// Coordinates of one point.
    fn dim(&self) -> usize {
        2
    }

    /// Draws `n` points.
    ///
    /// # Shapes
    /// `n × dim()` numbers, point after point.
    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32>;

    /// Number of modes: Gaussians, arcs or cells, all of the same mass.
    fn modes(&self) -> usize;

    /// The mode that `point` belongs to, or `None` outside the support.
    ///
    /// A cell's support is the cell; a Gaussian's, or a noisy curve's, is all within three
    /// standard deviations.
    fn mode(&self, point: &[f32]) -> Option<usize>;
}

/// The distribution that a [`Shape`] names, with the options that it depends on.
pub fn distribution(shape: Shape, config: &Config) -> Box<dyn Distribution> {
    match shape {
        Shape::Gaussian => Box::new(gaussian_mixture::GaussianMixture::standard()),
        Shape::Uniform => Box::new(uniform::Uniform { half_width: 3.5 }),
        Shape::EightGaussians => Box::new(gaussian_mixture::GaussianMixture::circle(8, 5.0, 1.0)),
        Shape::Moons => Box::new(moons::Moons { noise: 0.05 }),
        Shape::Ring => Box::new(gaussian_mixture::GaussianMixture::circle(8, 3.0, 0.2)),
        Shape::Checkerboard => Box::new(checkerboard::Checkerboard { cells: config.board, half_width: 2.0 }),
        Shape::Scurve => Box::new(scurve::Scurve { noise: 0.05 }),
    }
}

/// Share of the points that lie in the support of `distribution`.
///
/// `points` are `n × dim` numbers; with no points the share is 0.
pub fn inside_share(distribution: &dyn Distribution, points: &[f32]) -> f64 {
    let rows = points.chunks_exact(distribution.dim());
    let total = rows.len().max(1);
    let inside = rows.filter(|point| distribution.mode(point).is_some()).count();
    inside as f64 / total as f64
}

/// Mass of the least-filled mode as a share of what it should hold: 1 is right, 0 is a missed mode.
pub fn worst_mode(distribution: &dyn Distribution, points: &[f32]) -> f64 {
    let mut counts = vec![0usize; distribution.modes()];
    let rows = points.chunks_exact(distribution.dim());
    let due = rows.len().max(1) as f64 / counts.len() as f64;
    for mode in rows.filter_map(|point| distribution.mode(point)) {
        counts[mode] += 1;
    }
    counts.into_iter().min().unwrap_or(0) as f64 / due
}
