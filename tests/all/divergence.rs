//! Velocity and divergence of the packed network against finite differences of an independent network in f64, and
//! against burn's automatic differentiation.

use flow_lab::config::option::Choice;
use flow_lab::config::{Activation, Classes, Config, Predict, Schedule, TimeInput};
use flow_lab::data::Label;
use flow_lab::learner::State;
use flow_lab::learner::packed_cpu::Flow;
use flow_lab::likelihood::{divergence_by_differences, hutchinson_probes};
use flow_lab::network::{Architecture, Told};
use flow_lab::random::seed::{Purpose, stream};

use crate::draws::{batch, difference, start};
use crate::reference::Reference;

/// Points with a column that nobody shall read.
fn with_rubbish(x: &[f32], dim: usize) -> Vec<f32> {
    x.chunks(dim).flat_map(|row| row.iter().copied().chain([f32::NAN])).collect()
}

fn both(config: &Config, dim: usize) -> (Flow, Reference, State) {
    let state = start(config, dim);
    (Flow::of(&Architecture::of(config, dim), &state.weights), Reference::new(config, dim, &state), state)
}

/// The exact trace, or with `probe` signs Hutchinson's product, of the reference at one point.
fn expected(network: &Reference, x: &[f32], t: f32, label: Label, probe: Option<&[f32]>) -> Vec<f64> {
    let x: Vec<f64> = x.iter().map(|&x| x as f64).collect();
    let velocity = |x: &[f64], t: f64| network.velocity(x, t, label);
    let divergence = match probe {
        None => divergence_by_differences(velocity, &x, t as f64),
        Some(probe) => {
            let h = 1e-5;
            let along = |h: f64| {
                let shifted: Vec<f64> = x.iter().zip(probe).map(|(x, &e)| x + h * e as f64).collect();
                velocity(&shifted, t as f64)
            };
            let (ahead, behind) = (along(h), along(-h));
            (0..x.len()).map(|d| probe[d] as f64 * (ahead[d] - behind[d]) / (2.0 * h)).sum()
        }
    };
    [velocity(&x, t as f64), vec![divergence]].concat()
}

fn agrees(config: &Config, dim: usize, n: usize, t: f32, labelled: bool, probed: bool) {
    let (flow, network, _) = both(config, dim);
    let prepared = batch(dim, n, 7);
    let labels: &[Label] = if labelled { &prepared.labels } else { &[] };
    let x = &prepared.sample.xt;
    let probes = hutchinson_probes(n, dim, &mut stream(2, Purpose::Probes, 0));
    let probes = probed.then_some(&probes[..]);
    let found = flow.augmented(&with_rubbish(x, dim), t, labels, probes);
    assert_eq!(found.len(), n * (dim + 1));
    for (k, (found, x)) in found.chunks(dim + 1).zip(x.chunks(dim)).enumerate() {
        let probe = probes.map(|probes| &probes[k * dim..][..dim]);
        let expected = expected(&network, x, t, labels.get(k).copied().flatten(), probe);
        for (c, (&found, expected)) in found.iter().zip(&expected).enumerate() {
            let off = (found as f64 - expected).abs();
            let named = if c == dim { "divergence" } else { "velocity" };
            assert!(
                off < 3e-5 * (1.0 + expected.abs()),
                "{config:?}, {dim} dims, point {k} of {n}: {named} {found} for {expected}"
            );
        }
    }
}

#[test]
fn the_divergence_equals_finite_differences_for_every_activation_and_time_input() {
    for &activation in Activation::ALL {
        for &time in TimeInput::ALL {
            let config = Config { activation, time, width: 21, depth: 3, ..Config::default() };
            agrees(&config, 2, 13, 0.3, false, false);
        }
    }
}

#[test]
fn the_divergence_equals_finite_differences_with_x1_as_output_and_with_classes() {
    for &schedule in Schedule::ALL {
        for t in [0.0, 0.4, 0.97, 1.0] {
            let config = Config { schedule, predict: Predict::Target, width: 19, depth: 2, ..Config::default() };
            agrees(&config, 3, 9, t, false, false);
        }
    }
    for &time in TimeInput::ALL {
        let config = Config { time, classes: Classes::Told, embedding: 11, width: 17, depth: 2, ..Config::default() };
        agrees(&config, 2, 12, 0.6, true, false);
        agrees(&config, 2, 12, 0.6, false, false);
    }
}

#[test]
fn the_divergence_equals_finite_differences_in_one_to_twenty_dimensions_and_at_every_size_of_a_block() {
    for dim in [1, 2, 3, 5, 20] {
        let config = Config { width: 33, depth: 2, ..Config::default() };
        agrees(&config, dim, 7, 0.5, false, false);
        agrees(&config, dim, 7, 0.5, false, true);
    }
    for n in [1, 8, 31, 128, 129, 333] {
        agrees(&Config { width: 40, depth: 2, ..Config::default() }, 2, n, 0.2, false, false);
        agrees(&Config { width: 40, depth: 2, ..Config::default() }, 5, n, 0.2, false, true);
    }
}

