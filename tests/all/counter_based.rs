//! Batches that are drawn by their numbers: what they are distributed like, and that a GPU draws the same ones.

use std::collections::HashSet;

use flow_lab::batch::Pairs;
use flow_lab::batch::counter_based::Drawn;
use flow_lab::batch::sampler::Batches;
use flow_lab::config::Config;
use flow_lab::data::Distribution;
use flow_lab::data::inputs::Ends;
use flow_lab::random::threefry;

fn ends(config: &Config) -> [Box<dyn Distribution>; 2] {
    let ends = Ends::default();
    [ends.source(config).unwrap(), ends.target(config).unwrap()]
}

fn config(options: &[(&str, &str)]) -> Config {
    let pairs: Vec<(String, String)> = options.iter().map(|&(name, text)| (name.into(), text.into())).collect();
    let (config, notes) = Config::read(&pairs);
    assert!(notes.is_empty(), "{notes:?}");
    config
}

fn drawn(options: &[(&str, &str)]) -> Option<Drawn> {
    let config = config(options);
    let [source, target] = ends(&config);
    Drawn::of(&config, source.as_ref(), target.as_ref())
}

fn batch(options: &[(&str, &str)], n: usize) -> Pairs {
    drawn(options).expect("this can be drawn").batch(0, n)
}

/// The largest distance of the draws' distribution function from `below`, times √n; beyond 2.2 once in 8,000 times.
fn kolmogorov_smirnov(draws: &[f32], below: impl Fn(f64) -> f64) -> f64 {
    let mut sorted: Vec<f64> = draws.iter().map(|&x| x as f64).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let gap = |(k, &x): (usize, &f64)| (below(x) - k as f64 / n).abs().max((below(x) - (k + 1) as f64 / n).abs());
    sorted.iter().enumerate().map(gap).fold(0.0, f64::max) * n.sqrt()
}

