//! Weights and batches for the tests of the forms of a step.

use flow_lab::batch::TrainingBatch;
use flow_lab::config::Config;
use flow_lab::learner::State;
use flow_lab::path::PathSample;
use flow_lab::random::seed::{Purpose, stream};
use rand::RngExt;

pub fn start(config: &Config, dim: usize) -> State {
    State::initial(config, dim, &mut stream(3, Purpose::Weights, 0))
}

pub fn batch(dim: usize, n: usize, index: u64) -> TrainingBatch {
    let mut rng = stream(5, Purpose::Batch, index);
    let mut draw = |n: usize, size: f32| (0..n).map(|_| rng.random_range(-size..size)).collect::<Vec<f32>>();
    let (xt, ut) = (draw(n * dim, 3.0), draw(n * dim, 4.0));
    let t = draw(n, 0.5).into_iter().map(|t| t + 0.5).collect();
    let labels = (0..n).map(|k| [None, Some(0), Some(3), Some(9)][k % 4]).collect();
    TrainingBatch { sample: PathSample { xt, ut }, t, labels }
}

/// Largest difference, relative to the largest number.
pub fn difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(1e-12f32, |scale, x| scale.max(x.abs()));
    found.iter().zip(expected).fold(0.0, |worst, (a, b)| worst.max((a - b).abs() / scale))
}
