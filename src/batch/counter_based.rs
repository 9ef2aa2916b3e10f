//! Pairs and times that are drawn by their number alone, alike on every device.
//!
//! Number s of training step k is made of the words that [`crate::random::threefry`] gives for (seed; k, s): which part of the source's
//! and of the target's mixture, where in it, and when. So a GPU draws its own batches, each invocation its own pair, and
//! the CPU can still say what step k has seen.

use crate::batch::Pairs;
use crate::config::{Classes, Config, Coupling, Predict, Schedule, TimeInput, TimeSampling};
use crate::data::Distribution;
use crate::data::mixture::{Exactness, Law, Mixture};
use crate::network::time;
use crate::path::Path;
use crate::random::seed::Purpose;
use crate::random::threefry::{self, normals, unit};

/// One end: a mixture of products of normal laws, or of uniform ones.
#[derive(Clone, Debug, PartialEq)]
struct End {
    uniform: bool,
    /// Walker's table (1974): of a part's share of all words so many stay with it; the part that gets the rest.
    alias: Vec<[u32; 2]>,
    /// `parts × 4 blocks` centres, and as many spreads: standard deviations, or half widths.
    centres: Vec<f32>,
    spreads: Vec<f32>,
}

/// How batches are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawn {
    seed: u32,
    dim: usize,
    ends: [End; 2],
    path: Path,
    times: TimeSampling,
    features: TimeInput,
    /// Whether the network puts out x1.
    x1: bool,
}

/// Words of a block, and coordinates that they make.
const FOUR: usize = 4;
/// Coordinates up to which a pair is drawn so: beyond, the source's normal draws by the ziggurat are several times as fast.
pub const DIM_MAX: usize = 16;
/// Words before the tables.
const HEAD: usize = 10;
/// Numbers of a mixture's table.
const LAWS_MAX: usize = 1 << 16;
/// The largest float32 below 1: rounding must not reach t = 1.
const BELOW_ONE: f32 = 1.0 - f32::EPSILON / 2.0;

impl End {
    /// `None` where the mixture only stands for the distribution, is too large, or has laws of both kinds.
    fn of(mixture: &Mixture) -> Option<End> {
        let (parts, dim) = (mixture.weights.len(), mixture.dim());
        let uniform = matches!(mixture.laws[0][0], Law::Uniform { .. });
        let alike = |law: &Law| matches!(law, Law::Uniform { .. }) == uniform;
        let room = FOUR * dim.div_ceil(FOUR);
        let exact = !matches!(mixture.exactness, Exactness::Estimate(_));
        if !exact || parts * room > LAWS_MAX || !mixture.laws.iter().flatten().all(alike) {
            return None;
        }
        let (mut centres, mut spreads) = (vec![0.0; parts * room], vec![0.0; parts * room]);
        for part in 0..parts {
            for axis in 0..dim {
                let (centre, spread) = match mixture.laws[axis][mixture.parts[part * dim + axis] as usize] {
                    Law::Normal { mean, std } => (mean, std),
                    Law::Uniform { low, high } => (0.5 * (low + high), 0.5 * (high - low)),
                };
                centres[part * room + axis] = centre as f32;
                spreads[part * room + axis] = spread as f32;
            }
        }
        Some(End { uniform, alias: alias(&mixture.weights), centres, spreads })
    }

    /// The part that a word chooses.
    fn part(&self, word: u32) -> usize {
        let parts = self.alias.len() as u32;
        let [stay, other] = self.alias[(word % parts) as usize];
        if word / parts < stay { (word % parts) as usize } else { other as usize }
    }

    /// Four coordinates from block `block` of a part.
    fn four(&self, part: usize, block: usize, blocks: usize, words: [u32; 4]) -> [f32; 4] {
        let at = FOUR * (part * blocks + block);
        let draws = match self.uniform {
            true => words.map(|word| 2.0 * unit(word) - 1.0),
            false => four_normals(words),
        };
        std::array::from_fn(|i| self.centres[at + i] + self.spreads[at + i] * draws[i])
    }

    fn words(&self) -> Vec<u32> {
        let floats = self.centres.chunks_exact(FOUR).zip(self.spreads.chunks_exact(FOUR));
        let floats = floats.flat_map(|(centres, spreads)| centres.iter().chain(spreads)).map(|x| x.to_bits());
        [self.alias.len() as u32, self.uniform.into()]
            .into_iter()
            .chain(self.alias.iter().flatten().copied())
            .chain(floats)
            .collect()
    }
}

