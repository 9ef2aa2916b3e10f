//! The exact field against its definition, the papers' formulas, the continuity equation and SPEC §5's numbers.

mod definition;
mod known;

use flow_lab::config::Schedule;
use flow_lab::data::Distribution;
use flow_lab::data::mixture::{Exactness, Law, Mixture};
use flow_lab::exact::Field;
use flow_lab::path::Path;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

const PATHS: [Path; 4] = [
    Path::LINEAR,
    Path { schedule: Schedule::Linear, sigma_min: 0.1, sigma: 0.0 },
    Path { schedule: Schedule::Cosine, sigma_min: 0.0, sigma: 0.0 },
    Path { schedule: Schedule::Vp, sigma_min: 0.0, sigma: 0.0 },
];

fn normal(mean: f64, std: f64) -> Law {
    Law::Normal { mean, std }
}

fn uniform(low: f64, high: f64) -> Law {
    Law::Uniform { low, high }
}

/// One law on the line.
fn line(law: Law) -> Mixture {
    Mixture { laws: vec![vec![law]], weights: vec![1.0], parts: vec![0], exactness: Exactness::Exact }
}

/// The same law on both axes.
fn square(law: Law) -> Mixture {
    Mixture { laws: vec![vec![law]; 2], weights: vec![1.0], parts: vec![0, 0], exactness: Exactness::Exact }
}

/// Gaussians in the plane; weights in proportion to 1, 2, 3, … so that no symmetry hides a mistake.
fn gaussians(means: &[[f64; 2]], std: f64) -> Mixture {
    let laws = (0..2).map(|d| means.iter().map(|mean| normal(mean[d], std)).collect()).collect();
    let total = (means.len() * (means.len() + 1) / 2) as f64;
    let weights = (1..=means.len()).map(|k| k as f64 / total).collect();
    let parts = (0..means.len() as u32).flat_map(|k| [k, k]).collect();
    Mixture { laws, weights, parts, exactness: Exactness::Exact }
}

/// 8 Gaussians of equal weight on a circle.
fn eight(radius: f64, std: f64) -> Mixture {
    let angles = (0..8).map(|k| k as f64 * std::f64::consts::FRAC_PI_4);
    let means: Vec<_> = angles.map(|angle| [radius * angle.cos(), radius * angle.sin()]).collect();
    Mixture { weights: vec![0.125; 8], ..gaussians(&means, std) }
}

/// The 4×4 board on [-half, half]²: 8 cells where column + row is odd.
fn board(half: f64) -> Mixture {
    let edge = |k: u32| half * (k as f64 / 2.0 - 1.0);
    let laws = vec![(0..4).map(|k| uniform(edge(k), edge(k + 1))).collect(); 2];
    let parts = (0..16).map(|k| [k % 4, k / 4]).filter(|[column, row]| (column + row) % 2 == 1).flatten().collect();
    Mixture { laws, weights: vec![0.125; 8], parts, exactness: Exactness::Exact }
}

fn field(source: &Mixture, target: &Mixture, path: Path) -> Field {
    Field::new(source, target, path).expect("a field")
}

fn velocity(field: &Field, x: &[f64], t: f64) -> Vec<f64> {
    let mut u = vec![0.0; x.len()];
    field.velocity(x, t, &mut u);
    u
}

/// Points where a mixture is itself and draws are made from it.
struct Drawn(Mixture);

impl Distribution for Drawn {
    fn dim(&self) -> usize {
        self.0.laws.len()
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::new();
        for _ in 0..n {
            let part = rng.random_range(0..self.0.weights.len()); // all weights are equal where this is used
            for (axis, laws) in self.0.laws.iter().enumerate() {
                points.push(match laws[self.0.parts[part * self.dim() + axis] as usize] {
                    Law::Normal { mean, std } => mean + std * rng.sample::<f64, _>(StandardNormal),
                    Law::Uniform { low, high } => low + (high - low) * rng.random::<f64>(),
                } as f32);
            }
        }
        points
    }

    fn modes(&self) -> usize {
        1
    }

    fn mode(&self, _: &[f32]) -> Option<usize> {
        None
    }

    fn mixture(&self) -> Mixture {
        self.0.clone()
    }
}

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    for (found, expected) in found.iter().zip(expected) {
        let near = (found - expected).abs() <= tolerance * (1.0 + expected.abs());
        assert!(near, "{what}: {found} for {expected}");
    }
}

const POINTS: [[f64; 2]; 3] = [[1.0, 0.5], [-0.5, 1.5], [0.25, -1.0]];