fn normal_below(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

fn mean(x: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = x.fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
    sum / n
}

#[test]
fn normal_draws_and_times_follow_their_distribution_functions() {
    let n = 200_000;
    let Pairs { x0, x1, t, .. } = batch(&[("target", "uniform"), ("dim", "5")], n);
    let axis = |values: &[f32], k: usize| values.iter().skip(k).step_by(5).copied().collect::<Vec<f32>>();
    assert!(kolmogorov_smirnov(&t, |t| t) < 2.2);
    for k in 0..5 {
        assert!(kolmogorov_smirnov(&axis(&x0, k), normal_below) < 2.2, "axis {k}");
        assert!(kolmogorov_smirnov(&axis(&x1, k), |x| (x + 3.5) / 7.0) < 2.2, "axis {k}");
    }
    let late = batch(&[("timeSampling", "late")], n);
    assert!(kolmogorov_smirnov(&late.t, |t| t.powi(3)) < 2.2);
    assert!(late.t.iter().all(|&t| (0.0..1.0).contains(&t)));
    assert!(kolmogorov_smirnov(&batch(&[("sigma", "0.1")], n).noise, normal_below) < 2.2);
}

#[test]
fn moments_are_those_of_the_laws_and_nothing_is_correlated() {
    let n = 200_000;
    let Pairs { x0, x1, t, noise, .. } = batch(&[("target", "gaussian"), ("dim", "3"), ("sigma", "0.5")], n);
    let error = 5.0 / (n as f64).sqrt(); // five standard errors
    for (power, expected) in [(1, 0.0), (2, 1.0), (3, 0.0), (4, 3.0)] {
        let found = mean(x0.iter().map(|&x| (x as f64).powi(power)));
        assert!((found - expected).abs() < 10.0 * error, "moment {power}: {found} for {expected}");
    }
    // Every coordinate of x0, x1 and the noise, and the time, against each other and against the next sample's.
    let columns: Vec<Vec<f64>> = [&x0, &x1, &noise]
        .into_iter()
        .flat_map(|values| (0..3).map(|k| values.iter().skip(k).step_by(3).map(|&x| x as f64).collect()))
        .chain([t.iter().map(|&t| (t as f64 - 0.5) * 12f64.sqrt()).collect()])
        .collect();
    for (i, a) in columns.iter().enumerate() {
        for (j, b) in columns.iter().enumerate() {
            for lag in 0..3 {
                if i == j && lag == 0 {
                    continue;
                }
                let found = mean(a.iter().zip(b.iter().skip(lag)).map(|(a, b)| a * b));
                assert!(found.abs() < error, "columns {i} and {j}, {lag} samples apart: {found}");
            }
        }
    }
}

#[test]
fn words_do_not_repeat_over_samples_steps_and_blocks() {
    let mut seen = HashSet::new();
    for step in 0..40 {
        for sample in 0..600 {
            for block in 0..4 {
                assert!(seen.insert(threefry::words([1, 4, 0, 0], [block, sample, step, 0])));
            }
        }
    }
    let drawn = drawn(&[]).unwrap();
    let mut points = HashSet::new();
    for step in [0, 1, 2, 1000] {
        for point in drawn.batch(step, 5000).x0.chunks_exact(2) {
            assert!(points.insert([point[0].to_bits(), point[1].to_bits()]), "step {step}: {point:?} again");
        }
    }
    assert_ne!(batch(&[("seed", "1")], 10), batch(&[("seed", "2")], 10));
    let [whole, half] = [64, 32].map(|n| drawn.batch(7, n));
    assert_eq!(whole.x1[..64], half.x1[..], "a sample does not depend on the batch that it is in");
}

/// Shapes in the plane, and boards beyond it, against their own samplers.
#[test]
fn targets_are_filled_as_by_their_own_samplers() {
    let shapes = [
        ("gaussian", "2"),
        ("uniform", "3"),
        ("8gaussians", "2"),
        ("moons", "2"),
        ("ring", "2"),
        ("checkerboard", "2"),
        ("checkerboard", "4"),
        ("scurve", "2"),
        ("spiral", "2"),
        ("circles", "2"),
        ("text", "2"),
    ];
    let n = 40_000;
    for (shape, dim) in shapes {
        let options = [("target", shape), ("dim", dim)];
        let [_, target] = ends(&config(&options));
        let drawn = batch(&options, n).x1;
        let own = target.sample(n, &mut flow_lab::random::seed::stream(1, flow_lab::random::seed::Purpose::Metrics, 0));
        let inside = |points: &[f32]| flow_lab::data::inside_share(target.as_ref(), points);
        assert!((inside(&drawn) - inside(&own)).abs() < 0.005, "{shape}: {} for {}", inside(&drawn), inside(&own));
        let worst = flow_lab::data::worst_mode(target.as_ref(), &drawn);
        assert!(worst > 1.0 - 4.0 * (target.modes() as f64 / n as f64).sqrt(), "{shape}: worst mode {worst}");
        let dim: usize = dim.parse().unwrap();
        for axis in 0..dim {
            let mut own: Vec<f32> = own.iter().skip(axis).step_by(dim).copied().collect();
            own.sort_by(f32::total_cmp);
            let below = |x: f64| own.partition_point(|&y| (y as f64) < x) as f64 / n as f64;
            let drawn: Vec<f32> = drawn.iter().skip(axis).step_by(dim).copied().collect();
            // Two samples: √2 times the distance of one.
            let distance = kolmogorov_smirnov(&drawn, below) / std::f64::consts::SQRT_2;
            assert!(distance < 2.2, "{shape}, axis {axis}: {distance}");
        }
    }
}

#[test]
fn what_depends_on_others_or_has_no_mixture_is_not_drawn_by_number() {
    // The pinwheel's arms are bent: no mixture of products is it.
    let bent = ("target", "pinwheel");
    for options in [("coupling", "ot"), ("points", "100"), ("sourcePoints", "100"), bent] {
        assert_eq!(drawn(&[options]), None, "{options:?}");
    }
    let config = config(&[]);
    let [source, target] = ends(&config);
    let batches = Batches::new(&config, source, target, vec![0.0; 8]);
    assert!(batches.drawn().is_none(), "reflow's pairs are given");
}

#[cfg(feature = "gpu")]
mod on_the_gpu {
    use super::*;
    use flow_lab::device;
    use flow_lab::learner::form::Form;
    use flow_lab::train::Trainer;
    use pollster::block_on;

    #[test]
    fn a_run_on_its_own_draws_has_the_losses_of_one_on_the_cpu() {
        let config = config(&[("target", "checkerboard"), ("device", "gpu"), ("timeSampling", "late"), ("ema", "0.9")]);
        let opened = block_on(device::open_gpu(config.device)).unwrap();
        let losses = |form: Form| {
            let [source, target] = ends(&config);
            let mut trainer = Trainer::new(&config, &form, source, target, Vec::new());
            (0..100).for_each(|_| trainer.step());
            block_on(trainer.losses()).unwrap().to_vec()
        };
        let (found, expected) = (losses(Form::PackedGpu(opened.gpu.unwrap())), losses(Form::PackedCpu));
        for (step, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() < 5e-3 * expected, "step {step}: {found} for {expected}");
        }
        assert_eq!(found.len(), 100);
    }
}
