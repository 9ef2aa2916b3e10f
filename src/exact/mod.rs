//! The exact marginal velocity u*(x, t) = E[u | xt = x], without a network, and the lowest loss that training can reach.
//!
//! A network trained on pairs of x0 and x1 tends to u*, the velocity that carries the source's density to the
//! target's (Lipman et al. 2023, arXiv 2210.02747, equation 8 and theorem 1; Tong et al. 2023, arXiv 2302.00482,
//! theorem 3.1 for σ > 0). With independent x0 and x1, both mixtures of products of one-dimensional laws,
//!
//! ```text
//! p_t(x)   = Σ_ab w_a w_b Π_d p_ab,d(x_d)          p_ab,d: density of α b + β a + σ ε on axis d
//! u*_d(x)  = Σ_ab r_ab (α' E[b | x_d] + β' E[a | x_d])      r_ab = w_a w_b Π_d p_ab,d(x_d) / p_t(x)
//! ```
//!
//! where a runs over the source's parts and b over the target's. Each p_ab,d is elementary: see the file `axis.rs`.
//! With N(0, I) as source and the linear path these are the three formulas of the field's papers: the soft-max over a
//! finite set, the mixture of Gaussians, and the board's truncated normals.
//!
//! Where u* is undefined, a limit stands for it, and no number is ever NaN or infinite for |x| below 10¹⁰⁰:
//!
//! - times nearer than 10⁻⁸ to 0 or 1 are read as 10⁻⁸ from it: at the ends the field may be singular;
//! - a standard deviation of xt given its parts, where it matters, is at least 10⁻¹⁰, so that a point which no pair of
//!   parts reaches moves with the nearest pair, and has a log-density far below any that is reached.

mod axis;
mod floor;
mod truncated;

pub use floor::{LossFloor, loss_floor};

use crate::data::mixture::{Exactness, Law, Mixture};
use crate::path::Path;
use axis::{Pair, Value};

/// Most pairs of parts, and of laws.
const PAIRS_MAX: usize = 4_000_000;
/// No time is nearer to 0 or 1 than this.
const END: f64 = 1e-8;
/// Pairs of parts whose share is below e^CUT of the largest are left out: ten million of them weigh less than 10⁻¹⁶.
const CUT: f64 = -55.0;

/// u*(x, t) = E[u | xt = x] of independent x0 and x1, in float64.
#[derive(Clone, Debug)]
pub struct Field {
    source: Side,
    target: Side,
    path: Path,
    exactness: Exactness,
}

/// A mixture, checked, with the logarithms of its weights.
#[derive(Clone, Debug)]
struct Side {
    laws: Vec<Vec<Law>>,
    log_weights: Vec<f64>,
    /// For every axis the law of every part, a number within `laws[axis]`.
    parts: Vec<Vec<usize>>,
}

impl Side {
    fn new(mixture: &Mixture) -> Option<Side> {
        let (dim, count) = (mixture.laws.len(), mixture.weights.len());
        let whole = dim > 0 && mixture.parts.len() == dim * count;
        let named = mixture.parts.iter().enumerate().all(|(i, &law)| (law as usize) < mixture.laws[i % dim].len());
        let weighted = mixture.weights.iter().all(|&w| w >= 0.0) && mixture.weights.iter().any(|&w| w > 0.0);
        (whole && named && weighted).then(|| Side {
            laws: mixture.laws.clone(),
            log_weights: mixture.weights.iter().map(|w| w.ln()).collect(),
            parts: (0..dim)
                .map(|d| mixture.parts.iter().skip(d).step_by(dim).map(|&law| law as usize).collect())
                .collect(),
        })
    }

    fn is_points(&self) -> bool {
        self.laws.iter().flatten().all(|law| axis::spread(law) == 0.0)
    }
}

