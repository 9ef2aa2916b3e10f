//! The density of a flow where it is known in closed form.

use flow_lab::config::SolverKind;
use flow_lab::likelihood::{
    augmented, divergence_by_differences, hutchinson_probes, log_density, pull_back, with_zeros,
};
use flow_lab::random::seed::{Purpose, stream};
use flow_lab::solver::{Solver, even_times};
use rand::RngExt;

const RK4: Solver = Solver { kind: SolverKind::Rk4, tolerance: 1e-4 };

/// Equal Gaussians of one standard deviation; the exact velocity from N(0, I) on the linear path (SPEC §2).
struct Mixture {
    means: Vec<Vec<f64>>,
    std: f64,
}

impl Mixture {
    fn eight_gaussians() -> Mixture {
        let angle = |k: usize| k as f64 * std::f64::consts::FRAC_PI_4;
        Mixture { means: (0..8).map(|k| vec![5.0 * angle(k).cos(), 5.0 * angle(k).sin()]).collect(), std: 1.0 }
    }

    fn variance(&self, t: f64) -> f64 {
        (1.0 - t).powi(2) + (t * self.std).powi(2)
    }

    fn responsibilities(&self, x: &[f64], t: f64) -> Vec<f64> {
        let logs: Vec<f64> = self.means.iter().map(|mean| normal(x, mean, t, self.variance(t))).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
        logs.iter().map(|log| (log - largest).exp() / total).collect()
    }

    /// Velocity along each mean's direction: v = a x + b Σ r_k m_k.
    fn slopes(&self, t: f64) -> (f64, f64) {
        let a = (t * self.std.powi(2) - (1.0 - t)) / self.variance(t);
        (a, 1.0 - a * t)
    }

    fn velocity(&self, x: &[f64], t: f64) -> Vec<f64> {
        let (a, b) = self.slopes(t);
        let r = self.responsibilities(x, t);
        let mean = |d: usize| self.means.iter().zip(&r).map(|(mean, r)| r * mean[d]).sum::<f64>();
        (0..x.len()).map(|d| a * x[d] + b * mean(d)).collect()
    }

    /// dim a + b t / V Σ_d Var_r(m_d).
    fn divergence(&self, x: &[f64], t: f64) -> f64 {
        let (a, b) = self.slopes(t);
        let r = self.responsibilities(x, t);
        let moment = |power: i32, d: usize| self.means.iter().zip(&r).map(|(m, r)| r * m[d].powi(power)).sum::<f64>();
        let spread: f64 = (0..x.len()).map(|d| moment(2, d) - moment(1, d).powi(2)).sum();
        x.len() as f64 * a + b * t / self.variance(t) * spread
    }

    fn log_density(&self, x: &[f64], t: f64) -> f64 {
        let parts = self.means.iter().map(|mean| normal(x, mean, t, self.variance(t)).exp());
        (parts.sum::<f64>() / self.means.len() as f64).ln()
    }

    /// log p_t of the points by the change of variables, and the number of evaluations.
    fn by_flow(&self, solver: &Solver, points: &[f64], times: &[f64]) -> (Vec<f64>, usize) {
        let dim = self.means[0].len();
        let field = augmented(|x, t| self.velocity(x, t), |x, t| self.divergence(x, t), dim);
        let run = pull_back(solver, field, with_zeros(points, dim), times);
        let (pulled_back, evaluations) = pollster::block_on(run).unwrap();
        (log_density(&pulled_back, dim, |x| normal(x, &vec![0.0; dim], 1.0, 1.0)), evaluations)
    }

    /// The largest difference between both ways to log p_t.
    fn error(&self, solver: &Solver, points: &[f64], times: &[f64]) -> f64 {
        let logs = self.by_flow(solver, points, times).0;
        let t = times[times.len() - 1];
        let rows = points.chunks_exact(self.means[0].len());
        logs.iter().zip(rows).map(|(log, x)| (log - self.log_density(x, t)).abs()).fold(0.0, f64::max)
    }
}

/// log N(x; t·mean, variance·I).
fn normal(x: &[f64], mean: &[f64], t: f64, variance: f64) -> f64 {
    let distance: f64 = x.iter().zip(mean).map(|(x, mean)| (x - t * mean).powi(2)).sum();
    -0.5 * (distance / variance + x.len() as f64 * (std::f64::consts::TAU * variance).ln())
}

