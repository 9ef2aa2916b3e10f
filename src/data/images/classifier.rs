//! Which digit does a picture show? The nearest training digits decide, along the axes in which digits differ most.
//!
//! A picture is described by its coordinates along 40 principal axes and by how far it lies from them all. The distance
//! of two descriptions is never more than that of the pictures (by the triangle inequality in the space across the
//! axes), and costs twenty times less; noise, which the axes hardly see, is seen in the last number.

use rand::RngExt;

use super::pack::{CLASSES, PIXELS, Pack};
use crate::random::seed::{self, Purpose};

/// Principal axes.
const AXES: usize = 40;
/// Numbers of a description, padded to whole vectors.
const WIDTH: usize = 48;
/// Training digits from which the axes are found, and rounds of orthogonal iteration.
const FITTED: usize = 3_000;
const ROUNDS: usize = 8;
/// Nearest digits that vote.
const VOTES: usize = 5;
/// Held-out digits from which the support's radius is found, and the share of them that it holds.
const MEASURED: usize = 500;
const INSIDE: f64 = 0.98;

/// The nearest training digits of any picture.
#[derive(Debug)]
pub struct Classifier {
    mean: Vec<f32>,
    /// `AXES × PIXELS`, orthonormal.
    axes: Vec<f32>,
    described: Vec<[f32; WIDTH]>,
    classes: Vec<u8>,
    squared_radius: f32,
}

impl Classifier {
    /// Describes every training digit of a pack.
    pub fn of(pack: &Pack) -> Classifier {
        let training = pack.training();
        let step = training.div_ceil(FITTED).max(1);
        let mut fitted: Vec<Vec<f32>> = (0..training).step_by(step).map(|k| pack.digit(k).collect()).collect();
        let count = fitted.len() as f32;
        let mean: Vec<f32> = (0..PIXELS).map(|d| fitted.iter().map(|x| x[d]).sum::<f32>() / count).collect();
        fitted.iter_mut().for_each(|x| x.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean));
        let axes = principal_axes(&fitted);
        let mut classifier = Classifier {
            mean,
            axes,
            described: Vec::with_capacity(training),
            classes: (0..training).map(|k| pack.class(k)).collect(),
            squared_radius: f32::INFINITY,
        };
        for k in 0..training {
            let description = classifier.describe(&pack.digit(k).collect::<Vec<_>>());
            classifier.described.push(description);
        }
        let held_out = (training..pack.count()).take(MEASURED);
        let mut radii: Vec<f32> =
            held_out.map(|k| classifier.nearest(&pack.digit(k).collect::<Vec<_>>())[0].0).collect();
        radii.sort_by(f32::total_cmp);
        if let Some(&radius) = radii.get((INSIDE * radii.len() as f64) as usize) {
            classifier.squared_radius = radius;
        }
        classifier
    }

    /// The class that most of the five nearest training digits have, the nearest of them where two have as many; `None`
    /// for numbers that are not finite.
    pub fn class(&self, picture: &[f32]) -> Option<u8> {
        picture.iter().all(|x| x.is_finite()).then(|| vote(&self.nearest(picture)))
    }

    /// The same, or `None` where the nearest training digit is farther away than of 98 % of the held-out ones.
    pub fn nearby(&self, picture: &[f32]) -> Option<u8> {
        if picture.iter().any(|x| !x.is_finite()) {
            return None;
        }
        let nearest = self.nearest(picture);
        (nearest[0].0 <= self.squared_radius).then(|| vote(&nearest))
    }

    /// Squared distances and classes of the nearest training digits, the nearest first.
    fn nearest(&self, picture: &[f32]) -> [(f32, u8); VOTES] {
        let from = self.describe(picture);
        let mut nearest = [(f32::INFINITY, 0); VOTES];
        for (described, &class) in self.described.iter().zip(&self.classes) {
            let squared = squared_distance(&from, described);
            if squared < nearest[VOTES - 1].0 {
                let place = nearest.partition_point(|(other, _)| *other <= squared);
                nearest[place..].rotate_right(1);
                nearest[place] = (squared, class);
            }
        }
        nearest
    }

    fn describe(&self, picture: &[f32]) -> [f32; WIDTH] {
        let centred: Vec<f32> = picture.iter().zip(&self.mean).map(|(x, mean)| x - mean).collect();
        let mut description = [0.0; WIDTH];
        for (along, axis) in description.iter_mut().zip(self.axes.chunks_exact(PIXELS)) {
            *along = dot(&centred, axis);
        }
        let across = dot(&centred, &centred) - dot(&description, &description);
        description[AXES] = across.max(0.0).sqrt();
        description
    }
}

fn vote(nearest: &[(f32, u8); VOTES]) -> u8 {
    let mut votes = [0; CLASSES];
    nearest.iter().for_each(|(_, class)| votes[*class as usize] += 1);
    let most = votes.into_iter().max().unwrap_or(0);
    let winner = nearest.iter().find(|(_, class)| votes[*class as usize] == most);
    winner.map_or(0, |(_, class)| *class)
}

/// The first eigenvectors of the covariance, by orthogonal iteration from random ones: they need not be exact.
///
/// # Shapes
/// `fitted` rows of `PIXELS`; the result `AXES × PIXELS`.
fn principal_axes(fitted: &[Vec<f32>]) -> Vec<f32> {
    let mut rng = seed::stream(0, Purpose::Probes, 1);
    let mut axes: Vec<f32> = (0..AXES * PIXELS).map(|_| rng.random_range(-1.0..1.0)).collect();
    orthonormalise(&mut axes);
    for _ in 0..ROUNDS {
        let mut turned = vec![0.0; AXES * PIXELS];
        for x in fitted {
            for (axis, turned) in axes.chunks_exact(PIXELS).zip(turned.chunks_exact_mut(PIXELS)) {
                let along = dot(x, axis);
                turned.iter_mut().zip(x).for_each(|(turned, x)| *turned += along * x);
            }
        }
        axes = turned;
        orthonormalise(&mut axes);
    }
    axes
}

/// Gram and Schmidt's, in order.
fn orthonormalise(axes: &mut [f32]) {
    for k in 0..AXES {
        let (before, rest) = axes.split_at_mut(k * PIXELS);
        let axis = &mut rest[..PIXELS];
        for other in before.chunks_exact(PIXELS) {
            let along = dot(axis, other);
            axis.iter_mut().zip(other).for_each(|(x, other)| *x -= along * other);
        }
        let length = dot(axis, axis).sqrt().max(f32::MIN_POSITIVE);
        axis.iter_mut().for_each(|x| *x /= length);
    }
}

/// Sums side by side, which the compiler makes vectors of.
const SIDE_BY_SIDE: usize = 16;

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; SIDE_BY_SIDE];
    for (a, b) in a.as_chunks::<SIDE_BY_SIDE>().0.iter().zip(b.as_chunks::<SIDE_BY_SIDE>().0) {
        (0..SIDE_BY_SIDE).for_each(|k| sums[k] += a[k] * b[k]);
    }
    sums.iter().sum()
}

fn squared_distance(a: &[f32; WIDTH], b: &[f32; WIDTH]) -> f32 {
    let mut sums = [0.0; SIDE_BY_SIDE];
    for (a, b) in a.as_chunks::<SIDE_BY_SIDE>().0.iter().zip(b.as_chunks::<SIDE_BY_SIDE>().0) {
        (0..SIDE_BY_SIDE).for_each(|k| sums[k] += (a[k] - b[k]) * (a[k] - b[k]));
    }
    sums.iter().sum()
}