#[test]
fn many_threads_find_the_divergences_that_one_finds() {
    // Enough work that threads share it, beside few points that one works out.
    let config = Config { width: 128, depth: 4, ..Config::default() };
    let (flow, ..) = both(&config, 2);
    let x = with_rubbish(&batch(2, 3_001, 7).sample.xt, 2);
    let whole = flow.augmented(&x, 0.3, &[], None);
    let parts: Vec<f32> = x.chunks(3 * 10).flat_map(|x| flow.augmented(x, 0.3, &[], None)).collect();
    assert_eq!(whole, parts);
}

#[test]
fn velocities_at_a_time_of_each_point_are_those_of_the_points_one_by_one() {
    for &predict in Predict::ALL {
        for &time in TimeInput::ALL {
            let config = Config { time, predict, classes: Classes::Told, width: 19, depth: 2, ..Config::default() };
            let (flow, network, _) = both(&config, 3);
            let prepared = batch(3, 301, 7);
            let (x, t, labels) = (&prepared.sample.xt, &prepared.t, &prepared.labels);
            let found = flow.velocity(x, Told { t, labels });
            for (k, x) in x.chunks(3).enumerate() {
                let alone = flow.velocity(x, Told { t: &t[k..=k], labels: &labels[k..=k] });
                assert_eq!(found[3 * k..][..3], alone);
                let wide: Vec<f64> = x.iter().map(|&x| x as f64).collect();
                let expected = network.velocity(&wide, t[k] as f64, labels[k]);
                let expected: Vec<f32> = expected.into_iter().map(|x| x as f32).collect();
                assert!(difference(&alone, &expected) < 2e-5, "{config:?}: {alone:?} for {expected:?}");
            }
        }
    }
}

#[cfg(feature = "burn")]
mod in_burn {
    use burn::tensor::{Device, Tensor, TensorData};
    use flow_lab::network::Network;

    use super::*;

    /// Velocity and divergence by one way back for every coordinate, or for the probes.
    fn by_autodiff(network: &Network, x: &[f32], t: f32, labels: &[Label], probes: Option<&[f32]>) -> Vec<f32> {
        let dim = network.architecture().input.dim;
        let n = x.len() / dim;
        let tensor = |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, [n, dim]), &Device::flex());
        let numbers = |t: Tensor<2>| t.into_data().try_into_vec::<f32>().unwrap();
        let product = |weights: &[f32]| {
            let x = tensor(x.to_vec()).autodiff().require_grad();
            let velocity = network.forward(x.clone(), Told { t: &[t], labels });
            let gradients = (velocity.clone() * tensor(weights.to_vec()).autodiff()).sum().backward();
            (numbers(velocity.inner()), numbers(x.grad(&gradients).unwrap()))
        };
        let mut divergence = vec![0.0; n];
        let directions: Vec<Vec<f32>> = match probes {
            Some(probes) => vec![probes.to_vec()],
            None => (0..dim).map(|d| (0..n * dim).map(|k| f32::from(k % dim == d)).collect()).collect(),
        };
        let mut velocity = Vec::new();
        for direction in &directions {
            let gradient;
            (velocity, gradient) = product(direction);
            for (k, row) in gradient.chunks(dim).zip(direction.chunks(dim)).enumerate() {
                divergence[k] += row.0.iter().zip(row.1).map(|(g, e)| g * e).sum::<f32>();
            }
        }
        velocity.chunks(dim).zip(divergence).flat_map(|(v, d)| v.iter().copied().chain([d])).collect()
    }

    #[test]
    fn the_divergence_equals_automatic_differentiation() {
        for (dim, probed) in [(2, false), (3, false), (8, true), (784, true)] {
            for &time in TimeInput::ALL {
                for &predict in Predict::ALL {
                    let classes = Classes::Told;
                    let config = Config { time, predict, classes, width: 48, embedding: 20, ..Config::default() };
                    let (flow, _, state) = both(&config, dim);
                    let architecture = Architecture::of(&config, dim);
                    let network = Network::new(&architecture, &Device::flex(), &state.weights);
                    let values = network.values();
                    let network = network.with(values, true);
                    let prepared = batch(dim, 40, 7);
                    let (x, labels) = (&prepared.sample.xt, &prepared.labels);
                    let probes = hutchinson_probes(40, dim, &mut stream(2, Purpose::Probes, 0));
                    let probes = probed.then_some(&probes[..]);
                    let found = flow.augmented(&with_rubbish(x, dim), 0.35, labels, probes);
                    let expected = by_autodiff(&network, x, 0.35, labels, probes);
                    assert!(difference(&found, &expected) < 2e-5, "{config:?}, {dim} dims");
                }
            }
        }
    }
}