#[test]
fn from_a_standard_gaussian_along_lines_it_is_the_papers_three_formulas() {
    let gaussian = square(normal(0.0, 1.0));
    for (t, x) in [(0.1, [0.3, -0.8]), (0.5, [0.4, 0.2]), (0.8, [-0.3, 0.9]), (0.95, [0.6, -0.3])] {
        // u* = Σ w_i (x_i - x) / (1 - t), w_i ∝ weight_i exp(-|x - t x_i|² / (2 (1-t)²)); 0 and 0.2: with s_k,
        // u* = Σ r_k [m_k + (t s² - (1-t)) / V (x - t m_k)], r_k ∝ weight_k exp(-|x - t m_k|² / (2 V)), V = (1-t)² + t² s².
        for s in [0.0, 0.2] {
            let v = (1.0 - t) * (1.0 - t) + t * t * s * s;
            let (mut total, mut sum) = (0.0, [0.0; 2]);
            for (k, m) in POINTS.iter().enumerate() {
                let distance: f64 = (0..2).map(|d| (x[d] - t * m[d]).powi(2)).sum();
                let r = (k + 1) as f64 * (-distance / (2.0 * v)).exp();
                total += r;
                for d in 0..2 {
                    let velocity = if s == 0.0 {
                        (m[d] - x[d]) / (1.0 - t)
                    } else {
                        m[d] + (t * s * s - (1.0 - t)) / v * (x[d] - t * m[d])
                    };
                    sum[d] += r * velocity;
                }
            }
            let found = velocity(&field(&gaussian, &gaussians(&POINTS, s), Path::LINEAR), &x, t);
            assert_near(&found, &sum.map(|sum| sum / total), 1e-13, &format!("std {s}, t {t}"));
        }
        // x1 ~ N(x/t, ((1-t)/t)²) cut to each cell; u* = (E[x1 | xt] - x) / (1 - t).
        let s = (1.0 - t) / t;
        let cut = |x: f64, low: f64| {
            let (p, q) = ((low - x / t) / s, (low + 1.0 - x / t) / s);
            let phi = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
            let mass = 0.5 * (libm::erf(q / 2f64.sqrt()) - libm::erf(p / 2f64.sqrt()));
            (mass, x / t + s * (phi(p) - phi(q)) / mass)
        };
        let (mut total, mut sum) = (0.0, [0.0; 2]);
        for k in (0..16).filter(|k| (k % 4 + k / 4) % 2 == 1) {
            let (column, row) = (cut(x[0], (k % 4) as f64 - 2.0), cut(x[1], (k / 4) as f64 - 2.0));
            if column.0 * row.0 > 1e-9 {
                total += column.0 * row.0;
                sum[0] += column.0 * row.0 * column.1;
                sum[1] += column.0 * row.0 * row.1;
            }
        }
        let expected = [0, 1].map(|d| (sum[d] / total - x[d]) / (1.0 - t));
        // The formula's own cancellation: cells of mass 1e-9 known to 1e-16, their means as badly.
        assert_near(&velocity(&field(&gaussian, &board(2.0), Path::LINEAR), &x, t), &expected, 1e-7, &format!("t {t}"));
    }
}

#[test]
fn a_finite_set_is_the_limit_of_narrow_gaussians() {
    for path in PATHS {
        let gaussian = square(normal(0.2, 0.9));
        let limit = velocity(&field(&gaussian, &gaussians(&POINTS, 0.0), path), &[0.4, 0.1], 0.6);
        for std in [1e-2, 1e-3, 1e-4] {
            let found = velocity(&field(&gaussian, &gaussians(&POINTS, std), path), &[0.4, 0.1], 0.6);
            // The variance enters as s² / β², here at most 1 / 0.4² = 6 times, times distances of up to 3.
            assert_near(&found, &limit, 60.0 * std * std, &format!("{path:?}, std {std}"));
        }
    }
}

#[test]
fn swapping_source_and_target_turns_the_flow_around() {
    let laws = [gaussians(&POINTS, 0.4), board(2.0), square(uniform(-3.5, 3.5)), eight(5.0, 1.0)];
    for (a, b) in laws.iter().flat_map(|a| laws.iter().map(move |b| (a, b))) {
        for sigma in [0.0, 0.2] {
            let path = Path { sigma, ..Path::LINEAR };
            let (there, back) = (field(a, b, path), field(b, a, path));
            for (t, x) in [(0.0, [0.3, 0.1]), (0.2, [0.4, -0.7]), (0.5, [1.3, 0.2]), (0.875, [-0.1, 0.9])] {
                let turned: Vec<_> = velocity(&back, &x, 1.0 - t).iter().map(|u| -u).collect();
                // The quadrature of two uniform laws with noise is over x1, so not symmetric.
                assert_near(&velocity(&there, &x, t), &turned, 1e-7, &format!("t {t}, σ {sigma}"));
                assert_near(&[there.log_density(&x, t)], &[back.log_density(&x, 1.0 - t)], 1e-7, &format!("t {t}"));
            }
        }
    }
}

