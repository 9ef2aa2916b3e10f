//! The one-pass step on the CPU against burn with automatic differentiation.

use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::batch::TrainingBatch;
use flow_lab::config::option::Choice;
use flow_lab::config::{Activation, Annealing, Classes, Config, Optimiser, Predict, Schedule, SolverKind, TimeInput};
use flow_lab::learner::{Learner, Weights, Wish};
use flow_lab::network::parameter::Parameter;
use flow_lab::network::{Architecture, Network, Told};
use flow_lab::solver::{Kept, Solver};
use pollster::block_on;

use crate::draws::{autodiff, batch, difference, packed_cpu, runs_agree, start};

fn gradients_agree(config: &Config, dim: usize, n: usize) {
    let named = format!("{config:?}, {dim} dimensions, batch {n}");
    let state = start(config, dim);
    let TrainingBatch { sample, t, labels } = batch(dim, n, 0);
    let told = Told { t: &t, labels: &labels };
    let (loss, found) = packed_cpu(config, dim, &state).loss_and_gradient(&sample.xt, told, &sample.ut);

    let network = autodiff(config, dim, &Device::flex(), &state).network;
    let names = network.architecture().parameters();
    let tensor = |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [n, dim]), &Device::flex());
    let velocity = network.forward(tensor(&sample.xt), told);
    let expected = (velocity - tensor(&sample.ut)).square().mean();
    let gradients = network.gradients(&mut expected.backward());
    let expected = expected.inner().into_data().try_into_vec::<f32>().unwrap()[0];
    assert!((loss as f32 - expected).abs() < 1e-5 * expected, "{named}: loss {loss} for {expected}");
    for ((found, expected), Parameter { name, .. }) in found.iter().zip(gradients).zip(names) {
        let expected = expected.into_data().try_into_vec::<f32>().unwrap();
        let worst = difference(found, &expected);
        assert!(worst < 1e-4, "{named}: {name} is {worst} off");
    }
}

#[test]
fn gradients_equal_automatic_differentiation_for_every_activation_and_time_input() {
    for &activation in Activation::ALL {
        for &time in TimeInput::ALL {
            let config = Config { activation, time, width: 21, depth: 3, ..Config::default() };
            gradients_agree(&config, 2, 77);
        }
    }
}

#[test]
fn gradients_equal_automatic_differentiation_for_sizes_that_divide_by_nothing() {
    for (width, depth, dim, n) in
        [(1, 1, 2, 1), (1, 3, 2, 40), (3, 2, 3, 33), (17, 5, 8, 31), (130, 1, 2, 129), (48, 2, 5, 257), (300, 2, 2, 35)]
    {
        gradients_agree(&Config { width, depth, ..Config::default() }, dim, n);
    }
    // Divided into shares: see `shared_step.rs`.
    gradients_agree(&Config { width: 128, depth: 4, batch: 1001, ..Config::default() }, 2, 1001);
}

#[test]
fn gradients_equal_automatic_differentiation_with_classes_and_with_x1_as_output() {
    for &time in TimeInput::ALL {
        for &predict in Predict::ALL {
            for &schedule in Schedule::ALL {
                let config = Config { time, predict, schedule, classes: Classes::Told, width: 21, ..Config::default() };
                gradients_agree(&Config { embedding: 34, ..config.clone() }, 5, 77);
            }
        }
    }
    // The preset's own shapes.
    let (digits, _) = Config::read(&[("preset", "digits")]);
    gradients_agree(&digits, 784, 40);
}

#[test]
fn a_class_that_is_told_changes_the_velocity_and_one_that_is_not_told_is_no_class() {
    let config = Config { classes: Classes::Told, width: 16, depth: 2, ..Config::default() };
    let learner = Learner::Cpu(Box::new(packed_cpu(&config, 2, &start(&config, 2))));
    let points = batch(2, 4, 7).sample.xt;
    let x = Tensor::<2>::from_data(TensorData::new(points.clone(), [4, 2]), &Device::flex());
    let of = |labels: &[Option<u8>]| {
        let numbers = |x: Tensor<2>| x.into_data().try_into_vec::<f32>().unwrap();
        let found = block_on(learner.flow(Weights::Last).labelled(&points, 2, 0.3, labels)).unwrap();
        let network = Network::new(&Architecture::of(&config, 2), &Device::flex(), &start(&config, 2).weights);
        let expected = numbers(network.forward(x.clone(), Told { t: &[0.3], labels }));
        assert!(difference(&found, &expected) < 1e-5, "{labels:?}");
        found
    };
    let (none, threes, mixed) = (of(&[]), of(&[Some(3); 4]), of(&[Some(3), Some(4), None, Some(3)]));
    assert_eq!(none, of(&[None; 4]));
    assert_eq!((&mixed[..2], &mixed[4..6], &mixed[6..]), (&threes[..2], &none[4..6], &threes[6..]));
    assert!(mixed[2..4] != threes[2..4] && none[2..4] != threes[2..4] && mixed[2..4] != none[2..4]);
}

