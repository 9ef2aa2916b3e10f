//! Every distribution against its closed-form moments, and its own support.

use std::f64::consts::PI;

use flow_lab::config::{Config, Shape};
use flow_lab::data::{distribution, inside_share, worst_mode};
use flow_lab::option::Choice;
use flow_lab::seed::{Purpose, stream};

const N: usize = 200_000;

/// Means, variances and covariance of x and y.
fn moments(points: &[f32]) -> [f64; 5] {
    let n = (points.len() / 2) as f64;
    let sum = |f: &dyn Fn(f64, f64) -> f64| points.chunks(2).map(|p| f(p[0] as f64, p[1] as f64)).sum::<f64>() / n;
    let (mx, my) = (sum(&|x, _| x), sum(&|_, y| y));
    [mx, my, sum(&|x, _| (x - mx).powi(2)), sum(&|_, y| (y - my).powi(2)), sum(&|x, y| (x - mx) * (y - my))]
}

fn expected(shape: Shape) -> [f64; 5] {
    match shape {
        Shape::Gaussian => [0.0, 0.0, 1.0, 1.0, 0.0],
        Shape::Uniform => [0.0, 0.0, 49.0 / 12.0, 49.0 / 12.0, 0.0],
        // Radius r and standard deviation s: variance r²/2 + s² each way.
        Shape::EightGaussians => [0.0, 0.0, 13.5, 13.5, 0.0],
        Shape::Ring => [0.0, 0.0, 4.54, 4.54, 0.0],
        // Board 4×4 on [-2, 2]²: E x² = 4/3; dark cells lie on the falling side: Cov = -1/4.
        Shape::Checkerboard => [0.0, 0.0, 4.0 / 3.0, 4.0 / 3.0, -0.25],
        // x = ±cos θ + {0, 1}, y = ±sin θ + {0, ½}, then ×2 - 1, noise 0.1:
        // E x = ½, Var x = ½ + ¼; E y = ¼, E y² = ½ + ½ (¼ - 2/π); E xy = ½ (½ - 2/π).
        Shape::Moons => {
            let var_y = 0.5 + 0.5 * (0.25 - 2.0 / PI) - 1.0 / 16.0;
            let cov = 0.5 * (0.5 - 2.0 / PI) - 0.125;
            [0.0, -0.5, 4.0 * 0.75 + 0.01, 4.0 * var_y + 0.01, 4.0 * cov]
        }
        // θ uniform on ±3π/2: E sin² = ½; E (cos θ - 1)² = ½ - 2 E cos θ + 1 with E cos θ = -2/(3π);
        // E sin θ sign θ (cos θ - 1) = 1/(3π) (1 - 2) over 3π/2 ⇒ -1/(3π).
        Shape::Scurve => {
            let (var_x, var_y, cov) = (0.5, 1.5 + 4.0 / (3.0 * PI), -1.0 / (3.0 * PI));
            [0.0, 0.0, 2.25 * var_x + 0.005625, 2.25 * var_y + 0.005625, 2.25 * cov]
        }
    }
}

#[test]
fn moments_are_the_closed_forms() {
    for &shape in Shape::ALL {
        let points = distribution(shape, &Config::default()).sample(N, &mut stream(1, Purpose::Metrics, 0));
        assert_eq!(points.len(), 2 * N);
        let (found, expected) = (moments(&points), expected(shape));
        for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
            // Five standard errors of a mean square over 200,000 points of spread at most 15.
            let tolerance = 0.015 * (1.0 + expected.abs()).sqrt() * if k < 2 { 2.0 } else { 4.0 };
            assert!((found - expected).abs() < tolerance, "{shape:?}, moment {k}: {found} for {expected}");
        }
    }
}

#[test]
fn every_distribution_fills_its_own_support_evenly() {
    for &shape in Shape::ALL {
        let distribution = distribution(shape, &Config::default());
        let points = distribution.sample(20_000, &mut stream(2, Purpose::Metrics, 0));
        let share = inside_share(distribution.as_ref(), &points);
        // Three standard deviations hold 98.9 % of a plane Gaussian, 99.7 % of a noisy curve.
        assert!(share > 0.985, "{shape:?}: {share}");
        assert!(worst_mode(distribution.as_ref(), &points) > 0.85, "{shape:?}");
        assert_eq!(inside_share(distribution.as_ref(), &[100.0, 100.0]), 0.0, "{shape:?}");
    }
}

#[test]
fn boards_of_every_size_hold_dark_cells_alone() {
    for cells in 2..=12 {
        let config = Config { board: cells, ..Config::default() };
        let board = distribution(Shape::Checkerboard, &config);
        let points = board.sample(20_000, &mut stream(3, Purpose::Metrics, 0));
        assert!(inside_share(board.as_ref(), &points) > 0.9999);
        let light = points.chunks(2).flat_map(|p| [p[0] + 4.0 / cells as f32, p[1]]).collect::<Vec<_>>();
        assert!(inside_share(board.as_ref(), &light) < 1e-4);
    }
}

#[test]
fn no_points_have_no_share_and_no_panic() {
    let board = distribution(Shape::Checkerboard, &Config::default());
    assert_eq!(inside_share(board.as_ref(), &[]), 0.0);
    assert_eq!(worst_mode(board.as_ref(), &[]), 0.0);
    assert_eq!(inside_share(board.as_ref(), &[f32::NAN, 0.0]), 0.0);
}
