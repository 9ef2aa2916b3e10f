//! The step in three dispatches on the GPU against the one-pass step on the CPU, which `fused.rs` holds against burn
//! with automatic differentiation. The device has WebGPU's default limits, whatever the machine could do.
use std::sync::LazyLock;

use flow_lab::config::{Activation, Annealing, Classes, Config, Optimiser, Predict, SolverKind, TimeInput};

use flow_lab::batch::TrainingBatch;
use flow_lab::config::option::Choice;
use flow_lab::device::gpu::Gpu as Opened;
use flow_lab::learner::packed_gpu::Gpu;
use flow_lab::learner::{Flow, Recipe, State, Weights, Wish};
use flow_lab::network::{Architecture, Told};
use flow_lab::optimiser::BETA_1;
use flow_lab::solver::{Kept, Solver};
use pollster::block_on;

use crate::draws::{batch, difference, packed_cpu, runs_agree, start};

static OPENED: LazyLock<Opened> = LazyLock::new(|| {
    let instance = wgpu::Instance::default();
    let adapter = block_on(instance.request_adapter(&Default::default()))
        .expect("./build.sh setup installs a software Vulkan device");
    let limits = wgpu::Limits::default();
    println!("{:?}, {limits:?}", adapter.get_info());
    let asked = wgpu::DeviceDescriptor { required_limits: limits, ..Default::default() };
    let (device, queue) = block_on(adapter.request_device(&asked)).expect("the default limits are everywhere");
    Opened::new(device, queue)
});

fn gpu(config: &Config, dim: usize, state: &State) -> Gpu {
    Gpu::new(&Architecture::of(config, dim), Recipe::of(config), &OPENED, state, None)
}

/// The gradient is what the first moment holds after one step.
fn gradients_agree(config: &Config, dim: usize, n: usize) {
    let config = &Config { batch: n, ..config.clone() };
    let named = format!("{config:?}, {dim} dimensions");
    let state = start(config, dim);
    let prepared = batch(dim, n, 0);
    let TrainingBatch { sample, t, labels } = &prepared;
    let told = Told { t, labels };
    let (loss, expected) = packed_cpu(config, dim, &state).loss_and_gradient(&sample.xt, told, &sample.ut);

    let mut gpu = gpu(config, dim, &state);
    gpu.step(&prepared);
    let found = block_on(gpu.take_losses()).unwrap();
    assert_eq!(found.len(), 1);
    assert!((found[0] - loss as f32).abs() < 1e-4 * loss as f32, "{named}: loss {} for {loss}", found[0]);
    let moments = block_on(gpu.state()).unwrap().moments;
    for (k, (moment, expected)) in moments[0].iter().zip(&expected).enumerate() {
        let found: Vec<f32> = moment.iter().map(|m| m / (1.0 - BETA_1) as f32).collect();
        let worst = difference(&found, expected);
        assert!(worst < 5e-3, "{named}: parameter {k} is {worst} off");
    }
}

#[test]
fn gradients_equal_the_cpus_for_every_activation_and_time_input() {
    for &activation in Activation::ALL {
        for &time in TimeInput::ALL {
            gradients_agree(&Config { activation, time, width: 21, depth: 3, ..Config::default() }, 2, 77);
        }
    }
}

#[test]
fn gradients_equal_the_cpus_for_sizes_that_divide_by_nothing() {
    for (width, depth, dim, n) in [
        (1, 1, 2, 1),
        (1, 3, 2, 40),
        (3, 2, 3, 33),
        (17, 5, 8, 31),
        (130, 1, 2, 129),
        (48, 2, 5, 257),
        (1024, 1, 2, 35),
        (8, 16, 2, 65),
    ] {
        gradients_agree(&Config { width, depth, ..Config::default() }, dim, n);
    }
}

#[test]
fn gradients_equal_the_cpus_with_classes_and_with_x1_as_output() {
    for &time in TimeInput::ALL {
        for &predict in Predict::ALL {
            let config =
                Config { time, predict, classes: Classes::Told, width: 21, embedding: 34, ..Config::default() };
            gradients_agree(&config, 5, 77);
        }
    }
    gradients_agree(&Config::read(&[("preset", "digits")]).0, 784, 40);
}

