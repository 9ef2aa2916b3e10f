//! Points from outside: drawn, pasted, or read from a file.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::kd_tree::KdTree;
use crate::data::mixture::Mixture;
use crate::data::{Distribution, Units};
use crate::error::Error;

/// Most points.
pub const COUNT_MAX: usize = 1_000_000;
/// Fewest coordinates of a point.
pub const DIM_MIN: usize = 2;
/// Most coordinates of a point.
pub const DIM_MAX: usize = 784;
/// Most numbers of all points together: 160 MB while they are read.
pub const NUMBERS_MAX: usize = 20_000_000;
/// Largest magnitude whose squares, a million of them, are finite numbers with room to spare.
pub(super) const VALUE_MAX: f64 = 1e30;

/// A finite set of points, each as likely, standardised: mean 0, and a mean square of 1 over all axes together.
///
/// A copy is cheap: all share one set.
#[derive(Clone, Debug)]
pub struct Points(Arc<Set>);

#[derive(Debug)]
struct Set {
    values: Vec<f32>,
    dim: usize,
    mean: Vec<f64>,
    std: f64,
    support: OnceLock<Support>,
}

/// What [`Distribution::mode`] asks; made when it is first asked.
#[derive(Debug)]
struct Support {
    tree: KdTree,
    squared_radius: f32,
}

impl Points {
    /// Standardises points; the text is a note on what was done.
    ///
    /// Float64 is worth giving: of a map's northings, 5,412,345.678 m, float32 keeps steps of half a metre.
    ///
    /// # Shapes
    /// `values` holds `n × dim` numbers, point after point.
    ///
    /// # Errors
    /// When there are not 2 to 784 coordinates, not 2 to 1,000,000 points, more than 20 million numbers, a number is
    /// not finite, or all points are equal.
    pub fn new<T: Copy + Into<f64>>(values: Vec<T>, dim: usize) -> Result<(Points, String), Error> {
        check(&values, dim)?;
        let points = standardise(values.into_iter().map(Into::into).collect(), dim)?;
        let note = points.note();
        Ok((points, note))
    }

    /// Points that are taken where they are, since they were drawn in the plane's own units.
    ///
    /// # Shapes
    /// `values` holds `n × dim` numbers, point after point.
    ///
    /// # Errors
    /// As [`Points::new`].
    pub fn in_place(values: Vec<f32>, dim: usize) -> Result<Points, Error> {
        check(&values, dim)?;
        Points::standardised(values, dim, vec![0.0; dim], 1.0)
    }

    /// Points that were standardised before, with the mean and the standard deviation that they had: a saved run's.
    ///
    /// # Shapes
    /// `values` holds `n × dim` numbers, point after point; `mean` has `dim`.
    ///
    /// # Errors
    /// As [`Points::new`]; when `mean` has not `dim` finite numbers; when `std` is not above 0.
    pub fn standardised(values: Vec<f32>, dim: usize, mean: Vec<f64>, std: f64) -> Result<Points, Error> {
        check(&values, dim)?;
        if values[dim..].iter().zip(&values).all(|(a, b)| a == b) {
            return Err(all_equal(values.len() / dim));
        }
        if mean.len() != dim || mean.iter().any(|m| !m.is_finite()) || !std.is_finite() || std <= 0.0 {
            return Err(Error::File(format!(
                "the points' mean {mean:?} and standard deviation {std} are not {dim} finite numbers and one above 0"
            )));
        }
        Ok(Points::of(values, dim, mean, std))
    }

    fn of(values: Vec<f32>, dim: usize, mean: Vec<f64>, std: f64) -> Points {
        Points(Arc::new(Set { values, dim, mean, std, support: OnceLock::new() }))
    }

    /// The standardised coordinates.
    ///
    /// # Shapes
    /// `n × dim`, point after point.
    pub fn values(&self) -> &[f32] {
        &self.0.values
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.0.dim
    }

    /// The mean that was subtracted, in the units of the data.
    ///
    /// # Shapes
    /// `dim` numbers, one an axis.
    pub fn mean(&self) -> &[f64] {
        &self.0.mean
    }

    /// The standard deviation that all axes were divided by, in the units of the data.
    pub fn std(&self) -> f64 {
        self.0.std
    }

    /// Whether they were taken where they are.
    pub fn is_in_place(&self) -> bool {
        self.0.std == 1.0 && self.0.mean.iter().all(|&mean| mean == 0.0)
    }

    /// What was done to them, for a reader.
    pub fn note(&self) -> String {
        let Set { mean, std, dim, .. } = &*self.0;
        let shift = |mean: &f64| if mean.abs() < 1e-6 * std { "0".into() } else { short(-mean) };
        let mut shifts: Vec<String> = mean.iter().take(SHIFTS_SHOWN).map(shift).collect();
        if *dim > SHIFTS_SHOWN {
            shifts.push("…".into());
        }
        format!("{} points: shifted by ({}), divided by {}", grouped(self.count()), shifts.join(", "), short(*std))
    }

