//! Distributions: where points start and where they shall end.

pub mod given;
pub mod images;
pub mod inputs;
mod label;
pub mod mixture;
pub mod shapes;

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use crate::config::{Config, Shape};
use crate::error::Error;
use given::points::Points;
use given::raster::Raster;
use images::{Digits, Mnist};
pub use label::Label;
use mixture::Mixture;

/// A distribution in `dim()` dimensions.
pub trait Distribution: Send + Sync {
    /// Coordinates of one point.
    fn dim(&self) -> usize;

    /// Draws `n` points.
    ///
    /// # Shapes
    /// `n × dim()` numbers, point after point.
    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32>;

    /// The same with the class of each point, where points have classes.
    fn labelled(&self, n: usize, rng: &mut ChaCha8Rng) -> (Vec<f32>, Vec<Label>) {
        (self.sample(n, rng), vec![None; n])
    }

    /// Draws points, with their classes, that training never sees; where they are drawn fresh every time, any are that.
    fn held_out(&self, n: usize, rng: &mut ChaCha8Rng) -> (Vec<f32>, Vec<Label>) {
        self.labelled(n, rng)
    }

    /// The class that `point` looks like; `None` where points have no classes.
    fn class(&self, _point: &[f32]) -> Label {
        None
    }

    /// Number of modes: Gaussians, arcs, arms or cells, all of the same mass.
    fn modes(&self) -> usize;

    /// The mode that `point` belongs to, or `None` outside the support.
    ///
    /// The support of a cell or of a pixel is itself; a noisy curve's is all within three standard deviations; a
    /// Gaussian's the ball of 98.9 % of its mass, three standard deviations in the plane; that of points from outside
    /// all within three times the median distance of a point to its nearest.
    fn mode(&self, point: &[f32]) -> Option<usize>;

    /// The distribution as a mixture of products of laws on the line, or a mixture that stands for it.
    fn mixture(&self) -> Mixture;

    /// ln p(x) in nats, -∞ outside the support; `None` where no density is known: for points, and where the mixture is
    /// an estimate.
    ///
    /// To ask for many points, take [`Distribution::mixture`] once, and ask that.
    fn log_density(&self, point: &[f64]) -> Option<f64> {
        self.mixture().log_density(point)
    }

    /// The data's own units, where the model has others: those of points that were standardised.
    fn units(&self) -> Option<Units> {
        None
    }
}

/// From the model's coordinates to the data's own: x_data = mean + std · x.
#[derive(Clone, Debug, PartialEq)]
pub struct Units {
    /// # Shapes
    /// `dim` numbers, one an axis.
    pub mean: Vec<f64>,
    /// The same for all axes.
    pub std: f64,
}

impl Units {
    /// Points in the units of the data.
    ///
    /// # Shapes
    /// `points` and the result are `n × dim` numbers.
    pub fn of_data(&self, points: &[f32]) -> Vec<f64> {
        let rows = points.chunks_exact(self.mean.len());
        rows.flat_map(|point| point.iter().zip(&self.mean)).map(|(&x, mean)| mean + self.std * x as f64).collect()
    }

    /// Decimal places that keep all digits that a float32 in the model's units has: a unit of the last is 1e-8 of
    /// `std`, or less.
    pub fn decimal_places(&self) -> usize {
        (8.0 - self.std.log10().floor()).clamp(0.0, 40.0) as usize
    }
}

/// What a reader brings for the shape `points`.
#[derive(Clone, Debug)]
pub enum Given {
    /// A finite set.
    Points(Points),
    /// A picture.
    Raster(Raster),
    /// Handwritten digits, for the shape `digits`.
    Digits(Arc<Digits>),
}

/// The distribution that a [`Shape`] names, with the options that it depends on.
///
/// Those that the option `dim` does not reach are in the plane; points given have the dimension that they have.
///
/// # Errors
/// For the shapes `points` and `digits` when none are given, and for a digit that the pack does not hold.
pub fn distribution(shape: Shape, config: &Config, given: Option<&Given>) -> Result<Box<dyn Distribution>, Error> {
    let dim = config.dim;
    Ok(match shape {
        Shape::Gaussian => Box::new(shapes::gaussian_mixture::GaussianMixture::standard(dim)),
        Shape::Uniform => Box::new(shapes::uniform::Uniform { dim, half_width: 3.5 }),
        Shape::EightGaussians => Box::new(shapes::gaussian_mixture::GaussianMixture::circle(8, 5.0, 1.0)),
        Shape::Moons => Box::new(shapes::moons::Moons::PLAIN),
        Shape::Ring => Box::new(shapes::gaussian_mixture::GaussianMixture::circle(8, 3.0, 0.2)),
        Shape::Checkerboard => {
            Box::new(shapes::checkerboard::Checkerboard { dim, cells: config.board, half_width: 2.0 })
        }
        Shape::Scurve => Box::new(shapes::scurve::Scurve { noise: 0.05 }),
        Shape::Spiral => Box::new(shapes::spiral::Spiral { radius: 3.5, noise: 0.1 }),
        Shape::Pinwheel => Box::new(shapes::pinwheel::Pinwheel),
        Shape::Circles => Box::new(shapes::circles::Circles { radii: [1.75, 3.5], noise: 0.175 }),
        Shape::Text => Box::new(shapes::text::raster(&config.text)?),
        Shape::Digits => match given {
            Some(Given::Digits(digits)) => Box::new(Mnist::new(digits.clone(), config.digit.class())?),
            _ => return Err(Error::Input(format!("the shape digits {}", images::MISSING))),
        },
        Shape::Points => match given {
            Some(Given::Points(points)) => Box::new(points.clone()),
            Some(Given::Raster(raster)) => Box::new(raster.clone()),
            Some(Given::Digits(_)) | None => {
                return Err(Error::Input(
                    "the shape points needs points: draw, paste or open some, or choose another shape".into(),
                ));
            }
        },
    })
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
    let rows = points.chunks_exact(distribution.dim());
    if rows.len() < distribution.modes() {
        return 0.0; // and a board of 8 dimensions has more cells than there is memory to count in
    }
    let mut counts = vec![0usize; distribution.modes()];
    let due = rows.len() as f64 / counts.len() as f64;
    for mode in rows.filter_map(|point| distribution.mode(point)) {
        counts[mode] += 1;
    }
    counts.into_iter().min().unwrap_or(0) as f64 / due
}