#[test]
fn points_of_every_class_are_carried_as_on_the_cpu() {
    for &predict in Predict::ALL {
        let config = Config { predict, classes: Classes::Told, width: 16, depth: 2, ..Config::default() };
        let state = start(&config, 3);
        let here = Flow::Cpu(Box::new(packed_cpu(&config, 3, &state).flow(Weights::Last)));
        let there = Flow::Gpu(Box::new(gpu(&config, 3, &state).flow(Weights::Last)));
        let prepared = batch(3, 50, 7);
        let (x0, labels) = (&prepared.sample.xt, &prepared.labels);
        let solver = Solver { kind: SolverKind::Heun, tolerance: 1e-3 };
        for guidance in [1.0, 2.5] {
            for kept in [Kept::All, Kept::Ends] {
                let wish = Wish { labels, guidance, kept };
                let (expected, evaluations) = block_on(here.carry_to(wish, x0, 3, solver, &[0.0, 0.5, 0.9])).unwrap();
                let (found, counted) = block_on(there.carry_to(wish, x0, 3, solver, &[0.0, 0.5, 0.9])).unwrap();
                assert_eq!(counted, evaluations);
                assert_eq!(found.len(), expected.len());
                assert!(difference(&found, &expected) < 1e-4, "{predict:?}, guidance {guidance}, {kept:?}");
            }
        }
        let expected = block_on(here.labelled(x0, 3, 0.3, labels)).unwrap();
        assert!(difference(&block_on(there.labelled(x0, 3, 0.3, labels)).unwrap(), &expected) < 1e-5);
    }
}

#[test]
fn a_batch_that_needs_two_passes_has_the_gradient_of_the_whole() {
    gradients_agree(&Config { width: 512, depth: 5, time: TimeInput::Joined, ..Config::default() }, 2, 1_300);
}

#[test]
fn a_run_of_a_hundred_steps_is_the_same() {
    let runs = [
        (Optimiser::Adamw, Annealing::Cosine, TimeInput::Raw, 0.9),
        (Optimiser::Adam, Annealing::None, TimeInput::Mlp, 0.0),
    ];
    for (optimiser, annealing, time, ema) in runs {
        let (learning_rate, steps) = (1e-3, 120);
        let config = Config {
            optimiser,
            annealing,
            time,
            ema,
            width: 40,
            depth: 3,
            learning_rate,
            steps,
            batch: 100,
            ..Config::default()
        };
        let state = start(&config, 2);
        let (mut gpu, mut cpu) = (gpu(&config, 2, &state), packed_cpu(&config, 2, &state));
        for index in 0..100 {
            let batch = batch(2, 100, index);
            gpu.step(&batch);
            cpu.step(&batch);
        }
        let (found, expected) = (block_on(gpu.take_losses()).unwrap(), cpu.take_losses());
        assert!(difference(&found, &expected) < 5e-3, "losses {found:?} for {expected:?}");
        let (found, expected) = (block_on(gpu.state()).unwrap(), cpu.state());
        assert_eq!((found.step, found.average.len()), (expected.step, expected.average.len()));
        runs_agree(&found, &expected, 2e-2);
    }
}

#[test]
fn no_loss_is_lost_however_late_they_are_read() {
    let config = Config { width: 4, depth: 1, batch: 8, ..Config::default() };
    let state = start(&config, 2);
    let (mut gpu, mut cpu) = (gpu(&config, 2, &state), packed_cpu(&config, 2, &state));
    for index in 0..2_100 {
        let batch = batch(2, 8, index);
        gpu.step(&batch);
        cpu.step(&batch);
    }
    let (found, expected) = (block_on(gpu.take_losses()).unwrap(), cpu.take_losses());
    assert!(difference(&found, &expected) < 1e-2);
    assert!(block_on(gpu.take_losses()).unwrap().is_empty());
}

