//! The exact velocity on a device, in float32: for as many points as a heat map has.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use super::axis::{Cut, Normal, Pair};
use super::truncated::{LN_SQRT_TAU, gauss_legendre};
use super::{Field, Slice};

/// No time is nearer to 0 or 1 than this: closer, float32 cannot tell a point from its neighbours.
const END: f64 = 1e-4;
/// Points times pairs of parts held at once.
const CHUNK: usize = 1 << 22;
/// √(π/2).
const SQRT_HALF_PI: f64 = 1.253_314_137_315_500_3;
/// erfcx(z) = τ exp(polynomial(τ)), τ = 1 / (1 + z/2), to 1.2e-7 of itself for z ≥ 0 (Press et al., Numerical Recipes).
const ERFCX: [f64; 10] = [
    -1.265_512_23,
    1.000_023_68,
    0.374_091_96,
    0.096_784_18,
    -0.186_288_06,
    0.278_868_07,
    -1.135_203_98,
    1.488_515_87,
    -0.822_152_23,
    0.170_872_77,
];

impl Field {
    /// u* at many points of one time, on their device; `None` where both ends are uniform, which only the CPU computes.
    ///
    /// In float32: right to some 10⁻³ of the largest velocity, to 10⁻⁵ away from the ends of time.
    ///
    /// # Shapes
    /// `x` and the result are `[n, dim]`.
    pub fn on_device(&self, x: &Tensor<2>, t: f64) -> Option<Tensor<2>> {
        let slice = self.at(t.clamp(END, 1.0 - END));
        let axes: Option<Vec<Axis>> = (0..self.dim()).map(|d| Axis::new(&slice, d, &x.device())).collect();
        let axes = axes?;
        let n = x.dims()[0];
        let rows = (CHUNK / self.pairs()).clamp(1, n.max(1));
        let starts: Vec<usize> = (0..n).step_by(rows).collect();
        let chunk = |&start: &usize| self.chunk(&axes, x.clone().slice([start..(start + rows).min(n), 0..self.dim()]));
        Some(if starts.is_empty() { x.clone() } else { Tensor::cat(starts.iter().map(chunk).collect(), 0) })
    }

    fn chunk(&self, axes: &[Axis], x: Tensor<2>) -> Tensor<2> {
        let n = x.dims()[0];
        let column = |d: usize| x.clone().slice([0..n, d..d + 1]);
        let values: Vec<[Tensor<2>; 2]> = axes.iter().enumerate().map(|(d, axis)| axis.values(column(d))).collect();
        let mut logs = log_weights(self, &x.device());
        for (axis, [log_density, _]) in axes.iter().zip(&values) {
            logs = logs + log_density.clone().select(1, axis.parts.clone());
        }
        let shares = activation::softmax(logs, 1);
        let along = |(axis, [_, velocity]): (&Axis, &[Tensor<2>; 2])| {
            (shares.clone() * velocity.clone().select(1, axis.parts.clone())).sum_dim(1)
        };
        Tensor::cat(axes.iter().zip(&values).map(along).collect(), 1)
    }
}

fn log_weights(field: &Field, device: &Device) -> Tensor<2> {
    let pairs = field.source.log_weights.iter().flat_map(|a| field.target.log_weights.iter().map(move |b| a + b));
    row(pairs.collect(), device)
}

fn row(values: Vec<f64>, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = values.into_iter().map(|v| v as f32).collect();
    let columns = values.len();
    Tensor::from_data(TensorData::new(values, [1, columns]), device)
}

/// One axis: its pairs of laws, either normal or cut, and which of them every pair of parts has.
struct Axis {
    normal: Option<[Tensor<2>; 5]>,
    cut: Option<[Tensor<2>; 7]>,
    /// Index of the law pair of every pair of parts, normal ones first.
    parts: Tensor<1, Int>,
}

impl Axis {
    fn new(slice: &Slice, d: usize, device: &Device) -> Option<Axis> {
        let (mut normal, mut cut, mut place) = (Vec::new(), Vec::new(), Vec::new());
        for pair in &slice.pairs[d] {
            match pair {
                Pair::Normal(pair) => {
                    place.push((false, normal.len()));
                    normal.push(*pair);
                }
                Pair::Cut(pair) => {
                    place.push((true, cut.len()));
                    cut.push(*pair);
                }
                Pair::Flat(_) => return None,
            }
        }
        let (source, target) = (&slice.field.source, &slice.field.target);
        let columns = target.laws[d].len();
        let law = |a: usize, b: usize| match place[a * columns + b] {
            (false, k) => k as i32,
            (true, k) => (normal.len() + k) as i32,
        };
        let parts: Vec<i32> = source.parts[d]
            .iter()
            .flat_map(|&a| target.parts[d].iter().map(move |&b| (a, b)))
            .map(|(a, b)| law(a, b))
            .collect();
        let count = parts.len();
        let of_normal = |get: fn(&Normal) -> f64| row(normal.iter().map(get).collect(), device);
        let of_cut = |get: fn(&Cut) -> f64| row(cut.iter().map(get).collect(), device);
        Some(Axis {
            normal: (!normal.is_empty()).then(|| {
                [
                    of_normal(|p| p.mean),
                    of_normal(|p| 1.0 / p.std),
                    of_normal(|p| p.log_std),
                    of_normal(|p| p.velocity),
                    of_normal(|p| p.slope),
                ]
            }),
            cut: (!cut.is_empty()).then(|| {
                [
                    of_cut(|p| p.low),
                    of_cut(|p| 1.0 / p.std),
                    of_cut(|p| p.width),
                    of_cut(|p| p.log_std),
                    of_cut(|p| p.velocity),
                    of_cut(|p| p.along),
                    of_cut(|p| p.slope),
                ]
            }),
            parts: Tensor::from_data(TensorData::new(parts, [count]), device),
        })
    }

