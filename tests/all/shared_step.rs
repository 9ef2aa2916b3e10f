//! A step that several work out, on threads or as helpers elsewhere, against one who works alone: equal to the last
//! bit.

use flow_lab::config::{Activation, Config};
use flow_lab::data::inputs::Ends;
use flow_lab::device;
use flow_lab::error::Error;
use flow_lab::experiment::{Experiment, SampleRequest};
use flow_lab::learner::helper::Helper;
use flow_lab::learner::{Learner, Weights, Wish};
use flow_lab::network::Architecture;
use flow_lab::solver::{Solver, even_times};
use pollster::block_on;

use crate::draws::{batch, difference, packed_cpu, start};

fn config(options: &[(&str, &str)]) -> Config {
    let (config, notes) = Config::read(options);
    assert!(notes.is_empty(), "{notes:?}");
    config
}

#[test]
fn only_batches_that_are_worth_it_are_divided() {
    let of = |options: &[(&str, &str)], dim| {
        let config = config(options);
        packed_cpu(&config, dim, &start(&config, dim)).halvings()
    };
    assert_eq!(of(&[], 2), 0);
    assert_eq!(of(&[("preset", "ring")], 2), 2);
    assert_eq!(of(&[("preset", "checkerboard")], 2), 3);
    assert_eq!(of(&[("preset", "digits")], 784), 0);
    assert_eq!(of(&[("width", "512"), ("depth", "5")], 2), 1);
    assert_eq!(of(&[("batch", "1")], 2), 0);
}

/// A few steps alone and with helpers, of whom the last step hears nothing.
fn helped(config: &Config, dim: usize) {
    let new = || packed_cpu(config, dim, &start(config, dim));
    let shown = |index| batch(dim, config.batch, index);
    for shared in 1..=new().halvings() {
        let mut alone = new();
        (0..3).for_each(|index| alone.step(&shown(index)));
        let mut cpu = new();
        let mut helpers: Vec<Helper> =
            (1..1 << shared).map(|_| Helper::new(&Architecture::of(config, dim), config.batch)).collect();
        for index in 0..3 {
            let batch = shown(index);
            let (parts, weights) = (cpu.divide(&batch, shared).unwrap(), cpu.packed(Weights::Last).to_vec());
            assert_eq!(parts.len(), helpers.len());
            cpu.work_first();
            let mut found: Vec<(f64, Vec<f32>)> = Vec::new();
            for (helper, part) in helpers.iter_mut().zip(&parts).filter(|_| index < 2) {
                let (sum, gradient) = helper.work(&weights, part, batch.sample.ut.len(), shared).unwrap();
                found.push((sum, gradient.to_vec()));
            }
            cpu.finish(found);
        }
        assert!(cpu.state() == alone.state(), "{config:?}: weights of {} workers", 1 << shared);
        assert_eq!(cpu.take_losses(), alone.take_losses(), "{} workers", 1 << shared);
    }
}

#[test]
fn a_step_with_helpers_is_the_step_of_one_who_works_alone() {
    let ring = config(&[("preset", "ring"), ("ema", "0.9")]);
    helped(&ring, 2);
    let odd = Config { activation: Activation::Gelu, batch: 1027, ..ring };
    assert_eq!(packed_cpu(&odd, 5, &start(&odd, 5)).halvings(), 3);
    helped(&odd, 5);
    let digits = Config { batch: 300, ..config(&[("preset", "digits")]) };
    assert_eq!(packed_cpu(&digits, 784, &start(&digits, 784)).halvings(), 1);
    helped(&digits, 784);
}

#[test]
fn points_are_carried_alike_together_in_groups_and_by_helpers() {
    let config = Config { count: 4000, ..config(&[("preset", "ring")]) };
    let run = Experiment::new(config.clone(), device::open_cpu("A test."), Ends::default()).unwrap();
    let request = SampleRequest { steps: 3, ..SampleRequest::of(&config, 0) };
    let x0 = run.starts(request).unwrap();
    let together = block_on(run.sample(request)).unwrap();
    let helper = Helper::new(&Architecture::of(&config, 2), config.batch);
    let flow = helper.flow(run.packed_flow(&[]).unwrap()).unwrap();
    let weights = block_on(run.weights()).unwrap();
    assert_eq!(run.packed_flow(&weights).unwrap(), run.packed_flow(&[]).unwrap());
    let mut ends = Vec::new();
    for (k, group) in x0.chunks(2 * 37).enumerate() {
        let carried = block_on(request.carry(&config, &flow, 2, group, 37 * k)).unwrap();
        ends.extend_from_slice(carried.last());
    }
    assert_eq!(ends, together.last());
    assert_eq!(run.sample_work(request, 4000), 2.0 * run.packed().len() as f64 * 3.0 * 4000.0);
}

#[test]
fn many_points_have_the_velocities_that_few_have() {
    let wide = Config { width: 128, depth: 4, ..Config::default() };
    let learner = Learner::Cpu(Box::new(packed_cpu(&wide, 2, &start(&wide, 2))));
    let flow = learner.flow(Weights::Last);
    let points = batch(2, 5001, 7).sample.xt;
    let many = block_on(flow.velocities(&points, 2, 0.3)).unwrap();
    let few = points.chunks(2 * 11).flat_map(|points| block_on(flow.velocities(points, 2, 0.3)).unwrap());
    assert_eq!(many, few.collect::<Vec<_>>());
    // Dormand–Prince looks at all points at once: no group of them goes its own way.
    let carried = |solver: &str, steps| {
        let solver = Solver::of(&config(&[("solver", solver)]));
        let (positions, _) = block_on(flow.carry_to(Wish::NONE, &points, 2, solver, &even_times(steps))).unwrap();
        positions[positions.len() - points.len()..].to_vec()
    };
    assert!(difference(&carried("dopri5", 2), &carried("rk4", 20)) < 1e-3);
}

#[test]
fn a_share_that_is_no_part_of_the_run_is_a_sentence() {
    let config = config(&[("preset", "ring")]);
    let mut cpu = packed_cpu(&config, 2, &start(&config, 2));
    let halvings = cpu.halvings();
    for shared in [halvings + 1, 64, usize::MAX] {
        let sentence = cpu.divide(&batch(2, config.batch, 0), shared).unwrap_err().to_string();
        assert!(sentence.contains(&format!("from 0 to {halvings}")), "{sentence}");
    }
    let mut helper = Helper::new(&Architecture::of(&config, 2), config.batch);
    let parts = cpu.divide(&batch(2, config.batch, 0), 1).unwrap();
    let weights = cpu.packed(Weights::Last).to_vec();
    let total = 2 * config.batch;
    for (weights, part, total, shared) in [
        (&weights[..], &parts[0][..], total, halvings + 1),
        (&weights[1..], &parts[0][..], total, 1),
        (&[], &parts[0][..], total, 1),
        (&weights[..], &parts[0][1..], total, 1),
        (&weights[..], &[], total, 1),
        (&weights[..], &parts[0][..], 0, 1),
    ] {
        assert!(matches!(helper.work(weights, part, total, shared), Err(Error::Input(_))));
    }
    assert!(helper.work(&weights, &parts[0], total, 1).is_ok());
    assert!(helper.flow(weights[1..].to_vec()).is_err());
}
