//! One axis: the law of xt = α b + β a + σ ε for one law of a (source) and one of b (target), and what it says of a and b.

use crate::data::mixture::Law;
use crate::path::Coefficients;

use super::truncated::{LN_SQRT_TAU, Truncated, gauss_legendre, truncated};

/// The least standard deviation, and the unit of distance for points that nothing reaches.
const FLOOR: f64 = 1e-10;
/// Outside this many standard deviations a normal holds less than 10⁻¹⁸.
const FAR: f64 = 9.0;

/// What one pair of laws says at one x.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Value {
    /// ln of the density of xt at x.
    pub log_density: f64,
    /// E[ut | xt = x] = α' E[b | x] + β' E[a | x].
    pub velocity: f64,
    /// Var[ut | xt = x].
    pub variance: f64,
}

/// A law of a and one of b at one time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pair {
    /// Both normal.
    Normal(Normal),
    /// One normal and one uniform.
    Cut(Cut),
    /// Both uniform.
    Flat(Flat),
}

/// N(mean, std²), and a velocity that is linear in (x - mean) / std.
#[derive(Clone, Copy, Debug)]
pub(super) struct Normal {
    pub mean: f64,
    pub std: f64,
    pub log_std: f64,
    pub velocity: f64,
    pub slope: f64,
    variance: f64,
}

/// c U + N with U uniform and N normal of mean `mean` and std `std`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// c times the lower end, plus the normal's mean.
    pub low: f64,
    /// c times the width, in units of `std`.
    pub width: f64,
    pub std: f64,
    pub log_std: f64,
    /// Velocity with U at its lower end and z = 0; its growth along U's width; its growth with z.
    pub velocity: f64,
    pub along: f64,
    pub slope: f64,
    /// Variance of the velocity given z: what the noise hides.
    hidden: f64,
}

/// Both uniform, with noise of standard deviation `sigma`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flat {
    source: Interval,
    target: Interval,
    sigma: f64,
}

/// A uniform law times its share of xt.
#[derive(Clone, Copy, Debug)]
struct Interval {
    /// Lower end and width, as they enter xt.
    low: f64,
    width: f64,
    /// The same, as they enter the velocity.
    velocity: f64,
    along: f64,
}

impl Interval {
    /// Velocity at this share of the width.
    fn velocity_at(&self, position: f64) -> f64 {
        self.velocity + self.along * position
    }
}

/// Standard deviation of a normal, width of a uniform law.
pub(super) fn spread(law: &Law) -> f64 {
    match *law {
        Law::Normal { std, .. } => std,
        Law::Uniform { low, high } => (high - low).max(0.0),
    }
}

impl Pair {
    pub fn new(source: &Law, target: &Law, c: Coefficients, sigma: f64) -> Pair {
        // A uniform law of no width is a point.
        let tidy = |law: &Law| match *law {
            Law::Uniform { low, .. } if spread(law) == 0.0 => Law::Normal { mean: low, std: 0.0 },
            law => law,
        };
        let (a, b) = ((c.beta, c.beta_dot), (c.alpha, c.alpha_dot));
        match (tidy(source), tidy(target)) {
            (Law::Normal { mean: mean_a, std: std_a }, Law::Normal { mean: mean_b, std: std_b }) => {
                let variance = (a.0 * std_a).powi(2) + (b.0 * std_b).powi(2) + sigma * sigma;
                let std = variance.sqrt().max(FLOOR);
                let slope = (a.0 * a.1 * std_a * std_a + b.0 * b.1 * std_b * std_b) / std;
                Pair::Normal(Normal {
                    mean: a.0 * mean_a + b.0 * mean_b,
                    std,
                    log_std: std.ln() + LN_SQRT_TAU,
                    velocity: a.1 * mean_a + b.1 * mean_b,
                    slope,
                    variance: ((a.1 * std_a).powi(2) + (b.1 * std_b).powi(2) - slope * slope).max(0.0),
                })
            }
            (Law::Normal { mean, std }, Law::Uniform { low, high }) => {
                Pair::Cut(Cut::new((mean, std), a, (low, high), b, sigma))
            }
            (Law::Uniform { low, high }, Law::Normal { mean, std }) => {
                Pair::Cut(Cut::new((mean, std), b, (low, high), a, sigma))
            }
            (Law::Uniform { low: low_a, high: high_a }, Law::Uniform { low: low_b, high: high_b }) => {
                let interval = |low: f64, high: f64, (share, rate): (f64, f64)| Interval {
                    low: share * low,
                    width: share * (high - low),
                    velocity: rate * low,
                    along: rate * (high - low),
                };
                Pair::Flat(Flat { source: interval(low_a, high_a, a), target: interval(low_b, high_b, b), sigma })
            }
        }
    }

    pub fn at(&self, x: f64) -> Value {
        match self {
            Pair::Normal(pair) => pair.at(x),
            Pair::Cut(pair) => pair.at(x),
            Pair::Flat(pair) if pair.sigma > FLOOR => pair.blurred(x),
            Pair::Flat(pair) => pair.at(x),
        }
    }

    /// The length over which the value changes.
    pub fn detail(&self) -> f64 {
        match self {
            Pair::Normal(pair) => pair.std,
            Pair::Cut(pair) => pair.std,
            Pair::Flat(pair) if pair.sigma > FLOOR => pair.sigma,
            Pair::Flat(pair) => pair.source.width.min(pair.target.width),
        }
    }
}