impl Field {
    /// The field from `source` to `target` along `path`.
    ///
    /// `None` where it does not exist: points to points without noise (σ = 0), whose straight lines fill no space;
    /// different dimensions; a mixture that is not whole; or more than four million pairs of parts or, over all axes, of
    /// laws, at some 100 bytes each.
    pub fn new(source: &Mixture, target: &Mixture, path: Path) -> Option<Field> {
        let exactness = worse(source.exactness, target.exactness);
        let (source, target) = (Side::new(source)?, Side::new(target)?);
        let filled = path.sigma > 0.0 || !(source.is_points() && target.is_points());
        let law_pairs: usize = source.laws.iter().zip(&target.laws).map(|(a, b)| a.len().saturating_mul(b.len())).sum();
        let part_pairs = source.log_weights.len().saturating_mul(target.log_weights.len());
        let usable = filled && source.laws.len() == target.laws.len() && law_pairs.max(part_pairs) <= PAIRS_MAX;
        usable.then_some(Field { source, target, path, exactness })
    }

    /// Coordinates of one point.
    pub fn dim(&self) -> usize {
        self.source.laws.len()
    }

    /// Pairs of parts; to evaluate one point takes some 10 ns for each.
    pub fn pairs(&self) -> usize {
        self.source.log_weights.len() * self.target.log_weights.len()
    }

    /// Whether the field is exact; the worse of the two mixtures.
    pub fn exactness(&self) -> Exactness {
        self.exactness
    }

    /// The field at time `t`, ready for many points.
    pub fn at(&self, t: f64) -> Slice<'_> {
        let coefficients = self.path.at(t.clamp(END, 1.0 - END));
        let pair = |source: &Law, target: &Law| Pair::new(source, target, coefficients, self.path.sigma);
        let pairs: Vec<Vec<Pair>> = (self.source.laws.iter().zip(&self.target.laws))
            .map(|(a, b)| a.iter().flat_map(|a| b.iter().map(move |b| pair(a, b))).collect())
            .collect();
        let values = pairs.iter().map(|axis| vec![Value::default(); axis.len()]).collect();
        Slice { field: self, pairs, values, shares: Vec::new() }
    }

    /// u*(x, t) = Σ_ab r_ab (α' E[b | x] + β' E[a | x]).
    ///
    /// # Shapes
    /// `x` and `into` hold `dim` numbers.
    pub fn velocity(&self, x: &[f64], t: f64, into: &mut [f64]) {
        self.at(t).velocity(x, into);
    }

    /// u* at many points of one time.
    ///
    /// # Shapes
    /// `points` and the result hold `n × dim` numbers.
    pub fn velocities(&self, points: &[f32], t: f32) -> Vec<f32> {
        let mut slice = self.at(t as f64);
        let (mut x, mut u) = (vec![0.0; self.dim()], vec![0.0; self.dim()]);
        let mut velocities = Vec::with_capacity(points.len());
        for point in points.chunks_exact(self.dim()) {
            x.iter_mut().zip(point).for_each(|(x, &point)| *x = point as f64);
            slice.velocity(&x, &mut u);
            velocities.extend(u.iter().map(|&u| u as f32));
        }
        velocities
    }

    /// log p_t(x), in nats; far below -700 where p_t(x) = 0.
    pub fn log_density(&self, x: &[f64], t: f64) -> f64 {
        self.at(t).log_density(x)
    }

    /// Σ_d ∂u*_d/∂x_d, what log p_t loses per unit of time along the flow (Chen et al. 2018, arXiv 1806.07366, theorem 1).
    pub fn divergence(&self, x: &[f64], t: f64) -> f64 {
        self.at(t).divergence(x)
    }
}

/// A [`Field`] at one time.
#[derive(Clone, Debug)]
pub struct Slice<'a> {
    field: &'a Field,
    /// For every axis, source law × target law.
    pairs: Vec<Vec<Pair>>,
    /// Their values at the last point: with them a board of n × n cells costs n special functions an axis, not n².
    values: Vec<Vec<Value>>,
    /// r_ab at the last point, source part × target part.
    shares: Vec<f64>,
}