#[test]
fn density_and_velocity_obey_the_continuity_equation() {
    let gaussian = square(normal(0.0, 1.0));
    let flat = square(uniform(-3.5, 3.5));
    let eight = eight(5.0, 1.0);
    // Two uniform laws without noise have a density with kinks, so they come with noise.
    let cases = [
        (&gaussian, &eight, 0.0),
        (&gaussian, &board(2.0), 0.0),
        (&flat, &eight, 0.0),
        (&eight, &board(2.0), 0.1),
        (&flat, &board(2.0), 0.3),
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (source, target, sigma) in cases {
        for path in PATHS {
            let path = Path { sigma, ..path };
            let field = field(source, target, path);
            for _ in 0..8 {
                let t = rng.random_range(0.15..0.85);
                let at = path.at(t);
                let x0 = Drawn(source.clone()).sample(1, &mut rng);
                let x1 = Drawn(target.clone()).sample(1, &mut rng);
                let x = [0, 1].map(|d| at.alpha * x1[d] as f64 + at.beta * x0[d] as f64);
                let p = |x: &[f64], t: f64| field.log_density(x, t).exp();
                let flux = |d: usize, s: f64| {
                    let mut x = x;
                    x[d] += s;
                    p(&x, t) * velocity(&field, &x, t)[d]
                };
                let h = 1e-4;
                let slope = |f: &dyn Fn(f64) -> f64| (f(-2.0 * h) - 8.0 * f(-h) + 8.0 * f(h) - f(2.0 * h)) / (12.0 * h);
                let terms = [slope(&|s| p(&x, t + s)), slope(&|s| flux(0, s)), slope(&|s| flux(1, s))];
                // Rounding of p / h, and h⁴ times the fifth derivative: vp's β' makes that the larger.
                let scale = p(&x, t) + terms.iter().map(|term| term.abs()).sum::<f64>();
                assert!(terms.iter().sum::<f64>().abs() < 1e-7 * scale, "{path:?}, t {t}, x {x:?}: {terms:?}");
                let divergence = slope(&|s| velocity(&field, &[x[0] + s, x[1]], t)[0])
                    + slope(&|s| velocity(&field, &[x[0], x[1] + s], t)[1]);
                assert_near(&[field.divergence(&x, t)], &[divergence], 1e-6, "divergence");
            }
        }
    }
}

#[test]
fn gaussian_to_gaussian_has_a_linear_field_and_its_divergence() {
    let field = field(&square(normal(0.0, 1.0)), &square(normal(1.0, 0.5)), Path::LINEAR);
    for t in [0.0, 0.3, 0.999, 1.0] {
        let slope = (0.25 * t - (1.0 - t)) / (0.25 * t * t + (1.0 - t) * (1.0 - t));
        assert_near(
            &velocity(&field, &[0.7, -2.0], t),
            &[1.0 + slope * (0.7 - t), 1.0 + slope * (-2.0 - t)],
            1e-7,
            "u",
        );
        assert_near(&[field.divergence(&[0.7, -2.0], t)], &[2.0 * slope], 1e-7, "divergence");
    }
}

#[test]
fn at_the_ends_the_field_is_its_limit() {
    let field = field(&square(normal(0.0, 1.0)), &board(2.0), Path::LINEAR);
    // At t = 0 x1 is independent of xt, at t = 1 x0 is: E[x1] - x = -x, and x - E[x0] = x inside a cell.
    assert_near(&velocity(&field, &[0.3, -1.4], 0.0), &[-0.3, 1.4], 1e-7, "t = 0");
    assert_near(&velocity(&field, &[0.3, -0.6], 1.0), &[0.3, -0.6], 1e-7, "t = 1");
    assert_near(&[field.log_density(&[0.3, -0.6], 1.0)], &[0.125f64.ln()], 1e-7, "density of a cell");
}

#[test]
fn a_point_that_nothing_reaches_moves_with_the_nearest_pair() {
    // Beyond the upper right, x0 and x1 are both at that corner of their supports.
    let field = field(&square(uniform(-1.0, 1.0)), &board(2.0), Path::LINEAR);
    for (x, u) in [([2.0, 1.0], [1.0, 0.0]), ([1e3, 2e3], [0.0, 1.0]), ([1e6, -1e5], [1.0, -1.0])] {
        assert_eq!(velocity(&field, &x, 0.25), u, "{x:?}");
        assert!(field.log_density(&x, 0.25) < -700.0);
    }
}

#[test]
fn what_has_no_field_gives_none_and_the_worse_exactness_is_told() {
    let (points, plane) = (gaussians(&POINTS, 0.0), square(normal(0.0, 1.0)));
    assert!(Field::new(&points, &points, Path::LINEAR).is_none());
    assert!(Field::new(&points, &points, Path { sigma: 0.1, ..Path::LINEAR }).is_some());
    assert!(Field::new(&plane, &line(normal(0.0, 1.0)), Path::LINEAR).is_none());
    assert!(Field::new(&plane, &Mixture { parts: vec![0, 1], ..plane.clone() }, Path::LINEAR).is_none());
    assert!(Field::new(&plane, &Mixture { weights: vec![], parts: vec![], ..plane.clone() }, Path::LINEAR).is_none());
    let curve = Mixture { exactness: Exactness::Quadrature(1000), ..points.clone() };
    let estimate = Mixture { exactness: Exactness::Estimate(500), ..points };
    assert_eq!(field(&plane, &curve, Path::LINEAR).exactness(), Exactness::Quadrature(1000));
    let noisy = Path { sigma: 0.1, ..Path::LINEAR };
    assert_eq!(field(&estimate, &curve, noisy).exactness(), Exactness::Estimate(500));
}

#[test]
fn many_points_at_once_are_the_same_as_one_by_one() {
    let field = field(&eight(5.0, 1.0), &board(2.0), Path::LINEAR);
    let many = field.velocities(&[0.5, 0.25, -3.0, 2.0], 0.5);
    for (x, u) in [[0.5, 0.25], [-3.0, 2.0]].iter().zip(many.chunks(2)) {
        assert_eq!(velocity(&field, x, 0.5).iter().map(|&u| u as f32).collect::<Vec<_>>(), u);
    }
}

#[test]
fn what_is_not_a_number_gives_no_number_and_no_panic() {
    for (a, b) in [
        (normal(0.0, 1.0), uniform(0.0, 1.0)),
        (uniform(0.0, 1.0), uniform(2.0, 3.0)),
        (normal(0.0, 1.0), normal(0.0, 1.0)),
    ] {
        for sigma in [0.0, 0.1] {
            let field = field(&line(a), &line(b), Path { sigma, ..Path::LINEAR });
            assert!(velocity(&field, &[f64::NAN], 0.5)[0].is_nan());
            for (x, t) in [(f64::INFINITY, 0.5), (f64::NEG_INFINITY, 0.0), (f64::MAX, 1.0), (0.3, f64::NAN)] {
                velocity(&field, &[x], t);
                field.log_density(&[x], t);
                field.divergence(&[x], t);
            }
        }
    }
}

fn any_law() -> impl Strategy<Value = Law> {
    prop_oneof![
        (-5.0..5.0f64, 0.0..2.0f64).prop_map(|(mean, std)| normal(mean, std)),
        (-5.0..5.0f64).prop_map(|mean| normal(mean, 0.0)),
        (-5.0..5.0f64, 0.0..5.0f64).prop_map(|(low, width)| uniform(low, low + width)),
        (-5.0..5.0f64).prop_map(|low| uniform(low, low)),
    ]
}

fn any_mixture() -> impl Strategy<Value = Mixture> {
    prop::collection::vec((any_law(), any_law()), 1..4).prop_map(|parts| Mixture {
        laws: vec![parts.iter().map(|part| part.0).collect(), parts.iter().map(|part| part.1).collect()],
        weights: vec![1.0 / parts.len() as f64; parts.len()],
        parts: (0..parts.len() as u32).flat_map(|k| [k, k]).collect(),
        exactness: Exactness::Exact,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_number_is_finite_however_far_and_late(
        source in any_mixture(), target in any_mixture(), kind in 0..4usize, sigma in prop_oneof![Just(0.0), Just(1e-9), 0.0..1.0f64],
    ) {
        if let Some(field) = Field::new(&source, &target, Path { sigma, ..PATHS[kind] }) {
            for t in [0.0, 1e-9, 0.5, 1.0 - 1e-9, 1.0] {
                for x in [[0.0, 0.3], [1e3, -1e3], [1e6, 1e6], [-1e6, 2.0], [1e30, -1e30]] {
                    let u = velocity(&field, &x, t);
                    prop_assert!(u.iter().all(|u| u.is_finite()), "t {t}, x {x:?}: {u:?}");
                    prop_assert!(field.log_density(&x, t).is_finite(), "t {t}, x {x:?}");
                    prop_assert!(field.divergence(&x, t).is_finite(), "t {t}, x {x:?}");
                }
            }
        }
    }
}
