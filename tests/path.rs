//! The conditional path, its velocity, and the batches that training sees.

use burn::tensor::Device;
use flow_lab::config::Config;
use flow_lab::path;
use flow_lab::train::Trainer;

#[test]
fn path_and_target_recomputed_exactly() {
    let (config, notes) = Config::read(&[("source", "8gaussians"), ("target", "checkerboard"), ("batch", "333")]);
    assert!(notes.is_empty());
    let mut trainer = Trainer::new(&config, &Device::flex());
    for step in [0, 1, 77] {
        let batch = trainer.batch(step);
        let sample = path::linear(&batch.x0, &batch.x1, &batch.t);
        for i in 0..333 {
            for d in [2 * i, 2 * i + 1] {
                let (x0, x1, t) = (batch.x0[d] as f64, batch.x1[d] as f64, batch.t[i] as f64);
                assert!((0.0..1.0).contains(&t));
                assert!((sample.xt[d] as f64 - ((1.0 - t) * x0 + t * x1)).abs() < 1e-6);
                assert_eq!(sample.ut[d], batch.x1[d] - batch.x0[d]);
            }
        }
    }
}

#[test]
fn path_starts_at_x0_ends_at_x1_and_moves_by_its_velocity() {
    let (x0, x1) = ([1.0f32, -2.0], [0.5f32, 4.0]);
    assert_eq!(path::linear(&x0, &x1, &[0.0]).xt, x0);
    assert_eq!(path::linear(&x0, &x1, &[1.0]).xt, x1);
    let (a, b) = (path::linear(&x0, &x1, &[0.25]), path::linear(&x0, &x1, &[0.5]));
    for d in 0..2 {
        assert_eq!(a.xt[d] + 0.25 * a.ut[d], b.xt[d]); // all numbers here are exact in binary
    }
}

#[test]
fn a_batch_is_named_by_its_step_alone() {
    let config = Config::default();
    let mut first = Trainer::new(&config, &Device::flex());
    let mut second = Trainer::new(&config, &Device::flex());
    let batch = first.batch(5);
    assert_ne!(batch, second.batch(4));
    assert_eq!(batch, second.batch(5));
}

#[test]
fn fixed_training_points_are_each_seen_once_before_any_repeats() {
    let (config, _) = Config::read(&[("target", "ring"), ("points", "90"), ("batch", "30")]);
    let mut trainer = Trainer::new(&config, &Device::flex());
    let mut epoch = |first: usize| {
        let mut rows: Vec<[u32; 2]> = (first..first + 3)
            .flat_map(|step| {
                trainer.batch(step).x1.chunks(2).map(|p| [p[0].to_bits(), p[1].to_bits()]).collect::<Vec<_>>()
            })
            .collect();
        let order = rows.clone();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 90);
        (rows, order)
    };
    let ((first, first_order), (second, second_order)) = (epoch(0), epoch(3));
    assert_eq!(first, second);
    assert_ne!(first_order, second_order);
}
