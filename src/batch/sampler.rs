//! What every training step sees: pairs of points and their times, the same however the run got there.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use super::counter_based::Drawn;
use super::{Pairs, TrainingBatch};
use crate::config::{Classes, Config, Coupling, TimeSampling};
use crate::coupling;
use crate::data::Distribution;
use crate::data::Label;
use crate::path::Path;
use crate::random::seed::{self, Purpose};

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

    /// The `n` rows of the given step in the endless series. They are counted in 64 bits, which a browser's `usize` has
    /// not: with 65,536 a step it would begin again at step 65,536.
    fn rows(&mut self, seed: u64, step: usize, n: usize) -> Vec<f32> {
        let total = self.values.len() / self.width;
        let mut visited = Vec::with_capacity(n * self.width);
        let start = step as u64 * n as u64;
        for number in start..start + n as u64 {
            let (epoch, place) = (number / total as u64, (number % total as u64) as usize);
            if self.order.0 != epoch {
                let mut order: Vec<usize> = (0..total).collect();
                order.shuffle(&mut seed::stream(seed, self.purpose, epoch));
                self.order = (epoch, order);
            }
            let row = self.order.1[place] * self.width;
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
    /// Whether the network is told the classes, and the share of them that are withheld.
    told: bool,
    label_drop: f64,
    seed: u64,
    /// Where every pair can be drawn by itself.
    drawn: Option<Drawn>,
}

/// Points with their classes as one more column, -1 for none.
pub fn with_labels((points, labels): &(Vec<f32>, Vec<Label>), dim: usize) -> Vec<f32> {
    let rows = points.chunks_exact(dim).zip(labels);
    rows.flat_map(|(point, label)| point.iter().copied().chain([label.map_or(-1.0, f32::from)])).collect()
}

/// Takes the last of `width` columns off, as classes.
fn take_labels(rows: Vec<f32>, width: usize) -> (Vec<f32>, Vec<Label>) {
    let labels = rows.iter().skip(width - 1).step_by(width).map(|&x| (x >= 0.0).then_some(x as u8)).collect();
    (rows.chunks_exact(width).flat_map(|row| &row[..width - 1]).copied().collect(), labels)
}

impl Batches {
    /// Draws the training points of the run that the options describe; `pairs` are reflow's, `m × 2 dim` numbers, x0
    /// before x1 in every row, and the class after both where the network is told it; or empty.
    pub fn new(
        config: &Config,
        source: Box<dyn Distribution>,
        target: Box<dyn Distribution>,
        pairs: Vec<f32>,
    ) -> Batches {
        let seed = config.seed as u64;
        let told = config.classes == Classes::Told;
        let finite = |distribution: &dyn Distribution, n: usize, points: Purpose, order: Purpose, told: bool| {
            let mut rng = seed::stream(seed, points, 0);
            let values = match told {
                true => with_labels(&distribution.labelled(n, &mut rng), distribution.dim()),
                false => distribution.sample(n, &mut rng),
            };
            (n > 0).then(|| Visited::new(values, distribution.dim() + told as usize, order))
        };
        let (source_order, order) = (Purpose::SourceOrder, Purpose::Order);
        Batches {
            source_points: finite(source.as_ref(), config.source_points, Purpose::SourcePoints, source_order, false),
            target_points: finite(target.as_ref(), config.points, Purpose::Points, order, told),
            drawn: Drawn::of(config, source.as_ref(), target.as_ref()).filter(|_| pairs.is_empty()),
            pairs: (!pairs.is_empty()).then(|| Visited::new(pairs, 2 * target.dim() + told as usize, Purpose::Order)),
            size: config.batch,
            coupling: config.coupling,
            group: config.group,
            path: Path::of(config),
            times: config.time_sampling,
            told,
            label_drop: config.label_drop,
            seed,
            source,
            target,
        }
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.target.dim()
    }

    /// How a device can draw the same batches itself, if it can.
    pub fn drawn(&self) -> Option<&Drawn> {
        self.drawn.as_ref()
    }

    /// The pairs and times of the given step.
    pub fn batch(&mut self, step: usize) -> Pairs {
        if let Some(drawn) = &self.drawn {
            return drawn.batch(step, self.size);
        }
        let (n, dim) = (self.size, self.dim());
        let mut rng = seed::stream(self.seed, Purpose::Batch, step as u64);
        if let Some(pairs) = &mut self.pairs {
            let rows = pairs.rows(self.seed, step, n);
            let (rows, labels) = if self.told { take_labels(rows, 2 * dim + 1) } else { (rows, Vec::new()) };
            let t = self.times(n, &mut rng);
            let half =
                |from: usize| rows.chunks_exact(2 * dim).flat_map(|row| &row[from..from + dim]).copied().collect();
            let labels = self.withheld(step, labels);
            return Pairs { x0: half(0), x1: half(dim), t, noise: self.noise(step, n * dim), labels };
        }
        let x0 = match &mut self.source_points {
            Some(points) => points.rows(self.seed, step, n),
            None => self.source.sample(n, &mut rng),
        };
        let t = self.times(n, &mut rng);
        let (mut x1, mut labels) = match &mut self.target_points {
            Some(points) if self.told => take_labels(points.rows(self.seed, step, n), dim + 1),
            Some(points) => (points.rows(self.seed, step, n), Vec::new()),
            None if self.told => self.target.labelled(n, &mut rng),
            None => (self.target.sample(n, &mut rng), Vec::new()),
        };
        if self.coupling == Coupling::Ot {
            let order = coupling::optimal_transport(&x0, &mut x1, dim, self.group);
            if self.told {
                labels = order.into_iter().map(|j| labels[j]).collect();
            }
        }
        let labels = self.withheld(step, labels);
        Pairs { noise: self.noise(step, x0.len()), x0, x1, t, labels }
    }

    /// What the given step sees: points on the paths of its pairs, their velocities, times and classes.
    pub fn prepared(&mut self, step: usize) -> TrainingBatch {
        let Pairs { x0, x1, t, noise, labels } = self.batch(step);
        TrainingBatch { sample: self.path.sample(&x0, &x1, &t, &noise), t, labels }
    }

    /// A share of the classes is not told, so that the network learns the velocity without one as well (Ho and Salimans
    /// 2022, arXiv 2207.12598).
    fn withheld(&self, step: usize, labels: Vec<Label>) -> Vec<Label> {
        if self.label_drop == 0.0 {
            return labels;
        }
        let mut rng = seed::stream(self.seed, Purpose::Labels, step as u64);
        labels.into_iter().map(|label| label.filter(|_| rng.random::<f64>() >= self.label_drop)).collect()
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