#[test]
fn every_solver_carries_points_as_on_the_cpu_both_ways() {
    for (time, dim, count) in [(TimeInput::Raw, 2, 333), (TimeInput::Joined, 5, 1), (TimeInput::Sinusoidal, 3, 40)] {
        let config = Config { time, width: 19, depth: 2, ..Config::default() };
        let state = start(&config, dim);
        let here = Flow::Cpu(Box::new(packed_cpu(&config, dim, &state).flow(Weights::Last)));
        let there = Flow::Gpu(Box::new(gpu(&config, dim, &state).flow(Weights::Last)));
        let x0 = batch(dim, count, 7).sample.xt;
        for &kind in SolverKind::ALL {
            let solver = Solver { kind, tolerance: 1e-3 };
            for times in [vec![0.0, 0.2, 0.7, 1.0], vec![1.0, 0.4], vec![0.5], vec![]] {
                let (expected, evaluations) = block_on(here.carry(&x0, dim, solver, &times)).unwrap();
                let (found, counted) = block_on(there.carry(&x0, dim, solver, &times)).unwrap();
                assert_eq!(counted, evaluations, "{kind:?}");
                assert!(difference(&found, &expected) < 1e-4, "{time:?} {kind:?} {times:?}");
            }
        }
        let expected = block_on(here.velocities(&x0, dim, 0.3)).unwrap();
        assert!(difference(&block_on(there.velocities(&x0, dim, 0.3)).unwrap(), &expected) < 1e-5);
    }
}

#[test]
fn more_points_and_steps_than_one_dispatch_takes_come_back_in_their_places() {
    let config = Config { width: 512, depth: 3, ..Config::default() };
    let state = start(&config, 2);
    let here = Flow::Cpu(Box::new(packed_cpu(&config, 2, &state).flow(Weights::Last)));
    let there = Flow::Gpu(Box::new(gpu(&config, 2, &state).flow(Weights::Last)));
    let x0 = batch(2, 6_000, 7).sample.xt;
    let solver = Solver { kind: SolverKind::Euler, tolerance: 1e-3 };
    let (expected, _) = block_on(here.carry(&x0, 2, solver, &[0.0, 0.5, 1.0])).unwrap();
    let (found, _) = block_on(there.carry(&x0, 2, solver, &[0.0, 0.5, 1.0])).unwrap();
    assert!(difference(&found, &expected) < 1e-4);
}

#[test]
fn a_velocity_stays_as_it_was_while_training_goes_on() {
    let config = Config { width: 10, depth: 2, batch: 20, learning_rate: 0.1, ..Config::default() };
    let mut gpu = gpu(&config, 2, &start(&config, 2));
    let flow = gpu.flow(Weights::Last);
    let x = batch(2, 20, 7).sample.xt;
    let before = block_on(flow.velocities(&x, 0.3, &[])).unwrap();
    (0..3).for_each(|index| gpu.step(&batch(2, 20, index)));
    assert_eq!(block_on(flow.velocities(&x, 0.3, &[])).unwrap(), before);
    assert_ne!(block_on(gpu.flow(Weights::Last).velocities(&x, 0.3, &[])).unwrap(), before);
}

#[test]
fn what_it_knows_goes_from_one_form_to_the_other_and_back() {
    let config = Config { ema: 0.9, width: 10, depth: 2, batch: 20, ..Config::default() };
    let mut cpu = packed_cpu(&config, 2, &start(&config, 2));
    (0..3).for_each(|index| cpu.step(&batch(2, 20, index)));
    let mut gpu = gpu(&config, 2, &cpu.state());
    assert_eq!(block_on(gpu.state()).unwrap(), cpu.state());
    // The transposed weights have come along: the next steps agree.
    (3..6).for_each(|index| {
        cpu.step(&batch(2, 20, index));
        gpu.step(&batch(2, 20, index));
    });
    cpu.take_losses();
    let (found, expected) = (block_on(gpu.state()).unwrap(), cpu.state());
    for (found, expected) in found.average.iter().zip(&expected.average) {
        assert!(difference(found, expected) < 1e-3);
    }
}