impl Slice<'_> {
    /// u*(x) = Σ_ab r_ab (α' E[b | x] + β' E[a | x]).
    ///
    /// # Shapes
    /// `x` and `into` hold `dim` numbers.
    pub fn velocity(&mut self, x: &[f64], into: &mut [f64]) {
        self.evaluate(x);
        into.fill(0.0);
        self.each_pair(|share, axis, value| into[axis] += share * value.velocity);
    }

    /// Var[ut | xt = x] = E |ut - u*(x)|², summed over the dimensions: the least squared error of any network here.
    pub fn variance(&mut self, x: &[f64]) -> f64 {
        let mut mean = vec![0.0; x.len()];
        self.velocity(x, &mut mean);
        let mut variance = 0.0;
        self.each_pair(|share, axis, value| {
            variance += share * (value.variance + (value.velocity - mean[axis]).powi(2));
        });
        variance
    }

    /// log p_t(x), in nats; far below -700 where p_t(x) = 0.
    pub fn log_density(&mut self, x: &[f64]) -> f64 {
        self.evaluate(x)
    }

    /// Σ_d ∂u*_d/∂x_d by central differences of fourth order, their step a thousandth of the field's finest detail.
    pub fn divergence(&mut self, x: &[f64]) -> f64 {
        let step = 1e-3 * self.pairs.iter().flatten().map(Pair::detail).fold(1.0, f64::min);
        let (mut moved, mut u) = (x.to_vec(), vec![0.0; x.len()]);
        let mut divergence = 0.0;
        for axis in 0..x.len() {
            for (steps, weight) in [(-2.0, 1.0), (-1.0, -8.0), (1.0, 8.0), (2.0, -1.0)] {
                moved[axis] = x[axis] + steps * step;
                self.velocity(&moved, &mut u);
                divergence += weight * u[axis] / (12.0 * step);
            }
            moved[axis] = x[axis];
        }
        divergence
    }

    /// Fills `values` and `shares` for the point `x`; returns log p_t(x).
    fn evaluate(&mut self, x: &[f64]) -> f64 {
        for ((pairs, values), &x) in self.pairs.iter().zip(&mut self.values).zip(x) {
            pairs.iter().zip(values).for_each(|(pair, value)| *value = pair.at(x));
        }
        let (source, target) = (&self.field.source, &self.field.target);
        let count = target.log_weights.len();
        self.shares.clear();
        for log_a in &source.log_weights {
            self.shares.extend(target.log_weights.iter().map(|log_b| log_a + log_b));
        }
        for (axis, values) in self.values.iter().enumerate() {
            for (logs, row) in self.shares.chunks_exact_mut(count).zip(&source.parts[axis]) {
                let row = &values[row * target.laws[axis].len()..][..target.laws[axis].len()];
                logs.iter_mut().zip(&target.parts[axis]).for_each(|(log, &law)| *log += row[law].log_density);
            }
        }
        let largest = self.shares.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for share in &mut self.shares {
            let log = *share - largest;
            *share = if log < CUT { 0.0 } else { log.exp() };
            total += *share;
        }
        self.shares.iter_mut().for_each(|share| *share /= total);
        largest + total.ln()
    }

    /// Calls `visit` with the share, the axis and the value of every pair of parts that has a share of the last point.
    fn each_pair(&self, mut visit: impl FnMut(f64, usize, &Value)) {
        let (source, target) = (&self.field.source, &self.field.target);
        for (axis, values) in self.values.iter().enumerate() {
            let rows = self.shares.chunks_exact(target.log_weights.len()).zip(&source.parts[axis]);
            for (shares, row) in rows {
                let row = &values[row * target.laws[axis].len()..][..target.laws[axis].len()];
                for (&share, &law) in shares.iter().zip(&target.parts[axis]).filter(|(share, _)| **share != 0.0) {
                    visit(share, axis, &row[law]);
                }
            }
        }
    }
}

/// Exact beside a quadrature is a quadrature, and either beside an estimate is an estimate.
fn worse(a: Exactness, b: Exactness) -> Exactness {
    use Exactness::{Estimate, Exact, Quadrature};
    match (a, b) {
        (Estimate(a), Estimate(b)) => Estimate(a.min(b)),
        (Estimate(n), _) | (_, Estimate(n)) => Estimate(n),
        (Quadrature(a), Quadrature(b)) => Quadrature(a.min(b)),
        (Quadrature(n), _) | (_, Quadrature(n)) => Quadrature(n),
        (Exact, Exact) => Exact,
    }
}
