//! Integrators of dx/dt = v(x, t).

use burn::tensor::Tensor;

/// A point, or many, that a solver can move.
pub trait State: Clone {
    /// x + h·v.
    fn moved(&self, velocity: &Self, h: f64) -> Self;
}

impl State for Tensor<2> {
    fn moved(&self, velocity: &Self, h: f64) -> Self {
        self.clone() + velocity.clone().mul_scalar(h)
    }
}

impl State for Vec<f64> {
    fn moved(&self, velocity: &Self, h: f64) -> Self {
        self.iter().zip(velocity).map(|(x, v)| x + h * v).collect()
    }
}

/// What an integration gives.
pub struct Trajectory<S> {
    /// The state at every time asked for, the first included.
    pub states: Vec<S>,
    /// How often the velocity was evaluated.
    pub evaluations: usize,
}

/// Euler's method, first order: x(t + h) = x(t) + h v(x(t), t).
///
/// `times` are the places to stop at, in order, `times[0]` the time of `x0`; they may run backward.
pub fn euler<S: State>(mut velocity: impl FnMut(&S, f64) -> S, x0: S, times: &[f64]) -> Trajectory<S> {
    let mut trajectory = Trajectory { states: vec![x0], evaluations: 0 };
    for step in times.windows(2) {
        let x = &trajectory.states[trajectory.states.len() - 1];
        let moved = x.moved(&velocity(x, step[0]), step[1] - step[0]);
        trajectory.states.push(moved);
        trajectory.evaluations += 1;
    }
    trajectory
}

/// The `steps + 1` evenly spaced times from 0 to 1.
pub fn even_times(steps: usize) -> Vec<f64> {
    (0..=steps).map(|k| k as f64 / steps as f64).collect()
}