    fn count(&self) -> usize {
        self.0.values.len() / self.0.dim
    }
}

fn check<T: Copy + Into<f64>>(values: &[T], dim: usize) -> Result<(), Error> {
    let refuse = |sentence: String| Err(Error::Input(sentence));
    if !(DIM_MIN..=DIM_MAX).contains(&dim) {
        return refuse(format!("points have {dim} coordinates: give {DIM_MIN} to {DIM_MAX}"));
    }
    if !values.len().is_multiple_of(dim) {
        return refuse(format!(
            "{} numbers are not points of {dim} coordinates: give a multiple of {dim}",
            values.len()
        ));
    }
    let bad = |&x: &T| !x.into().is_finite() || x.into().abs() > VALUE_MAX;
    if let Some(k) = values.iter().position(bad) {
        let (point, axis) = (grouped(k / dim + 1), k % dim + 1);
        let value: f64 = values[k].into();
        return refuse(format!(
            "point {point}, coordinate {axis} is {value}: give finite numbers within ±{VALUE_MAX:e}"
        ));
    }
    match values.len() / dim {
        0 => refuse("there are no points: draw, paste or open two or more".into()),
        1 => refuse("there is only one point: give two or more".into()),
        n if n > most(dim) => refuse(format!("there are {} points: give at most {}", grouped(n), grouped(most(dim)))),
        _ => Ok(()),
    }
}

/// Most points of so many coordinates.
pub(super) fn most(dim: usize) -> usize {
    COUNT_MAX.min(NUMBERS_MAX / dim)
}

fn all_equal(count: usize) -> Error {
    Error::Input(format!(
        "all {} points are equal, or too close to tell apart: give at least two different ones",
        grouped(count)
    ))
}

fn standardise(values: Vec<f64>, dim: usize) -> Result<Points, Error> {
    let count = values.len() / dim;
    // Sums of distances from the first point, not of the numbers: of equal points they are 0, whatever the rounding.
    let (first, points) = (values[..dim].to_vec(), values.chunks_exact(dim));
    let mean: Vec<f64> = (0..dim)
        .map(|axis| first[axis] + points.clone().map(|point| point[axis] - first[axis]).sum::<f64>() / count as f64)
        .collect();
    let square = |point: &[f64]| point.iter().zip(&mean).map(|(x, mean)| (x - mean).powi(2)).sum::<f64>();
    let std = (points.map(square).sum::<f64>() / values.len() as f64).sqrt();
    if std < f64::MIN_POSITIVE {
        return Err(all_equal(count));
    }
    let scaled = values.chunks_exact(dim).flat_map(|point| point.iter().zip(&mean)).map(|(x, mean)| (x - mean) / std);
    Ok(Points::of(scaled.map(|x| x as f32).collect(), dim, mean, std))
}

/// Axes whose shift the note names.
const SHIFTS_SHOWN: usize = 8;

/// Thousands apart: 1,234.
pub(super) fn grouped(number: usize) -> String {
    let mut text = number.to_string();
    for place in (1..text.len()).rev().filter(|place| (text.len() - place).is_multiple_of(3)).collect::<Vec<_>>() {
        text.insert(place, ',');
    }
    text
}

/// Five digits.
pub(super) fn short(number: f64) -> String {
    let rounded: f64 = format!("{number:.4e}").parse().unwrap_or(number);
    let text = format!("{rounded:?}");
    text.strip_suffix(".0").map_or(text.clone(), String::from)
}

impl Support {
    /// The median, over at most 1,000 points, of the distance to the nearest other point, times three.
    fn of(set: &Set) -> Support {
        let mut points: Vec<&[f32]> = set.values.chunks_exact(set.dim).collect();
        // A point that is there many times would be searched many times before another one is found.
        points.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        points.dedup();
        let tree = KdTree::new(&points.concat(), set.dim);
        let step = points.len().div_ceil(1_000);
        let nearest = |point: &&[f32]| tree.nearest_other(point, f32::INFINITY);
        let mut squared: Vec<f32> = points.iter().step_by(step).map(nearest).collect();
        let middle = squared.len() / 2;
        let (_, median, _) = squared.select_nth_unstable_by(middle, f32::total_cmp);
        Support { squared_radius: 9.0 * *median, tree }
    }
}

impl Distribution for Points {
    fn dim(&self) -> usize {
        self.0.dim
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(n * self.0.dim);
        for _ in 0..n {
            let k = rng.random_range(0..self.count());
            points.extend_from_slice(&self.0.values[k * self.0.dim..(k + 1) * self.0.dim]);
        }
        points
    }

    fn modes(&self) -> usize {
        1
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let support = self.0.support.get_or_init(|| Support::of(&self.0));
        support.tree.any_within(point, support.squared_radius).then_some(0)
    }

    fn mixture(&self) -> Mixture {
        Mixture::of_points(&self.0.values, self.0.dim)
    }

    fn units(&self) -> Option<Units> {
        (!self.is_in_place()).then(|| Units { mean: self.0.mean.clone(), std: self.0.std })
    }
}