#[test]
fn a_run_of_a_hundred_steps_is_the_same() {
    let runs = [
        (Optimiser::Adamw, Annealing::Cosine, TimeInput::Raw, 0.9),
        (Optimiser::Adam, Annealing::None, TimeInput::Mlp, 0.0),
    ];
    for (optimiser, annealing, time, ema) in runs {
        let (learning_rate, steps) = (1e-3, 120);
        let config =
            Config { optimiser, annealing, time, ema, width: 40, depth: 3, learning_rate, steps, ..Config::default() };
        let mut cpu = packed_cpu(&config, 2, &start(&config, 2));
        let mut plain = autodiff(&config, 2, &Device::flex(), &start(&config, 2));
        for index in 0..100 {
            let batch = batch(2, 100, index);
            cpu.step(&batch);
            plain.step(&batch);
        }
        let (found, expected) = (cpu.take_losses(), block_on(plain.take_losses()).unwrap());
        assert!(difference(&found, &expected) < 1e-3, "losses {found:?} for {expected:?}");
        let (found, expected) = (cpu.state(), block_on(plain.state()).unwrap());
        assert_eq!((found.step, found.average.len()), (expected.step, expected.average.len()));
        runs_agree(&found, &expected, 2e-2);
    }
}

#[test]
fn velocities_are_the_networks_at_every_size_of_a_block() {
    for &time in TimeInput::ALL {
        let config = Config { time, width: 19, depth: 2, ..Config::default() };
        let learner = Learner::Cpu(Box::new(packed_cpu(&config, 3, &start(&config, 3))));
        for n in [1, 31, 128, 333] {
            let points = batch(3, n, 7).sample.xt;
            let x = Tensor::<2>::from_data(TensorData::new(points.clone(), [n, 3]), &Device::flex());
            let found = block_on(learner.flow(Weights::Last).velocities(&points, 3, 0.3)).unwrap();
            let network = Network::new(&Architecture::of(&config, 3), &Device::flex(), &start(&config, 3).weights);
            let expected = network.forward(x, Told { t: &[0.3], labels: &[] });
            let expected = expected.into_data().try_into_vec::<f32>().unwrap();
            assert!(difference(&found, &expected) < 1e-5, "{time:?}, {n} points");
        }
    }
}

#[test]
fn what_it_knows_goes_from_one_form_to_the_other_and_back() {
    let config = Config { ema: 0.9, width: 10, depth: 2, ..Config::default() };
    let mut cpu = packed_cpu(&config, 2, &start(&config, 2));
    (0..3).for_each(|index| cpu.step(&batch(2, 20, index)));
    let plain = autodiff(&config, 2, &Device::flex(), &cpu.state());
    let state = block_on(plain.state()).unwrap();
    assert_eq!(state, cpu.state());
    assert_eq!(packed_cpu(&config, 2, &state).state(), state);
}

#[test]
fn every_solver_and_guidance_carry_points_as_burn_does() {
    let config = Config { classes: Classes::Told, width: 16, depth: 2, ..Config::default() };
    let state = start(&config, 3);
    let here = Learner::Cpu(Box::new(packed_cpu(&config, 3, &state))).flow(Weights::Last);
    let there = Learner::Plain(Box::new(autodiff(&config, 3, &Device::flex(), &state))).flow(Weights::Last);
    let prepared = batch(3, 50, 7);
    let (x0, labels) = (&prepared.sample.xt, &prepared.labels);
    for &kind in SolverKind::ALL {
        for guidance in [1.0, 2.5] {
            let wish = Wish { labels, guidance, kept: Kept::All };
            let solver = Solver { kind, tolerance: 1e-3 };
            let (expected, evaluations) = block_on(there.carry_to(wish, x0, 3, solver, &[0.0, 0.5, 0.9])).unwrap();
            let (found, counted) = block_on(here.carry_to(wish, x0, 3, solver, &[0.0, 0.5, 0.9])).unwrap();
            assert_eq!(counted, evaluations);
            assert!(difference(&found, &expected) < 1e-4, "{kind:?}, guidance {guidance}");
        }
    }
    assert!(block_on(there.on_cpu()).is_err_and(|error| error.to_string().contains("packed")));
    assert_eq!(block_on(there.parameters()).unwrap(), state.weights);
}
