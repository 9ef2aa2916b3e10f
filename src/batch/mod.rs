//! Batches for training: pairs of x0 and x1, and what the network is shown of them.

pub mod counter_based;
pub mod prefetch;
pub mod sampler;

use crate::data::Label;
use crate::path::PathSample;

/// Pairs of points and their times.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// Source points, `n × dim`.
    pub x0: Vec<f32>,
    /// Target points, `n × dim`.
    pub x1: Vec<f32>,
    /// Times in [0, 1), `n`.
    pub t: Vec<f32>,
    /// N(0, I) draws like `x0`, where the path asks for noise; else empty.
    pub noise: Vec<f32>,
    /// Classes of the target points, where the network is told them; else empty.
    pub labels: Vec<Label>,
}

/// What one training step sees, ready for the device.
pub struct TrainingBatch {
    /// Points on the path and their velocities.
    pub sample: PathSample,
    /// Their times.
    pub t: Vec<f32>,
    /// Their classes; empty where the network is told none.
    pub labels: Vec<Label>,
}
