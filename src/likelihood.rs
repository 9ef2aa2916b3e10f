//! The density that a flow gives to a point: log p₁(x) = log p₀(x(0)) - ∫₀¹ div v(x(t), t) dt, with x(1) = x.
//!
//! The instantaneous change of variables (Chen et al. 2018, arXiv 1806.07366, theorem 1). The divergence is the exact
//! trace of the Jacobian in few dimensions, Hutchinson's estimate in many (Grathwohl et al. 2019, arXiv 1810.01367).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::error::Error;
use crate::solver::{Solver, State};

/// The dimension up to which the trace of the Jacobian is computed exactly; beyond, it is estimated.
pub const EXACT_DIM_MAX: usize = 3;

/// Carries points with a column of zeros beside them back to the source; the column then holds -∫ div v dt.
///
/// `augmented` gives velocity and divergence side by side; see [`augmented`]. `times` run as in sampling, from 0 to 1,
/// and are walked backward. Where they end at t < 1 the result belongs to the density p_t. The second result is the
/// number of evaluations.
///
/// # Shapes
/// `x1`, what `augmented` gives, and the result: n × (dim + 1).
///
/// # Errors
/// If there are no times, or the solver fails.
pub async fn pull_back<S: State>(
    solver: &Solver,
    augmented: impl FnMut(&S, f64) -> S,
    x1: S,
    times: &[f64],
) -> Result<(S, usize), Error> {
    let backward: Vec<f64> = times.iter().rev().copied().collect();
    let mut trajectory = solver.integrate(augmented, x1, &backward).await?;
    match trajectory.states.pop() {
        Some(x0) => Ok((x0, trajectory.evaluations)),
        None => Err(Error::Input("a likelihood needs the times of the flow, and none were given".into())),
    }
}

/// What [`pull_back`] starts from: every point with a 0 beside it.
///
/// # Shapes
/// `points`: n × dim; the result: n × (dim + 1).
pub fn with_zeros(points: &[f64], dim: usize) -> Vec<f64> {
    points.chunks_exact(dim).flat_map(|point| point.iter().copied().chain([0.0])).collect()
}

/// log p₁ of every point from what [`pull_back`] gives: log p₀(x(0)) plus the last column.
///
/// # Shapes
/// `pulled_back`: n × (dim + 1); the result: n.
pub fn log_density(pulled_back: &[f64], dim: usize, log_p0: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    pulled_back.chunks_exact(dim + 1).map(|row| log_p0(&row[..dim]) + row[dim]).collect()
}

/// The field for [`pull_back`] from the velocity and the divergence at one point.
///
/// # Shapes
/// Both are given `dim` coordinates; the field takes and gives n × (dim + 1).
pub fn augmented(
    velocity: impl Fn(&[f64], f64) -> Vec<f64>,
    divergence: impl Fn(&[f64], f64) -> f64,
    dim: usize,
) -> impl Fn(&Vec<f64>, f64) -> Vec<f64> {
    move |state, t| {
        let rows = state.chunks_exact(dim + 1).map(|row| &row[..dim]);
        rows.flat_map(|x| velocity(x, t).into_iter().chain([divergence(x, t)])).collect()
    }
}

/// div v = Σ_d ∂v_d/∂x_d at one point, by central differences: right to about nine digits for a smooth field.
///
/// It costs two evaluations a dimension, and checks the other ways to the divergence.
pub fn divergence_by_differences(velocity: impl Fn(&[f64], f64) -> Vec<f64>, x: &[f64], t: f64) -> f64 {
    let slope = |d: usize| {
        // The cube root of the rounding error balances it against the third derivative.
        let h = f64::EPSILON.cbrt() * x[d].abs().max(1.0);
        let shifted = |h: f64| {
            let mut shifted = x.to_vec();
            shifted[d] += h;
            velocity(&shifted, t)[d]
        };
        (shifted(h) - shifted(-h)) / (2.0 * h)
    };
    (0..x.len()).map(slope).sum()
}

/// Probes ε of fair signs ±1 for Hutchinson's estimate of a trace: E[εᵀ J ε] = tr J.
///
/// The estimate's variance is Σ_{i<j} (J_ij + J_ji)², the least of all probes with independent coordinates of mean 0 and
/// variance 1; a diagonal J is met exactly. Keep the probes through a whole integration: fresh ones at every evaluation
/// would give the solver noise to follow (Hutchinson 1990; Grathwohl et al. 2019, section 3.1).
///
/// # Shapes
/// n × dim.
pub fn hutchinson_probes(n: usize, dim: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    (0..n * dim).map(|_| if rng.random() { 1.0 } else { -1.0 }).collect()
}
