//! What every training step sees: pairs of points and their times, the same however the run got there.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::config::{Config, Coupling, TimeSampling};
use crate::coupling;
use crate::data::Distribution;
use crate::path::{Path, PathSample};
use crate::seed::{self, Purpose};

/// Pairs of points and their times.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Source points, `n × dim`.
    pub x0: Vec<f32>,
    /// Target points, `n × dim`.
    pub x1: Vec<f32>,
    /// Times in [0, 1), `n`.
    pub t: Vec<f32>,
    /// N(0, I) draws like `x0`, where the path asks for noise; else empty.
    pub noise: Vec<f32>,
}

/// A finite set of points, or of pairs, visited in random order: all of them before any repeats.
struct Visited {
    /// `rows × width` numbers.
    values: Vec<f32>,
    width: usize,
    purpose: Purpose,
    /// The order of the present epoch, and its number.
    order: (u64, Vec<usize>),
}

impl Visited {
    fn new(values: Vec<f32>, width: usize, purpose: Purpose) -> Visited {
        Visited { values, width, purpose, order: (u64::MAX, Vec::new()) }
    }

    /// Rows number `start` to `start + n` of the endless series.
    fn rows(&mut self, seed: u64, start: usize, n: usize) -> Vec<f32> {
        let total = self.values.len() / self.width;
        let mut visited = Vec::with_capacity(n * self.width);
        for number in start..start + n {
            let epoch = (number / total) as u64;
            if self.order.0 != epoch {
                let mut order: Vec<usize> = (0..total).collect();
                order.shuffle(&mut seed::stream(seed, self.purpose, epoch));
                self.order = (epoch, order);
            }
            let row = self.order.1[number % total] * self.width;
            visited.extend_from_slice(&self.values[row..row + self.width]);
        }
        visited
    }
}

/// Where batches come from.
pub struct Batches {
    source: Box<dyn Distribution>,
    target: Box<dyn Distribution>,
    source_points: Option<Visited>,
    target_points: Option<Visited>,
    /// Reflow's pairs, x0 and x1 side by side.
    pairs: Option<Visited>,
    size: usize,
    coupling: Coupling,
    group: usize,
    path: Path,
    times: TimeSampling,
    seed: u64,
}

impl Batches {
    /// Draws the training points of the run that the options describe; `pairs` are reflow's, `m × 2 dim` numbers, x0
    /// before x1 in every row, or empty.
    pub fn new(
        config: &Config,
        source: Box<dyn Distribution>,
        target: Box<dyn Distribution>,
        pairs: Vec<f32>,
    ) -> Batches {
        let seed = config.seed as u64;
        let finite = |distribution: &dyn Distribution, n: usize, points: Purpose, order: Purpose| {
            let values = distribution.sample(n, &mut seed::stream(seed, points, 0));
            (n > 0).then(|| Visited::new(values, distribution.dim(), order))
        };
        Batches {
            source_points: finite(source.as_ref(), config.source_points, Purpose::SourcePoints, Purpose::SourceOrder),
            target_points: finite(target.as_ref(), config.points, Purpose::Points, Purpose::Order),
            pairs: (!pairs.is_empty()).then(|| Visited::new(pairs, 2 * target.dim(), Purpose::Order)),
            size: config.batch,
            coupling: config.coupling,
            group: config.group,
            path: Path::of(config),
            times: config.time_sampling,
            seed,
            source,
            target,
        }
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.target.dim()
    }

    /// The pairs and times of the given step.
    pub fn batch(&mut self, step: usize) -> Batch {
        let (n, dim) = (self.size, self.dim());
        let mut rng = seed::stream(self.seed, Purpose::Batch, step as u64);
        if let Some(pairs) = &mut self.pairs {
            let rows = pairs.rows(self.seed, step * n, n);
            let t = self.times(n, &mut rng);
            let half =
                |from: usize| rows.chunks_exact(2 * dim).flat_map(|row| &row[from..from + dim]).copied().collect();
            return Batch { x0: half(0), x1: half(dim), t, noise: self.noise(step, n * dim) };
        }
        let x0 = match &mut self.source_points {
            Some(points) => points.rows(self.seed, step * n, n),
            None => self.source.sample(n, &mut rng),
        };
        let t = self.times(n, &mut rng);
        let mut x1 = match &mut self.target_points {
            Some(points) => points.rows(self.seed, step * n, n),
            None => self.target.sample(n, &mut rng),
        };
        if self.coupling == Coupling::Ot {
            coupling::optimal_transport(&x0, &mut x1, dim, self.group);
        }
        Batch { noise: self.noise(step, x0.len()), x0, x1, t }
    }

    /// Points on the paths of the given step's pairs, their velocities and times.
    pub fn path_sample(&mut self, step: usize) -> (PathSample, Vec<f32>) {
        let Batch { x0, x1, t, noise } = self.batch(step);
        (self.path.sample(&x0, &x1, &t, &noise), t)
    }

    fn noise(&self, step: usize, numbers: usize) -> Vec<f32> {
        if self.path.sigma == 0.0 {
            return Vec::new();
        }
        let mut rng: ChaCha8Rng = seed::stream(self.seed, Purpose::Noise, step as u64);
        (0..numbers).map(|_| rng.sample(StandardNormal)).collect()
    }

    fn times(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let below_one = 1.0 - f32::EPSILON / 2.0; // the largest float32 below 1: rounding must not reach t = 1
        (0..n).map(|_| (self.times.quantile(rng.random::<f32>() as f64) as f32).min(below_one)).collect()
    }
}
