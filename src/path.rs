//! The conditional path from x0 to x1 and its velocity, for every schedule.

use std::f64::consts::FRAC_PI_2;

use crate::config::{Config, Schedule, TimeSampling};

/// α(t), β(t) and their derivatives at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Share of x1.
    pub alpha: f64,
    /// Share of x0.
    pub beta: f64,
    /// dα/dt.
    pub alpha_dot: f64,
    /// dβ/dt.
    pub beta_dot: f64,
}

/// xt = α(t) x1 + β(t) x0 + σ ε with ε ~ N(0, I), and its velocity ut = α'(t) x1 + β'(t) x0.
///
/// With σ = 0 it is the path of Lipman et al. 2023 (arXiv 2210.02747) and Albergo and Vanden-Eijnden 2023 (arXiv
/// 2209.15571); σ > 0 is that of Tong et al. 2023 (arXiv 2302.00482).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// α and β.
    pub schedule: Schedule,
    /// β(1) of the linear schedule.
    pub sigma_min: f64,
    /// Standard deviation of the noise around the path.
    pub sigma: f64,
}

/// Points on the path and the velocity there.
#[derive(Clone, Debug, PartialEq)]
pub struct PathSample {
    /// Points at time t, like `x0`.
    pub xt: Vec<f32>,
    /// Conditional velocity d/dt xt, like `x0`.
    pub ut: Vec<f32>,
}

impl TimeSampling {
    /// The time at which a share `u` of all draws is earlier: the quantile function, which turns uniform draws into times.
    ///
    /// The best velocity field is the same for every density of t that is positive: only what the network is most pressed to
    /// get right differs (Esser et al. 2024, arXiv 2403.03206, section 3.1).
    pub fn quantile(self, u: f64) -> f64 {
        match self {
            TimeSampling::Uniform => u,
            TimeSampling::Late => u.cbrt(),
        }
    }
}

/// Rate of the diffusion at s = 0 and s = 1 (Song et al. 2021, arXiv 2011.13456).
const VP_RATE: (f64, f64) = (0.1, 20.0);
/// s at t = 1: at s = 0 the velocity would be infinite. It leaves β = 0.01.
const VP_END: f64 = 1e-3;

impl Path {
    /// x_t = t x1 + (1 - t) x0.
    pub const LINEAR: Path = Path { schedule: Schedule::Linear, sigma_min: 0.0, sigma: 0.0 };

    /// The path that the options describe.
    pub fn of(config: &Config) -> Path {
        Path { schedule: config.schedule, sigma_min: config.sigma_min, sigma: config.sigma }
    }

    /// α, β and their derivatives at time `t` in [0, 1].
    ///
    /// - linear: α = t, β = 1 - (1 - σ_min) t (Lipman et al. 2023, equation 20);
    /// - cosine: α = sin(πt/2), β = cos(πt/2) (Albergo and Vanden-Eijnden 2023);
    /// - vp: α = exp(-T(s)/2), β = √(1 - α²), T(s) = 0.1 s + 9.95 s², s = 1 - 0.999 t (Song et al. 2021).
    pub fn at(&self, t: f64) -> Coefficients {
        match self.schedule {
            Schedule::Linear => {
                let left = 1.0 - self.sigma_min;
                Coefficients { alpha: t, beta: 1.0 - left * t, alpha_dot: 1.0, beta_dot: -left }
            }
            Schedule::Cosine => {
                let (sin, cos) = (FRAC_PI_2 * t).sin_cos();
                Coefficients { alpha: sin, beta: cos, alpha_dot: FRAC_PI_2 * cos, beta_dot: -FRAC_PI_2 * sin }
            }
            Schedule::Vp => {
                let s = 1.0 - (1.0 - VP_END) * t;
                let total = VP_RATE.0 * s + (VP_RATE.1 - VP_RATE.0) * s * s / 2.0;
                let rate = (1.0 - VP_END) * (VP_RATE.0 + (VP_RATE.1 - VP_RATE.0) * s);
                let alpha = (-total / 2.0).exp();
                let beta = (-(-total).exp_m1()).sqrt();
                let alpha_dot = alpha * rate / 2.0;
                Coefficients { alpha, beta, alpha_dot, beta_dot: -alpha * alpha_dot / beta }
            }
        }
    }

    /// Points on the path between pairs, each at its own time, and their velocities.
    ///
    /// # Shapes
    /// `x0`, `x1` and `noise` (read only where σ > 0) hold `n × dim` numbers, `t` holds `n`; the results are like `x0`.
    ///
    /// # Panics
    /// If the lengths do not fit.
    pub fn sample(&self, x0: &[f32], x1: &[f32], t: &[f32], noise: &[f32]) -> PathSample {
        assert_eq!(x0.len(), x1.len(), "x0 and x1 have different lengths");
        let dim = x0.len() / t.len().max(1);
        assert_eq!(dim * t.len(), x0.len(), "t does not have one time a point");
        let mut sample = PathSample { xt: Vec::with_capacity(x0.len()), ut: Vec::with_capacity(x0.len()) };
        for (i, &t) in t.iter().enumerate() {
            let Coefficients { alpha, beta, alpha_dot, beta_dot } = self.at(t as f64);
            for d in i * dim..(i + 1) * dim {
                let (x0, x1) = (x0[d] as f64, x1[d] as f64);
                let noise = if self.sigma > 0.0 { self.sigma * noise[d] as f64 } else { 0.0 };
                sample.xt.push((alpha * x1 + beta * x0 + noise) as f32);
                sample.ut.push((alpha_dot * x1 + beta_dot * x0) as f32);
            }
        }
        sample
    }
}
