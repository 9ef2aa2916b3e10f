//! The conditional path, its velocity, and the batches that training sees.

use flow_lab::batch::TrainingBatch;
use flow_lab::batch::sampler::Batches;
use flow_lab::config::{Config, Schedule};
use flow_lab::data::inputs::Ends;
use flow_lab::path::{Coefficients, Path};
use proptest::prelude::*;

fn batches(options: &[(&str, &str)]) -> Batches {
    let (config, notes) = Config::read(options);
    assert!(notes.is_empty(), "{notes:?}");
    let ends = Ends::default();
    Batches::new(&config, ends.source(&config).unwrap(), ends.target(&config).unwrap(), Vec::new())
}

#[test]
fn path_and_target_recomputed_exactly() {
    let mut batches = batches(&[("source", "8gaussians"), ("target", "checkerboard"), ("batch", "333")]);
    for step in [0, 1, 77] {
        let batch = batches.batch(step);
        let TrainingBatch { sample, t, .. } = batches.prepared(step);
        assert_eq!((t.as_slice(), batch.noise.len()), (batch.t.as_slice(), 0));
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
fn noise_around_the_path_moves_the_points_and_not_the_velocity() {
    let (mut with, mut without) = (batches(&[("sigma", "0.3"), ("batch", "4000")]), batches(&[("batch", "4000")]));
    let (noisy, plain) = (with.prepared(3).sample, without.prepared(3).sample);
    assert_eq!(noisy.ut, plain.ut);
    let noise: Vec<f64> = noisy.xt.iter().zip(&plain.xt).map(|(a, b)| (a - b) as f64).collect();
    let mean = noise.iter().sum::<f64>() / 8_000.0;
    let variance = noise.iter().map(|x| x * x).sum::<f64>() / 8_000.0;
    // Five standard errors of 8,000 draws.
    assert!(mean.abs() < 5.0 * 0.3 / 8_000f64.sqrt(), "{mean}");
    assert!((variance - 0.09).abs() < 5.0 * 0.09 * (2.0f64 / 8_000.0).sqrt(), "{variance}");
}

#[test]
fn path_starts_at_x0_ends_at_x1_and_moves_by_its_velocity() {
    let (x0, x1) = ([1.0f32, -2.0], [0.5f32, 4.0]);
    let at = |t: f32| Path::LINEAR.sample(&x0, &x1, &[t], &[]);
    assert_eq!(at(0.0).xt, x0);
    assert_eq!(at(1.0).xt, x1);
    let (a, b) = (at(0.25), at(0.5));
    for d in 0..2 {
        assert_eq!(a.xt[d] + 0.25 * a.ut[d], b.xt[d]); // all numbers here are exact in binary
    }
}

#[test]
fn schedules_are_the_published_ones() {
    let path = |schedule, sigma_min| Path { schedule, sigma_min, sigma: 0.0 };
    // Lipman et al. 2023, equation 20: xt = t x1 + (1 - (1 - σ) t) x0.
    let at = path(Schedule::Linear, 0.1).at(0.5);
    assert_eq!((at.alpha, at.beta, at.alpha_dot, at.beta_dot), (0.5, 0.55, 1.0, -0.9));
    // The cosine path turns at even speed on the circle α² + β² = 1, as the variance-preserving one stays on it.
    for t in [0.0, 0.2, 0.7, 1.0] {
        for schedule in [Schedule::Cosine, Schedule::Vp] {
            let Coefficients { alpha, beta, .. } = path(schedule, 0.0).at(t);
            assert!((alpha * alpha + beta * beta - 1.0).abs() < 1e-12, "{schedule:?} at {t}");
        }
        let Coefficients { alpha_dot, beta_dot, .. } = path(Schedule::Cosine, 0.0).at(t);
        assert!((alpha_dot.hypot(beta_dot) - std::f64::consts::FRAC_PI_2).abs() < 1e-12);
    }
    // Song et al. 2021: log α(s) = -s²(20 - 0.1)/4 - 0.1 s/2.
    let at = path(Schedule::Vp, 0.0).at(0.0);
    assert!((at.alpha.ln() + 19.9 / 4.0 + 0.05).abs() < 1e-12);
    assert!((path(Schedule::Vp, 0.0).at(1.0).beta - 0.01).abs() < 1e-3);
}

proptest! {
    #[test]
    fn derivatives_of_every_schedule_are_those_of_finite_differences(
        t in 0.01f64..0.99,
        sigma_min in 0.0f64..0.5,
        schedule in prop::sample::select(vec![Schedule::Linear, Schedule::Cosine, Schedule::Vp]),
    ) {
        let path = Path { schedule, sigma_min, sigma: 0.0 };
        let h = 1e-5;
        let (before, at, after) = (path.at(t - h), path.at(t), path.at(t + h));
        let (alpha_dot, beta_dot) = ((after.alpha - before.alpha) / (2.0 * h), (after.beta - before.beta) / (2.0 * h));
        // The third derivative of the variance-preserving β near t = 1 leaves h² of about 1e-6 relative.
        prop_assert!((at.alpha_dot - alpha_dot).abs() < 1e-6 * (1.0 + alpha_dot.abs()));
        prop_assert!((at.beta_dot - beta_dot).abs() < 1e-5 * (1.0 + beta_dot.abs()));
        prop_assert!(at.alpha_dot > 0.0 && at.beta_dot < 0.0);
    }
}

#[test]
fn late_times_have_the_density_that_is_said_and_stay_below_one() {
    let t = batches(&[("timeSampling", "late"), ("batch", "40000")]).batch(0).t;
    assert!(t.iter().all(|t| (0.0..1.0).contains(t)));
    // Density 3t²: E t = 3/4, E t² = 3/5, variances 3/80 and 12/175; five standard errors of 40,000 draws.
    let mean = |f: fn(f64) -> f64| t.iter().map(|&t| f(t as f64)).sum::<f64>() / t.len() as f64;
    assert!((mean(|t| t) - 0.75).abs() < 5.0 * 0.194 / 200.0);
    assert!((mean(|t| t * t) - 0.6).abs() < 5.0 * 0.262 / 200.0);
}

#[test]
fn a_batch_is_named_by_its_step_alone() {
    let (mut first, mut second) = (batches(&[("coupling", "ot")]), batches(&[("coupling", "ot")]));
    let batch = first.batch(5);
    assert_ne!(batch, second.batch(4));
    assert_eq!(batch, second.batch(5));
}

#[test]
fn fixed_training_points_are_each_seen_once_before_any_repeats() {
    let mut batches = batches(&[("target", "ring"), ("points", "90"), ("sourcePoints", "45"), ("batch", "30")]);
    let mut epoch = |first: usize, steps: usize, of_source: bool| {
        let mut rows: Vec<[u32; 2]> = Vec::new();
        for step in first..first + steps {
            let batch = batches.batch(step);
            let points = if of_source { batch.x0 } else { batch.x1 };
            rows.extend(points.chunks(2).map(|p| [p[0].to_bits(), p[1].to_bits()]));
        }
        let order = rows.clone();
        rows.sort_unstable();
        rows.dedup();
        (rows, order)
    };
    let ((first, first_order), (second, second_order)) = (epoch(0, 3, false), epoch(3, 3, false));
    assert_eq!((first.len(), &first), (90, &second));
    assert_ne!(first_order, second_order);
    assert_eq!(epoch(0, 3, true).0.len(), 45);
}