impl Normal {
    /// xt ~ N(m, V), m = α m_b + β m_a, V = α² s_b² + β² s_a² + σ²; E[b | x] = m_b + α s_b² (x - m) / V, and so for a;
    /// Var[ut | x] = α'² s_b² + β'² s_a² - (α α' s_b² + β β' s_a²)² / V.
    fn at(&self, x: f64) -> Value {
        let z = (x - self.mean) / self.std;
        let log_density = -0.5 * z * z - self.log_std;
        Value { log_density, velocity: self.velocity + self.slope * z, variance: self.variance }
    }
}

impl Cut {
    /// `n` and `u` are the share of xt and of the velocity that the normal and the uniform law have.
    fn new((mean, std): (f64, f64), n: (f64, f64), (low, high): (f64, f64), u: (f64, f64), sigma: f64) -> Cut {
        let whole = (n.0 * std).hypot(sigma).max(FLOOR);
        Cut {
            low: u.0 * low + n.0 * mean,
            width: u.0 * (high - low) / whole,
            std: whole,
            log_std: whole.ln(),
            velocity: u.1 * low + n.1 * mean,
            along: u.1 * (high - low),
            slope: -n.1 * n.0 * std * std / whole,
            hidden: (n.1 * std * sigma / whole).powi(2),
        }
    }

    /// With S the normal's std in xt, z = (c U + its mean - x) / S is a standard normal cut to an interval:
    /// E[U | x] = low + width · position, E[N | x] = mean - (share std² / S) E(z), and ut is linear in z but for the noise.
    fn at(&self, x: f64) -> Value {
        let start = (self.low - x) / self.std;
        let cut = truncated(start, self.width);
        let z = start + self.width * cut.position;
        Value {
            log_density: cut.log_density - self.log_std,
            velocity: self.velocity + self.along * cut.position + self.slope * z,
            variance: (self.along / self.width + self.slope).powi(2) * cut.variance + self.hidden,
        }
    }
}

impl Flat {
    /// Without noise α b is uniform on the overlap of [α low_b, α high_b] and x - [β low_a, β high_a]: a trapezoid.
    fn at(&self, x: f64) -> Value {
        let (a, b) = (self.source, self.target);
        // What is left of one interval when the other has taken its part of x, as shares of its width.
        let rest = |mine: Interval, other: Interval| {
            let left = x - mine.low - other.low;
            (((left - other.width) / mine.width).clamp(0.0, 1.0), (left / mine.width).clamp(0.0, 1.0))
        };
        let (in_a, in_b) = (rest(a, b), rest(b, a));
        // The narrower interval's share has no cancellation.
        let density = if b.width <= a.width { (in_b.1 - in_b.0) / a.width } else { (in_a.1 - in_a.0) / b.width };
        let left = x - a.low - b.low;
        let miss = (-left).max(left - a.width - b.width).max(0.0) / FLOOR;
        // ut is linear in α b: as that grows, β a falls.
        let range = b.along * (in_b.1 - in_b.0) - a.along * (in_a.1 - in_a.0);
        Value {
            log_density: density.max(f64::MIN_POSITIVE).ln() - 0.5 * miss * miss,
            velocity: a.velocity_at(0.5 * (in_a.0 + in_a.1)) + b.velocity_at(0.5 * (in_b.0 + in_b.1)),
            variance: range * range / 12.0,
        }
    }

    /// With noise: the integral over y = α b of β a + σ ε at x - y, a [`Cut`], by Gauss and Legendre; error below 10⁻¹⁰.
    fn blurred(&self, x: f64) -> Value {
        let (a, b, sigma) = (self.source, self.target, self.sigma);
        let width = a.width / sigma;
        let inner = |y: f64| truncated((a.low + y - x) / sigma, width);
        // The integrand is symmetric about `middle`, flat there if a is wide, and falls as a normal outside a's interval.
        let middle = x - a.low - 0.5 * a.width;
        let within = |y: f64, low: f64, high: f64| y.max(low).min(high);
        let peak = within(middle, b.low, b.low + b.width);
        let miss = ((peak - middle).abs() - 0.5 * a.width).max(0.0) / sigma;
        let steepest = (miss * miss + FAR * FAR).sqrt();
        let reach = 0.5 * a.width + sigma * steepest;
        let (low, high) = ((middle - reach).max(b.low).min(peak), (middle + reach).min(b.low + b.width).max(peak));
        let level = (0.5 * a.width - FAR * sigma).max(0.0);
        let (from, to) = (within(middle - level, low, high), within(middle + level, low, high));

        let velocity_at = |y: f64, cut: Truncated| a.velocity_at(cut.position) + b.velocity_at((y - b.low) / b.width);
        let top = inner(peak);
        // So far out that all nodes would round to one point, this is what remains.
        let guess = velocity_at(peak, top);
        let (mut mass, mut moment, mut square) = (f64::MIN_POSITIVE, 0.0, 0.0);
        for (start, end, is_level) in [(low, from, false), (from, to, true), (to, high, false)] {
            // Never more than 33 but by rounding, far out.
            let panels = if is_level { 1.0 } else { ((end - start) / sigma * steepest / 10.0).ceil().min(33.0) };
            let half = 0.5 * (end - start) / f64::max(panels, 1.0);
            for panel in 0..panels as usize {
                for (node, weight) in gauss_legendre() {
                    let y = start + half * ((2 * panel + 1) as f64 + node);
                    let cut = inner(y);
                    let density = weight * half * (cut.log_density - top.log_density).min(0.0).exp();
                    let beyond = velocity_at(y, cut) - guess;
                    mass += density;
                    moment += density * beyond;
                    square += density * (beyond * beyond + (a.along / width).powi(2) * cut.variance);
                }
            }
        }
        let mean = moment / mass;
        Value {
            log_density: (mass / b.width).ln() + top.log_density - sigma.ln(),
            velocity: guess + mean,
            variance: (square / mass - mean * mean).max(0.0),
        }
    }
}
