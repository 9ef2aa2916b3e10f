//! Integrators of dx/dt = v(x, t), forward and backward in time.

mod adaptive;
mod tableau;
#[cfg(feature = "burn")]
mod tensor;

use num_traits::Float;

use crate::config::{Config, SolverKind};
use crate::error::Error;
pub use tableau::{EULER, Tableau};

/// A point, or many, that a solver can move.
pub trait State: Clone {
    /// x + h·v.
    fn moved(&self, velocity: &Self, h: f64) -> Self;

    /// √ mean((error / (tolerance + tolerance · max(|before|, |after|)))²), the mean over all coordinates.
    ///
    /// At most 1 means: good enough. Asynchronous because a browser cannot wait for a GPU's numbers; only
    /// Dormand–Prince asks for it (Hairer, Nørsett and Wanner, Solving ODEs I, equation II.4.11).
    ///
    /// # Errors
    /// If the numbers cannot be read.
    fn error_norm(
        error: &Self,
        before: &Self,
        after: &Self,
        tolerance: f64,
    ) -> impl Future<Output = Result<f64, Error>>;
}

impl<F: Float + Into<f64>> State for Vec<F> {
    fn moved(&self, velocity: &Self, h: f64) -> Self {
        let h = F::from(h).expect("floats have the range of float32");
        self.iter().zip(velocity).map(|(&x, &v)| x + h * v).collect()
    }

    async fn error_norm(error: &Self, before: &Self, after: &Self, tolerance: f64) -> Result<f64, Error> {
        let ends = before.iter().zip(after);
        let squares = error.iter().zip(ends).map(|(error, (before, after))| {
            // `max` drops a NaN, which must be seen.
            let size: f64 = if before.abs() > after.abs() { before.abs() } else { after.abs() }.into();
            let error: f64 = (*error).into();
            (error / (tolerance * (1.0 + size))).powi(2)
        });
        Ok((squares.sum::<f64>() / error.len().max(1) as f64).sqrt())
    }
}

/// Of which times an integration gives the states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Of all.
    All,
    /// Of the first and the last: many points of many numbers would not fit in memory at all times.
    Ends,
}

impl Kept {
    /// How many, of those that so many steps have.
    pub fn count(self, steps: usize) -> usize {
        match self {
            Kept::All => steps.saturating_add(1),
            Kept::Ends => 2,
        }
    }

    /// Those of `times`.
    pub fn of(self, times: &[f64]) -> Vec<f64> {
        match (self, times) {
            (Kept::Ends, &[first, .., last]) => vec![first, last],
            _ => times.to_vec(),
        }
    }
}

/// What an integration gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory<S> {
    /// The state at every time that is kept, the first included.
    pub states: Vec<S>,
    /// How often the velocity was evaluated, rejected steps included.
    pub evaluations: usize,
}

/// A method and, for the adaptive one, its tolerance.
///
/// Forward to t = 1, Euler and midpoint never look at t = 1, where the exact velocity of a distribution with hard edges
/// is singular; Heun, RK4 and Dormand–Prince do. Backward from t = 1 every method begins there. A field that is
/// singular at an end must itself keep away from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solver {
    /// The method.
    pub kind: SolverKind,
    /// Error that Dormand–Prince allows each step, absolute and relative, as the root mean square over all coordinates
    /// of all points: a single point among many may be worse. The other methods do not read it.
    pub tolerance: f64,
}

impl Solver {
    /// The solver that the options describe.
    pub fn of(config: &Config) -> Solver {
        Solver { kind: config.solver, tolerance: config.tolerance }
    }

    /// Velocity evaluations of a path of so many steps; `None` for Dormand–Prince, which needs 6 a step it tries and 1.
    pub fn evaluations(&self, steps: usize) -> Option<usize> {
        self.fixed_step().map(|tableau| steps * tableau.weights.len())
    }

    /// Follows dx/dt = v(x, t) from `x0` at `times[0]` through all `times`, which either rise or fall.
    ///
    /// The fixed-step methods take one step from each time to the next and never look at the numbers, finite or not.
    /// Dormand–Prince chooses its own steps; `times` only say where to read its fourth-order dense output. No times
    /// give no states, one time gives `x0`; neither evaluates the velocity.
    ///
    /// # Errors
    /// If `times` turn round or are not finite; for Dormand–Prince also if the tolerance is not above 0, the velocity
    /// is not finite, or 10,000 steps are not enough.
    pub async fn integrate<S: State>(
        self,
        velocity: impl FnMut(&S, f64) -> S,
        x0: S,
        times: &[f64],
    ) -> Result<Trajectory<S>, Error> {
        self.follow(velocity, x0, times, Kept::All).await
    }

    /// The same, and gives the states that are kept alone.
    ///
    /// # Errors
    /// As [`Solver::integrate`].
    pub async fn follow<S: State>(
        self,
        mut velocity: impl FnMut(&S, f64) -> S,
        x0: S,
        times: &[f64],
        kept: Kept,
    ) -> Result<Trajectory<S>, Error> {
        check(times)?;
        let mut evaluations = 0;
        let counted = |x: &S, t: f64| {
            evaluations += 1;
            velocity(x, t)
        };
        let states = match self.fixed_step() {
            Some(tableau) => fixed_steps(tableau, counted, x0, times, kept),
            None => adaptive::integrate(self.tolerance, counted, x0, &kept.of(times)).await?,
        };
        Ok(Trajectory { states, evaluations })
    }

    /// The method as a table; `None` for Dormand–Prince, which chooses its own steps.
    pub fn fixed_step(&self) -> Option<&'static Tableau> {
        match self.kind {
            SolverKind::Euler => Some(&tableau::EULER),
            SolverKind::Midpoint => Some(&tableau::MIDPOINT),
            SolverKind::Heun => Some(&tableau::HEUN),
            SolverKind::Rk4 => Some(&tableau::RK4),
            SolverKind::Dopri5 => None,
        }
    }
}

/// The `steps + 1` evenly spaced times from 0 to 1.
pub fn even_times(steps: usize) -> Vec<f64> {
    (0..=steps).map(|k| k as f64 / steps.max(1) as f64).collect()
}

fn fixed_steps<S: State>(
    tableau: &Tableau,
    mut velocity: impl FnMut(&S, f64) -> S,
    x0: S,
    times: &[f64],
    kept: Kept,
) -> Vec<S> {
    let Some(&start) = times.first() else { return Vec::new() };
    let (mut states, mut from) = (vec![x0.clone()], start);
    let mut x = x0;
    for (k, &to) in times.iter().enumerate().skip(1) {
        let k1 = velocity(&x, from);
        x = tableau.step(&mut velocity, k1, &x, from, to).after;
        if kept == Kept::All || k + 1 == times.len() {
            states.push(x.clone());
        }
        from = to;
    }
    states
}

/// Refuses times that turn round: on the way back a solver would not meet the states of the way out.
///
/// # Errors
/// If they do, or are not finite.
pub fn check(times: &[f64]) -> Result<(), Error> {
    if let Some(k) = times.iter().position(|t| !t.is_finite()) {
        return Err(Error::Input(format!("times[{k}] = {}: every time must be a finite number", times[k])));
    }
    if times.is_sorted() || times.iter().rev().is_sorted() {
        return Ok(());
    }
    let (first, last) = (times[0], times[times.len() - 1]);
    Err(Error::Input(format!("times from {first} to {last} turn round on the way; they must all rise or all fall")))
}