    /// Log density and velocity of every pair of laws at the coordinates `x`.
    ///
    /// # Shapes
    /// `x` is `[n, 1]`, both results `[n, pairs of laws]`.
    fn values(&self, x: Tensor<2>) -> [Tensor<2>; 2] {
        let (mut logs, mut velocities) = (Vec::new(), Vec::new());
        if let Some([mean, per_std, log_std, velocity, slope]) = self.normal.clone() {
            let z = (x.clone() - mean) * per_std;
            logs.push(z.clone().square().mul_scalar(-0.5) - log_std);
            velocities.push(z * slope + velocity);
        }
        if let Some([low, per_std, width, log_std, velocity, along, slope]) = self.cut.clone() {
            let start = (low - x) * per_std;
            let (log_density, position) = truncated(start.clone(), width.clone());
            let z = start + width * position.clone();
            logs.push(log_density - log_std);
            velocities.push(position * along + z * slope + velocity);
        }
        [Tensor::cat(logs, 1), Tensor::cat(velocities, 1)]
    }
}

/// `super::truncated::truncated` for every number: log density, and the mean's position in the interval.
fn truncated(start: Tensor<2>, width: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let half = width.clone().mul_scalar(0.5);
    let middle = start + half.clone();
    let mirrored = middle.clone().lower_elem(0.0);
    let middle = middle.abs().clamp_max(1e18);
    let p = middle.clone() - half.clone();
    let q = middle.clone() + half.clone();
    let width = width.expand(middle.dims());
    let half = half.expand(middle.dims());

    let narrow = (half.clone() * q.clone()).lower_equal_elem(2.0);
    let (log_narrow, position_narrow) = by_quadrature(&middle, &half);
    let left_of_zero = p.clone().lower_elem(0.0);
    let (mass_around, mean_around) = around_zero(&p, &q);
    let (p_right, q_right) = (p.clone().clamp_min(0.0), q.clamp_min(0.0));
    let (mass_right, mean_right) = right_of_zero(&p_right, &q_right, &width, &middle);

    let log_right = mass_right.log() - p_right.square().mul_scalar(0.5).add_scalar(LN_SQRT_TAU);
    let log_wide = log_right.mask_where(left_of_zero.clone(), mass_around.log()) - width.clone().log();
    let mean = mean_right.mask_where(left_of_zero, mean_around - p);
    let log_density = log_wide.mask_where(narrow.clone(), log_narrow);
    let position = (mean / width).clamp(0.0, 1.0).mask_where(narrow, position_narrow);
    let reflected = position.clone().neg().add_scalar(1.0);
    (log_density, position.mask_where(mirrored, reflected))
}

fn by_quadrature(middle: &Tensor<2>, half: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    // Wider intervals are computed as well, and then not taken: they must not overflow.
    let half = half.clone().clamp_max(2.0);
    let middle = middle.clone().min_pair(half.clone().recip().mul_scalar(4.0));
    let (mut mass, mut moment) = (middle.zeros_like(), middle.zeros_like());
    for (node, weight) in gauss_legendre() {
        let s = half.clone().mul_scalar(node);
        let density = (s.clone() * (middle.clone() + s.mul_scalar(0.5))).neg().exp().mul_scalar(weight);
        moment = moment + density.clone().mul_scalar(node);
        mass = mass + density;
    }
    let log_density = mass.clone().mul_scalar(0.5).log() - middle.square().mul_scalar(0.5).add_scalar(LN_SQRT_TAU);
    (log_density, (moment / mass).mul_scalar(0.5).add_scalar(0.5))
}

/// ∫ φ over [p, q] with p < 0 < q, and the mean there.
fn around_zero(p: &Tensor<2>, q: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let density = |z: &Tensor<2>| z.clone().square().mul_scalar(-0.5).sub_scalar(LN_SQRT_TAU).exp();
    let upper_tail = |z: Tensor<2>| density(&z) * mills(z);
    let mass = (upper_tail(p.clone().abs()) + upper_tail(q.clone().abs())).neg().add_scalar(1.0).clamp_min(1e-6);
    let mean = (density(p) - density(q)) / mass.clone();
    (mass, mean)
}

/// ∫ φ / φ(p) over [p, q] with 0 ≤ p, and the mean's distance from p.
fn right_of_zero(p: &Tensor<2>, q: &Tensor<2>, width: &Tensor<2>, middle: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let (mills_p, mills_q) = (mills(p.clone()), mills(q.clone()));
    let excess = |z: &Tensor<2>, mills: &Tensor<2>| (z.clone() * mills.clone()).neg().add_scalar(1.0).clamp_min(0.0);
    let e = (width.clone() * middle.clone()).neg().exp();
    let mass = (mills_p.clone() - e.clone() * mills_q.clone()).clamp_min(1e-30);
    let moment = excess(p, &mills_p) - e * (width.clone() * mills_q.clone() + excess(q, &mills_q));
    (mass.clone(), moment / mass)
}

/// Mills' ratio (1 - Φ(z)) / φ(z) for z ≥ 0.
fn mills(z: Tensor<2>) -> Tensor<2> {
    let tau = z.mul_scalar(0.5 * std::f64::consts::FRAC_1_SQRT_2).add_scalar(1.0).recip();
    let (last, others) = ERFCX.split_last().expect("ten coefficients");
    let start = tau.zeros_like().add_scalar(*last);
    let polynomial = others.iter().rev().fold(start, |sum, &c| sum * tau.clone() + tau.zeros_like().add_scalar(c));
    (tau * polynomial.exp()).mul_scalar(SQRT_HALF_PI)
}