/// Cell centres of a square grid on [-half, half]².
fn grid(half: f64, cells: usize) -> Vec<f64> {
    let at = |k: usize| half * ((2 * k + 1) as f64 / cells as f64 - 1.0);
    (0..cells * cells).flat_map(|k| [at(k / cells), at(k % cells)]).collect()
}

#[test]
fn gaussian_to_gaussian_equals_its_closed_form() {
    for (mean, std) in [(vec![2.0, -1.0], 0.5), (vec![1.0, 0.0, -3.0], 2.0), (vec![4.0], 1.0)] {
        let dim = mean.len();
        let gaussian = Mixture { means: vec![mean], std };
        let mut rng = stream(1, Purpose::Metrics, 0);
        let points: Vec<f64> = (0..50 * dim).map(|_| rng.random_range(-4.0..4.0)).collect();
        let error = gaussian.error(&RK4, &points, &even_times(100));
        println!("RK4, 100 steps, dim {dim}: {error:.1e}");
        assert!(error < 1e-6, "dim {dim}: {error}");
        let dopri5 = Solver { kind: SolverKind::Dopri5, tolerance: 1e-9 };
        let error = gaussian.error(&dopri5, &points, &[0.0, 1.0]);
        assert!(error < 1e-6, "dopri5, dim {dim}: {error}");
    }
}

#[test]
fn the_density_error_falls_at_the_order_of_the_solver() {
    let gaussian = Mixture { means: vec![vec![2.0, -1.0]], std: 2.0 };
    for (kind, order) in [(SolverKind::Euler, 1.0), (SolverKind::Midpoint, 2.0), (SolverKind::Rk4, 4.0)] {
        let solver = Solver { kind, tolerance: 1e-4 };
        let error = |steps| gaussian.error(&solver, &grid(4.0, 5), &even_times(steps));
        let slope = (error(64) / error(512)).log2() / 3.0;
        assert!((slope - order).abs() < 0.2, "{kind:?}: {slope}");
    }
}

#[test]
fn density_on_the_way_is_that_of_the_marginal() {
    let mixture = Mixture::eight_gaussians();
    for t in [0.25, 0.7] {
        let times: Vec<f64> = even_times(50).iter().map(|s| s * t).collect();
        let error = mixture.error(&RK4, &grid(6.0, 12), &times);
        assert!(error < 1e-3, "t = {t}: {error}");
    }
}

#[test]
fn eight_gaussians_equal_their_log_density_and_integrate_to_one() {
    let mixture = Mixture::eight_gaussians();
    let (half, cells) = (9.0, 60); // beyond 4 standard deviations lies 3e-5 of the mass
    let points = grid(half, cells);
    let (logs, evaluations) = mixture.by_flow(&RK4, &points, &even_times(40));
    assert_eq!(evaluations, 160);
    let cell = (2.0 * half / cells as f64).powi(2);
    let mass: f64 = logs.iter().map(|log| log.exp() * cell).sum();
    let error = logs.iter().zip(points.chunks(2)).map(|(log, x)| (log - mixture.log_density(x, 1.0)).abs());
    let error = error.fold(0.0, f64::max);
    println!("mass {mass:.6}, largest error of log p {error:.1e}");
    assert!((mass - 1.0).abs() < 0.01, "{mass}");
    assert!(error < 1e-3, "{error}");
}

#[test]
fn differences_give_the_divergence() {
    let mixture = Mixture::eight_gaussians();
    for x in grid(6.0, 6).chunks(2) {
        for t in [0.0, 0.3, 0.8, 1.0] {
            let difference = divergence_by_differences(|x, t| mixture.velocity(x, t), x, t) - mixture.divergence(x, t);
            assert!(difference.abs() < 1e-7, "at {x:?}, t = {t}: {difference}");
        }
    }
}

#[test]
fn a_likelihood_without_times_is_refused() {
    let field = augmented(|x, _| x.to_vec(), |_, _| 1.0, 1);
    let error = pollster::block_on(pull_back(&RK4, field, vec![1.0, 0.0], &[])).unwrap_err();
    assert!(error.is_input() && error.to_string().contains("times"), "{error}");
}

