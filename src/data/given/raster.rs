//! A picture as a density: the brighter a pixel, the more points fall on it.

use std::collections::HashMap;
use std::sync::Arc;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::data::Distribution;
use crate::data::mixture::{Exactness, Law, Mixture};
use crate::error::Error;

/// Most pixels along a side.
pub const SIDE_MAX: usize = 512;
/// Half of the larger side of what is lit, once scaled.
const HALF_WIDTH: f64 = 3.0;

/// p(x) ∝ the value of the pixel that holds x; the larger side of the box around all lit pixels spans [-3, 3].
///
/// A copy is cheap: all share one picture.
#[derive(Clone, Debug)]
pub struct Raster(Arc<Picture>);

#[derive(Debug)]
struct Picture {
    width: usize,
    height: usize,
    values: Vec<f32>,
    /// Lit pixels, and the sum of the values up to and with each.
    lit: Vec<u32>,
    cumulated: Vec<f64>,
    /// First column and row of the lit box, in pixels, and half of its sides.
    corner: [f64; 2],
    half: [f64; 2],
}

impl Raster {
    /// A picture from its pixels, row after row from the top; 0 is empty, the scale of the values is free.
    ///
    /// # Errors
    /// When a side is 0 or above 512 pixels, the number of values does not fit the sides, a value is negative or not
    /// finite, or none is above 0.
    pub fn new(width: usize, height: usize, values: Vec<f32>) -> Result<Raster, Error> {
        let refuse = |sentence: String| Err(Error::Input(sentence));
        if !(1..=SIDE_MAX).contains(&width) || !(1..=SIDE_MAX).contains(&height) {
            return refuse(format!(
                "the picture has {width} × {height} pixels; give it 1 to {SIDE_MAX} along each side"
            ));
        }
        if values.len() != width * height {
            return refuse(format!(
                "the picture has {} values; {width} × {height} pixels need {}",
                values.len(),
                width * height
            ));
        }
        if let Some(k) = values.iter().position(|value| !value.is_finite() || *value < 0.0) {
            let (row, column) = (k / width + 1, k % width + 1);
            return refuse(format!(
                "the pixel in row {row}, column {column} has the value {}; give finite numbers from 0 up",
                values[k]
            ));
        }
        let lit: Vec<u32> = (0..values.len() as u32).filter(|&k| values[k as usize] > 0.0).collect();
        let sides = |k: &u32| [*k as usize % width, *k as usize / width];
        let Some(first) = lit.first().map(sides) else {
            return refuse(
                "the picture is empty: no pixel is above 0; choose a brighter one, or swap dark and bright".into(),
            );
        };
        let (mut low, mut high) = (first, first);
        for pixel in lit.iter().map(sides) {
            for axis in 0..2 {
                low[axis] = low[axis].min(pixel[axis]);
                high[axis] = high[axis].max(pixel[axis]);
            }
        }
        let mut sum = 0.0;
        let add = |&k: &u32| {
            sum += values[k as usize] as f64;
            sum
        };
        let cumulated = lit.iter().map(add).collect();
        let half = [0, 1].map(|axis| 0.5 * (high[axis] + 1 - low[axis]) as f64);
        let corner = low.map(|k| k as f64);
        Ok(Raster(Arc::new(Picture { width, height, values, lit, cumulated, corner, half })))
    }

    /// Pixels of a row.
    pub fn width(&self) -> usize {
        self.0.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.0.height
    }

    /// The pixels, row after row from the top.
    pub fn values(&self) -> &[f32] {
        &self.0.values
    }

    /// Side of a pixel, once scaled.
    pub fn pixel(&self) -> f64 {
        HALF_WIDTH / self.0.half[0].max(self.0.half[1])
    }

    /// From columns and rows, counted from the top left corner, to the plane.
    fn to_plane(&self, column: f64, row: f64) -> [f64; 2] {
        let Picture { corner, half, .. } = &*self.0;
        [(column - corner[0] - half[0]) * self.pixel(), (corner[1] + half[1] - row) * self.pixel()]
    }
}

impl Distribution for Raster {
    fn dim(&self) -> usize {
        2
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let Picture { width, lit, cumulated, .. } = &*self.0;
        let mut points = Vec::with_capacity(2 * n);
        for _ in 0..n {
            let drawn = rng.random::<f64>() * cumulated[cumulated.len() - 1];
            let pixel = lit[cumulated.partition_point(|&sum| sum <= drawn).min(lit.len() - 1)] as usize;
            let (column, row): (f64, f64) = (rng.random(), rng.random());
            let point = self.to_plane((pixel % width) as f64 + column, (pixel / width) as f64 + row);
            points.extend(point.map(|coordinate| coordinate as f32));
        }
        points
    }

    fn modes(&self) -> usize {
        1
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        let Picture { width, height, values, corner, half, .. } = &*self.0;
        let column = point[0] as f64 / self.pixel() + half[0] + corner[0];
        let row = half[1] + corner[1] - point[1] as f64 / self.pixel();
        let inside = (0.0..*width as f64).contains(&column) && (0.0..*height as f64).contains(&row);
        (inside && values[row as usize * width + column as usize] > 0.0).then_some(0)
    }

    fn mixture(&self) -> Mixture {
        let Picture { width, height, values, .. } = &*self.0;
        let rows = (0..*height).map(|row| {
            let ([_, high], [_, low]) = (self.to_plane(0.0, row as f64), self.to_plane(0.0, row as f64 + 1.0));
            Law::Uniform { low, high }
        });
        let mut spans = Vec::new();
        let mut numbers = HashMap::new();
        let (mut weights, mut parts) = (Vec::new(), Vec::new());
        for row in 0..*height {
            // Neighbours of one value are one part: 353 for the 513 lit pixels of "flow", far fewer for bare black and
            // white.
            let mut first = 0;
            for run in values[row * width..(row + 1) * width].chunk_by(|a, b| a == b) {
                let last = first + run.len();
                if run[0] > 0.0 {
                    let number = *numbers.entry((first, last)).or_insert_with(|| {
                        let ([low, _], [high, _]) = (self.to_plane(first as f64, 0.0), self.to_plane(last as f64, 0.0));
                        spans.push(Law::Uniform { low, high });
                        spans.len() as u32 - 1
                    });
                    parts.extend([number, row as u32]);
                    weights.push(run[0] as f64 * run.len() as f64);
                }
                first = last;
            }
        }
        let total: f64 = weights.iter().sum();
        weights.iter_mut().for_each(|weight| *weight /= total);
        Mixture { laws: vec![spans, rows.collect()], weights, parts, exactness: Exactness::Exact }
    }
}
