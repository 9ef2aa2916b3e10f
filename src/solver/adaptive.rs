//! Dormand–Prince 5(4): steps as long as the tolerance allows (J. Comput. Appl. Math. 6, 1980).

use super::State;
use super::tableau::{DOPRI5, DOPRI5_ERROR, combined, dopri5_dense};
use crate::error::Error;

/// Steps tried, rejected ones included, before giving up: some hundred times what a smooth field needs.
const TRIES_MAX: usize = 10_000;
/// Share of the step that the error estimate promises; below 1, so that few steps are rejected.
const SAFETY: f64 = 0.9;
/// How much shorter or longer than this step the next may be.
const FACTOR: (f64, f64) = (0.2, 5.0);

/// Follows the velocity through monotone, finite `times`.
pub async fn integrate<S: State>(
    tolerance: f64,
    mut velocity: impl FnMut(&S, f64) -> S,
    x0: S,
    times: &[f64],
) -> Result<Vec<S>, Error> {
    if !(tolerance > 0.0 && tolerance.is_finite()) {
        return Err(Error::Input(format!("tolerance = {tolerance}: must be a number above 0, such as 1e-4")));
    }
    let (Some(&start), Some(&end)) = (times.first(), times.last()) else { return Ok(Vec::new()) };
    let direction = (end - start).signum();
    let mut states: Vec<S> = times.iter().take_while(|&&time| time == start).map(|_| x0.clone()).collect();
    if states.len() == times.len() {
        return Ok(states);
    }

    // The error of a step goes with h⁵. A first guess that is wrong costs a rejected step or two.
    let mut h = (end - start) * tolerance.powf(0.2).min(1.0);
    let (mut x, mut t) = (x0, start);
    let mut k1 = velocity(&x, t);
    for _ in 0..TRIES_MAX {
        // A hundredth more, rather than a sliver of a step at the end.
        let to = if (end - t).abs() <= 1.01 * h.abs() { end } else { t + h };
        if to == t {
            return Err(failed("steps too short to move", t, tolerance));
        }
        h = to - t;

        let mut step = DOPRI5.step(&mut velocity, k1.clone(), &x, t, to);
        step.slopes.push(velocity(&step.after, to));
        let norm = error_norm(&step.slopes, h, &x, &step.after, tolerance).await?;
        if !norm.is_finite() {
            return Err(Error::Failed(format!(
                "dopri5 met numbers that are not finite between t = {t:.6} and {to:.6}: the velocity is undefined there, \
                 or carries points off to infinity; a fixed-step solver shows where they go"
            )));
        }

        h *= (SAFETY * norm.powf(-0.2)).clamp(FACTOR.0, FACTOR.1);
        if norm > 1.0 {
            continue;
        }
        while let Some(&time) = times.get(states.len()).filter(|&&time| (to - time) * direction >= 0.0) {
            states.push(match time == to {
                true => step.after.clone(),
                false => combined(&x, to - t, &dopri5_dense((time - t) / (to - t)), &step.slopes),
            });
        }
        if states.len() == times.len() {
            return Ok(states);
        }
        (x, t) = (step.after, to);
        k1 = step.slopes.swap_remove(6);
    }
    Err(failed(&format!("more than {TRIES_MAX} steps"), t, tolerance))
}

/// The norm of h Σ_i e_i k_i, which is |h e_1| times that of k_1 + Σ_i (e_i / e_1) k_i: no zero state is needed.
async fn error_norm<S: State>(slopes: &[S], h: f64, before: &S, after: &S, tolerance: f64) -> Result<f64, Error> {
    let [first, others @ ..] = DOPRI5_ERROR;
    let error = combined(&slopes[0], 1.0 / first, &others, &slopes[1..]);
    Ok((h * first).abs() * S::error_norm(&error, before, after, tolerance).await?)
}

fn failed(what: &str, t: f64, tolerance: f64) -> Error {
    Error::Failed(format!(
        "dopri5 needs {what} at t = {t:.6}: the field is too stiff or not finite there; raise tolerance (now \
         {tolerance:e}) or use a fixed-step solver"
    ))
}