fn four_normals([a, b, c, d]: [u32; 4]) -> [f32; 4] {
    let ([x, y], [z, w]) = (normals(a, b), normals(c, d));
    [x, y, z, w]
}

/// Walker's table for these weights, which sum to 1.
fn alias(weights: &[f64]) -> Vec<[u32; 2]> {
    let parts = weights.len();
    let share = (u32::MAX / parts as u32).saturating_add(1); // a word over two parts or more never reaches it
    let mut left: Vec<f64> = weights.iter().map(|weight| weight * parts as f64).collect();
    let mut table: Vec<[u32; 2]> = (0..parts as u32).map(|k| [share, k]).collect();
    let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..parts).partition(|&k| left[k] < 1.0);
    while let (Some(k), Some(&rich)) = (small.pop(), large.last()) {
        table[k] = [(left[k] * share as f64).round() as u32, rich as u32];
        left[rich] -= 1.0 - left[k];
        if left[rich] < 1.0 {
            large.pop();
            small.push(rich);
        }
    }
    table
}

impl Drawn {
    /// `None` where a pair depends on others (transport, sets visited in turn, pairs that were generated), where classes
    /// are told, and where an end is no mixture that can be written down, or has many dimensions.
    pub fn of(config: &Config, source: &dyn Distribution, target: &dyn Distribution) -> Option<Drawn> {
        let fresh = config.points == 0 && config.source_points == 0 && config.coupling == Coupling::Independent;
        if !fresh || config.classes == Classes::Told || target.dim() > DIM_MAX {
            return None;
        }
        Some(Drawn {
            seed: config.seed as u32,
            dim: target.dim(),
            ends: [End::of(&source.mixture())?, End::of(&target.mixture())?],
            path: Path::of(config),
            times: config.time_sampling,
            features: config.time,
            x1: config.predict == Predict::Target,
        })
    }

    /// The pairs and times of step number `step`, `n` of them.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn batch(&self, step: usize, n: usize) -> Pairs {
        let blocks = self.dim.div_ceil(FOUR);
        let numbers = || Vec::with_capacity(n * self.dim);
        let mut batch = Pairs { x0: numbers(), x1: numbers(), t: Vec::new(), noise: Vec::new(), labels: Vec::new() };
        for sample in 0..n {
            let words = |block: usize| {
                let counter = [block as u32, sample as u32, step as u32, (step as u64 >> 32) as u32];
                threefry::words([self.seed, Purpose::Batch as u32, 0, 0], counter)
            };
            let [time, from, to, _] = words(0);
            batch.t.push(self.time(time));
            let parts = [self.ends[0].part(from), self.ends[1].part(to)];
            for block in 0..blocks {
                let width = FOUR.min(self.dim - FOUR * block);
                let of = |k: usize| self.ends[k].four(parts[k], block, blocks, words(1 + k * blocks + block));
                batch.x0.extend(&of(0)[..width]);
                batch.x1.extend(&of(1)[..width]);
                if self.path.sigma > 0.0 {
                    batch.noise.extend(&four_normals(words(1 + 2 * blocks + block))[..width]);
                }
            }
        }
        batch
    }

    fn time(&self, word: u32) -> f32 {
        (self.times.quantile(unit(word) as f64) as f32).min(BELOW_ONE)
    }

    /// All of it as `draw.wgsl` reads it.
    pub fn words(&self) -> Vec<u32> {
        let schedule = match self.path.schedule {
            Schedule::Linear => 0,
            Schedule::Cosine => 1,
            Schedule::Vp => 2,
        };
        let [source, target] = self.ends.each_ref().map(End::words);
        let turns: Vec<u32> = time::turns(self.features).iter().map(|turns| turns.to_bits()).collect();
        let places = [HEAD + turns.len(), HEAD + turns.len() + source.len()];
        let head: [u32; HEAD] = [
            self.seed,
            Purpose::Batch as u32,
            schedule,
            (self.times == TimeSampling::Late).into(),
            (self.path.sigma_min as f32).to_bits(),
            (self.path.sigma as f32).to_bits(),
            self.x1.into(),
            turns.len() as u32,
            places[0] as u32,
            places[1] as u32,
        ];
        head.into_iter().chain(turns).chain(source).chain(target).collect()
    }
}