/// εᵀ J ε.
fn estimate(jacobian: &[f64], probe: &[f32]) -> f64 {
    let rows = jacobian.chunks_exact(probe.len()).zip(probe);
    rows.map(|(row, &e)| e as f64 * row.iter().zip(probe).map(|(j, &e)| j * e as f64).sum::<f64>()).sum()
}

#[test]
fn hutchinsons_estimate_is_unbiased_with_the_stated_variance() {
    let n = 40_000;
    for dim in 2..=8 {
        let mut rng = stream(1, Purpose::Metrics, dim as u64);
        let jacobian: Vec<f64> = (0..dim * dim).map(|_| rng.random_range(-1.0..1.0)).collect();
        let trace: f64 = (0..dim).map(|d| jacobian[d * dim + d]).sum();
        let pairs = (0..dim).flat_map(|i| (0..i).map(move |j| (i, j)));
        let variance: f64 = pairs.map(|(i, j)| (jacobian[i * dim + j] + jacobian[j * dim + i]).powi(2)).sum();

        let probes = hutchinson_probes(n, dim, &mut rng);
        assert_eq!(probes.len(), n * dim);
        let estimates: Vec<f64> = probes.chunks_exact(dim).map(|probe| estimate(&jacobian, probe)).collect();
        let mean = estimates.iter().sum::<f64>() / n as f64;
        let spread = estimates.iter().map(|e| (e - trace).powi(2)).sum::<f64>() / n as f64;
        let standard_error = (variance / n as f64).sqrt();
        println!(
            "dim {dim}: {:.2} standard errors off, variance ratio {:.3}",
            (mean - trace) / standard_error,
            spread / variance
        );
        assert!((mean - trace).abs() < 5.0 * standard_error, "dim {dim}: {mean}, not {trace}");
        // A sum of products of two signs has a kurtosis of at most 81: the standard error is at most 4.5 %.
        assert!((spread / variance - 1.0).abs() < 0.1, "dim {dim}: {spread}, not {variance}");
    }
}

#[test]
fn hutchinsons_estimate_is_exact_for_a_diagonal_jacobian() {
    for dim in 2..=8 {
        let diagonal = |k: usize| if k.is_multiple_of(dim + 1) { k as f64 - 3.0 } else { 0.0 };
        let jacobian: Vec<f64> = (0..dim * dim).map(diagonal).collect();
        let trace: f64 = jacobian.iter().sum();
        let probes = hutchinson_probes(100, dim, &mut stream(1, Purpose::Metrics, 0));
        assert!(probes.contains(&1.0) && probes.contains(&-1.0));
        assert!(probes.chunks_exact(dim).all(|probe| estimate(&jacobian, probe) == trace), "dim {dim}");
    }
}

#[test]
fn a_likelihood_through_one_hutchinson_probe_is_exact_where_the_jacobian_is_diagonal() {
    let gaussian = Mixture { means: vec![vec![1.0, -2.0, 0.5]], std: 0.7 };
    let probe = hutchinson_probes(1, 3, &mut stream(2, Purpose::Metrics, 0));
    let divergence = |x: &[f64], t: f64| {
        let h = 1e-5;
        let along = |h: f64| {
            let shifted: Vec<f64> = x.iter().zip(&probe).map(|(x, &e)| x + h * e as f64).collect();
            gaussian.velocity(&shifted, t)
        };
        let (ahead, behind) = (along(h), along(-h));
        (0..3).map(|d| probe[d] as f64 * (ahead[d] - behind[d]) / (2.0 * h)).sum()
    };
    let field = augmented(|x, t| gaussian.velocity(x, t), divergence, 3);
    let x = [0.3, -1.0, 1.2];
    let times = even_times(100);
    let (pulled_back, _) = pollster::block_on(pull_back(&RK4, field, with_zeros(&x, 3), &times)).unwrap();
    let log = log_density(&pulled_back, 3, |x| normal(x, &[0.0; 3], 1.0, 1.0))[0];
    assert!((log - gaussian.log_density(&x, 1.0)).abs() < 1e-6, "{log}");
}
