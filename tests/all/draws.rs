//! Weights and batches for the tests of the forms of a step.

use flow_lab::batch::TrainingBatch;
use flow_lab::config::Config;
#[cfg(feature = "burn")]
use flow_lab::learner::autodiff::Plain;
use flow_lab::learner::packed_cpu::Cpu;
use flow_lab::learner::{Recipe, State};
use flow_lab::network::Architecture;
use flow_lab::path::PathSample;
use flow_lab::random::seed::{Purpose, stream};
use rand::RngExt;

pub fn start(config: &Config, dim: usize) -> State {
    State::initial(&Architecture::of(config, dim), &mut stream(3, Purpose::Weights, 0))
}

/// The one-pass learner of these options, for points of `dim` coordinates.
pub fn packed_cpu(config: &Config, dim: usize, state: &State) -> Cpu {
    Cpu::new(&Architecture::of(config, dim), Recipe::of(config), state)
}

/// The same by automatic differentiation.
#[cfg(feature = "burn")]
pub fn autodiff(config: &Config, dim: usize, device: &burn::tensor::Device, state: &State) -> Plain {
    Plain::new(&Architecture::of(config, dim), Recipe::of(config), device, state)
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

/// Asserts that two runs know the same: weights, their average, and both moments of the gradients.
#[cfg(feature = "gpu")]
pub fn runs_agree(found: &State, expected: &State, tolerance: f32) {
    let lists = |state: &State| {
        let [m, v] = state.moments.clone();
        [("weights", state.weights.clone()), ("average", state.average.clone()), ("m", m), ("v", v)]
    };
    for ((name, found), (_, expected)) in lists(found).into_iter().zip(lists(expected)) {
        assert_eq!(found.len(), expected.len(), "{name}");
        let worst = found.iter().zip(&expected).map(|(a, b)| difference(a, b)).fold(0.0, f32::max);
        println!("{name}: {worst:e}");
        assert!(worst < tolerance, "{name} is {worst} off");
    }
}
