//! The loss and its gradient by every weight against finite differences of an independent network in f64: the one-pass
//! step on the CPU, and burn with automatic differentiation where it is built.

use flow_lab::batch::TrainingBatch;
use flow_lab::config::option::Choice;
use flow_lab::config::{Activation, Classes, Config, Predict, Schedule, TimeInput};
use flow_lab::learner::State;
use flow_lab::network::{Architecture, Told};
use flow_lab::random::seed::{Purpose, stream};

use crate::draws::{batch, packed_cpu};
use crate::reference::Reference;

const POINTS: usize = 5;

/// L = mean over points and dimensions of (v(xt, t) - ut)², in f64.
fn loss(network: &Reference, dim: usize, TrainingBatch { sample, t, labels }: &TrainingBatch) -> f64 {
    let wide = |row: &[f32]| row.iter().map(|&x| x as f64).collect::<Vec<_>>();
    let rows = sample.xt.chunks(dim).zip(sample.ut.chunks(dim)).enumerate();
    let squares = rows.map(|(k, (xt, ut))| {
        let velocity = network.velocity(&wide(xt), t[k] as f64, labels[k]);
        velocity.iter().zip(wide(ut)).map(|(v, u)| (v - u).powi(2)).sum::<f64>()
    });
    squares.sum::<f64>() / sample.ut.len() as f64
}

/// A step's loss, and its gradient by every parameter.
type Step = fn(&Config, usize, &State, &TrainingBatch) -> (f64, Vec<Vec<f32>>);

fn on_the_cpu(config: &Config, dim: usize, state: &State, batch: &TrainingBatch) -> (f64, Vec<Vec<f32>>) {
    let told = Told { t: &batch.t, labels: &batch.labels };
    packed_cpu(config, dim, state).loss_and_gradient(&batch.sample.xt, told, &batch.sample.ut)
}

fn check(step: Step, config: &Config, dim: usize) {
    let config = &Config { width: 7, ..config.clone() };
    let state = State::initial(&Architecture::of(config, dim), &mut stream(4, Purpose::Weights, 0));
    let batch = batch(dim, POINTS, 0);
    let mut reference = Reference::new(config, dim, &state);
    let expected = loss(&reference, dim, &batch);
    let (found, gradient) = step(config, dim, &state, &batch);
    assert!((found - expected).abs() < 1e-5 * expected, "{config:?}: loss {found} for {expected}");

    let names = Architecture::of(config, dim).parameters();
    for (k, gradient) in gradient.iter().enumerate() {
        let scale = gradient.iter().fold(1e-3f32, |largest, g| largest.max(g.abs())) as f64;
        for (i, &found) in gradient.iter().enumerate() {
            let mut at = |shift: f64| {
                reference.parameters[k].2[i] += shift;
                let loss = loss(&reference, dim, &batch);
                reference.parameters[k].2[i] -= shift;
                loss
            };
            let h = 1e-5;
            let expected = (at(h) - at(-h)) / (2.0 * h);
            let off = (found as f64 - expected).abs();
            assert!(off < 2e-5 * scale.max(1.0), "{config:?}, {}[{i}]: {found} for {expected}", names[k].name);
        }
    }
}

fn check_all(step: Step) {
    for &activation in Activation::ALL {
        check(step, &Config { activation, ..Config::default() }, 2);
    }
    for &time in TimeInput::ALL {
        check(step, &Config { time, ..Config::default() }, 2);
        check(step, &Config { time, classes: Classes::Told, embedding: 3, ..Config::default() }, 3);
    }
    for &schedule in Schedule::ALL {
        check(step, &Config { schedule, predict: Predict::Target, ..Config::default() }, 2);
    }
}

#[test]
fn gradients_equal_finite_differences() {
    check_all(on_the_cpu);
}

#[cfg(feature = "burn")]
mod in_burn {
    use crate::draws::{autodiff, start};
    use burn::tensor::{Device, Tensor, TensorData};

    use super::*;

    fn step(config: &Config, dim: usize, state: &State, batch: &TrainingBatch) -> (f64, Vec<Vec<f32>>) {
        let TrainingBatch { sample, t, labels } = batch;
        let device = Device::flex();
        let network = autodiff(config, dim, &device, state).network;
        let tensor = |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [POINTS, dim]), &device);
        let velocity = network.forward(tensor(&sample.xt), Told { t, labels });
        let loss = (velocity - tensor(&sample.ut)).square().mean();
        let gradients = network.gradients(&mut loss.backward());
        let gradient = gradients.into_iter().map(|g| g.into_data().try_into_vec::<f32>().unwrap()).collect();
        (loss.inner().into_data().try_into_vec::<f32>().unwrap()[0] as f64, gradient)
    }

    #[test]
    fn automatic_differentiation_equals_finite_differences() {
        check_all(step);
    }

    #[test]
    fn selu_has_finite_gradients_far_from_zero() {
        let config = Config { width: 3, depth: 1, ..Config::default() };
        let device = Device::flex();
        let network = autodiff(&config, 2, &device, &start(&config, 2)).network;
        let x = Tensor::<2>::from_data([[1e4f32, -1e4]], &device);
        let velocity = network.forward(x, Told { t: &[0.5], labels: &[] });
        for gradient in network.gradients(&mut velocity.sum().backward()) {
            let gradient = gradient.into_data().try_into_vec::<f32>().unwrap();
            assert!(gradient.iter().all(|g| g.is_finite()), "{gradient:?}");
        }
    }
}
