//! Every distribution against its closed-form moments, its own support, and its density.

use std::f64::consts::PI;
use std::time::Instant;

use flow_lab::config::option::Choice;
use flow_lab::config::{Config, Shape};
use flow_lab::data::given::points::Points;
use flow_lab::data::given::raster::Raster;
use flow_lab::data::mixture::{Exactness, Law, Mixture};
use flow_lab::data::{Distribution, Given, inside_share, worst_mode};
use flow_lab::random::seed::{Purpose, stream};

const N: usize = 200_000;

/// A distribution; the shape `points` is that of 300 points of the moons.
fn distribution(shape: Shape, config: &Config) -> Box<dyn Distribution> {
    let moons = flow_lab::data::distribution(Shape::Moons, config, None).unwrap();
    let (points, _) = Points::new(moons.sample(300, &mut stream(9, Purpose::Metrics, 0)), 2).unwrap();
    flow_lab::data::distribution(shape, config, Some(&Given::Points(points))).unwrap()
}

/// All but the digits, which have a file of tests of their own.
fn planar() -> impl Iterator<Item = Shape> {
    Shape::ALL.iter().copied().filter(|&shape| shape != Shape::Digits)
}

/// The mean, then the covariances of all pairs of axes, row after row.
fn moments(points: &[f32], dim: usize) -> Vec<f64> {
    let n = (points.len() / dim) as f64;
    let sum = |f: &dyn Fn(&[f32]) -> f64| points.chunks(dim).map(f).sum::<f64>() / n;
    let mean: Vec<f64> = (0..dim).map(|i| sum(&|p| p[i] as f64)).collect();
    let covariance = |i: usize, j: usize| sum(&|p| (p[i] as f64 - mean[i]) * (p[j] as f64 - mean[j]));
    let pairs = (0..dim * dim).map(|k| covariance(k / dim, k % dim)).collect::<Vec<_>>();
    [mean, pairs].concat()
}

/// The same of a mixture: Cov = Σ w (mean_k - mean)(mean_k - mean)ᵀ + Σ w diag variance_k.
fn mixture_moments(mixture: &Mixture) -> Vec<f64> {
    let dim = mixture.dim();
    let sum = |f: &dyn Fn(&[Law]) -> f64| {
        let parts = mixture.parts.chunks(dim).zip(&mixture.weights);
        parts
            .map(|(part, weight)| {
                let laws: Vec<Law> = part.iter().zip(&mixture.laws).map(|(&k, laws)| laws[k as usize]).collect();
                weight * f(&laws)
            })
            .sum::<f64>()
    };
    let mean: Vec<f64> = (0..dim).map(|i| sum(&|laws| laws[i].mean())).collect();
    let covariance = |i: usize, j: usize| {
        let within = |laws: &[Law]| if i == j { laws[i].variance() } else { 0.0 };
        sum(&|laws| (laws[i].mean() - mean[i]) * (laws[j].mean() - mean[j]) + within(laws))
    };
    let pairs = (0..dim * dim).map(|k| covariance(k / dim, k % dim)).collect::<Vec<_>>();
    [mean, pairs].concat()
}

/// Mean of x and y, variances and covariance, of the shapes that do not depend on text or points.
fn expected(shape: Shape) -> Option<[f64; 5]> {
    Some(match shape {
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
        // t uniform on [1.5π, 4.5π], scale s = 7/(9π), by parts: E t cos t = 2, E t sin t = 2/(3π), E t² = 39π²/4,
        // E t² cos 2t = -½, E t² sin 2t = 3π.
        Shape::Spiral => {
            let s = 7.0 / (9.0 * PI);
            let (mean_x, mean_y) = (2.0, 2.0 / (3.0 * PI));
            let (square_x, square_y) = (4.875 * PI * PI - 0.25, 4.875 * PI * PI + 0.25);
            let variance = |square: f64, mean: f64| s * s * (square - mean * mean) + 0.01;
            let cov = s * s * (1.5 * PI - mean_x * mean_y);
            [s * mean_x, s * mean_y, variance(square_x, mean_x), variance(square_y, mean_y), cov]
        }
        // Turned by a fifth it is itself, so variances are equal: ½ E|x|² = ½ · 4 (1 + 0.3² + 0.1²).
        Shape::Pinwheel => [0.0, 0.0, 2.2, 2.2, 0.0],
        // Radii R and R/2: ½ · ½ (R² + R²/4) + s².
        Shape::Circles => [0.0, 0.0, 3.828125 + 0.030625, 3.828125 + 0.030625, 0.0],
        Shape::Text | Shape::Points | Shape::Digits => return None,
    })
}

#[test]
fn moments_are_the_closed_forms() {
    for shape in planar() {
        let distribution = distribution(shape, &Config::default());
        let points = distribution.sample(N, &mut stream(1, Purpose::Metrics, 0));
        assert_eq!(points.len(), 2 * N);
        let found = moments(&points, 2);
        let mixture = distribution.mixture();
        let mixed = mixture_moments(&mixture);
        // Without a closed form, the mixture's moments take its place.
        let expected = expected(shape).map_or(mixed.clone(), |[mx, my, vx, vy, cov]| vec![mx, my, vx, cov, cov, vy]);
        for (k, ((found, expected), mixed)) in found.iter().zip(&expected).zip(&mixed).enumerate() {
            // Five standard errors of a mean square over 200,000 points of spread at most 15.
            let tolerance = 0.015 * (1.0 + expected.abs()).sqrt() * if k < 2 { 2.0 } else { 4.0 };
            assert!((found - expected).abs() < tolerance, "{shape:?}, moment {k}: {found} for {expected}");
            // Float32 parameters, such as a noise of 0.05, are off by 1e-8 of their size; an estimate of 2,000 points
            // by ten times what 200,000 are.
            let tolerance = match mixture.exactness {
                Exactness::Exact | Exactness::Quadrature(_) => 1e-6,
                Exactness::Estimate(_) => 10.0 * tolerance,
            };
            assert!((mixed - expected).abs() < tolerance, "{shape:?}, moment {k} of the mixture: {mixed}");
        }
        assert!((mixture.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{shape:?}");
    }
}

#[test]
fn every_distribution_fills_its_own_support_evenly() {
    for shape in planar() {
        let distribution = distribution(shape, &Config::default());
        let points = distribution.sample(20_000, &mut stream(2, Purpose::Metrics, 0));
        let share = inside_share(distribution.as_ref(), &points);
        // Three standard deviations hold 98.9 % of a plane Gaussian, 99.7 % of a noisy curve.
        assert!(share > 0.985, "{shape:?}: {share}");
        assert!(worst_mode(distribution.as_ref(), &points) > 0.85, "{shape:?}");
        assert_eq!(inside_share(distribution.as_ref(), &[100.0, 100.0]), 0.0, "{shape:?}");
        assert_eq!(inside_share(distribution.as_ref(), &[f32::NAN, 0.0]), 0.0, "{shape:?}");
        assert_eq!(inside_share(distribution.as_ref(), &[f32::INFINITY, f32::INFINITY]), 0.0, "{shape:?}");
    }
}

#[test]
fn a_gaussian_s_support_holds_the_same_share_in_every_dimension() {
    for dim in (2..=8).chain([9, 20, 784]) {
        let gaussian = distribution(Shape::Gaussian, &Config { dim, ..Config::default() });
        let n = if dim > 100 { N / 10 } else { N };
        let points = gaussian.sample(n, &mut stream(3, Purpose::Metrics, 0));
        let share = inside_share(gaussian.as_ref(), &points);
        // 1 - exp(-4.5), with four standard errors.
        assert!((share - 0.98889).abs() < 0.001 * (N as f64 / n as f64).sqrt(), "{dim} dimensions: {share}");
    }
}

#[test]
fn boards_of_every_size_and_dimension_hold_dark_cells_alone() {
    for (dim, cells) in (2..=4).flat_map(|dim| (2..=12).map(move |cells| (dim, cells))) {
        let config = Config { board: cells, dim, ..Config::default() };
        let board = distribution(Shape::Checkerboard, &config);
        let points = board.sample(20_000, &mut stream(3, Purpose::Metrics, 0));
        assert_eq!(points.len(), dim * 20_000);
        assert!(inside_share(board.as_ref(), &points) > 0.9999, "{cells} cells, {dim} dimensions");
        let shift = |point: &[f32]| [&[point[0] + 4.0 / cells as f32], &point[1..]].concat();
        let light = points.chunks(dim).flat_map(shift).collect::<Vec<_>>();
        // Float32 puts one point in 10⁶ or so on the edge of a cell.
        assert!(inside_share(board.as_ref(), &light) < 2e-4);
    }
}

#[test]
fn moments_in_higher_dimensions_are_the_closed_forms() {
    for (shape, board, dim) in [
        (Shape::Gaussian, 4, 5),
        (Shape::Uniform, 4, 3),
        (Shape::Checkerboard, 4, 2),
        (Shape::Checkerboard, 4, 3),
        (Shape::Checkerboard, 3, 3),
        (Shape::Checkerboard, 5, 4),
    ] {
        let distribution = distribution(shape, &Config { dim, board, ..Config::default() });
        let (variance, covariance) = match shape {
            Shape::Gaussian => (1.0, 0.0),
            Shape::Uniform => (49.0 / 12.0, 0.0),
            // p ∝ 1 - Π s_d over the cells, s = ±1 by a cell's parity: with n cells a side, S = Σ s (0 or 1), and
            // centres c, the share of index i along an axis is (n^(d-1) - s_i S^(d-1)) / (n^d - S^d), and
            // Cov = -(Σ c s)² S^(d-2) / (n^d - S^d).
            _ => {
                let (n, width) = (board as f64, 4.0 / board as f64);
                let cells: Vec<(f64, f64)> =
                    (0..board).map(|k| ((k as f64 + 0.5) * width - 2.0, 1.0 - 2.0 * (k % 2) as f64)).collect();
                let parity = (board % 2) as f64;
                let power = |k: usize| if k == 0 { 1.0 } else { parity };
                let count = n.powi(dim as i32) - parity;
                let share = |s: f64| (n.powi(dim as i32 - 1) - s * power(dim - 1)) / count;
                let variance = cells.iter().map(|(c, s)| c * c * share(*s)).sum::<f64>() + width * width / 12.0;
                (variance, -cells.iter().map(|(c, s)| c * s).sum::<f64>().powi(2) * power(dim - 2) / count)
            }
        };
        let found = moments(&distribution.sample(N, &mut stream(5, Purpose::Metrics, 0)), dim);
        let mixed = mixture_moments(&distribution.mixture());
        for k in 0..dim + dim * dim {
            let (row, column) = (k.wrapping_sub(dim) / dim, k % dim);
            let expected = if k < dim { 0.0 } else { if row == column { variance } else { covariance } };
            // Five standard errors of a mean square over 200,000 points of spread at most 5.
            assert!((found[k] - expected).abs() < 0.05, "{shape:?}, moment {k}: {} for {expected}", found[k]);
            assert!((mixed[k] - expected).abs() < 1e-9, "{shape:?}, moment {k}: {} for {expected}", mixed[k]);
        }
    }
}

#[test]
fn densities_integrate_to_one() {
    for shape in planar() {
        let distribution = distribution(shape, &Config::default());
        let mixture = distribution.mixture();
        // Half of an edge's unit: pixels and cells are then met whole; for smooth densities the sum over a grid no
        // wider than the standard deviation errs by less than 10⁻⁸.
        let step = match mixture.laws[1][0] {
            Law::Uniform { low, high } => (high - low) / 2.0,
            Law::Normal { std, .. } => std,
        };
        let side = if shape == Shape::EightGaussians { 11.0 } else { 4.5 };
        let half = (side / step).ceil() as i32;
        let at = |k: i32| (k as f64 + 0.5) * step;
        let density = |i: i32, j: i32| mixture.log_density(&[at(i), at(j)]).map(f64::exp);
        let Some(_) = density(0, 0) else {
            assert!(matches!(shape, Shape::Points | Shape::Pinwheel), "{shape:?}");
            assert_eq!(distribution.log_density(&[0.0, 0.0]), None);
            continue;
        };
        let grid = (-half..half).flat_map(|i| (-half..half).map(move |j| (i, j)));
        let total: f64 = grid.filter_map(|(i, j)| density(i, j)).sum::<f64>() * step * step;
        // N(0, I) beyond 4.5 is 1.4e-5.
        let tolerance = if shape == Shape::Gaussian { 2e-5 } else { 1e-6 };
        assert!((total - 1.0).abs() < tolerance, "{shape:?}: {total}");
    }
}

#[test]
fn densities_are_the_closed_forms() {
    let point = [0.3, -1.2, 0.7, 0.1, 1.5];
    let gaussian = distribution(Shape::Gaussian, &Config { dim: 5, ..Config::default() });
    let expected = -0.5 * point.iter().map(|x| x * x).sum::<f64>() - 2.5 * (2.0 * PI).ln();
    assert!((gaussian.log_density(&point).unwrap() - expected).abs() < 1e-12);
    // Far out all terms underflow: ln p = -½ 10⁶ - … still.
    let expected = -0.5 * 5.0e6 - 2.5 * (2.0 * PI).ln();
    assert!((gaussian.log_density(&[1e3; 5]).unwrap() - expected).abs() < 1e-6);
    // A board of n cells a side has ⌊n³/2⌋ dark ones of volume (4/n)³; both ways to ask agree.
    for cells in 2..=12 {
        let board = distribution(Shape::Checkerboard, &Config { dim: 3, board: cells, ..Config::default() });
        let dark = ((cells * cells * cells) / 2) as f64;
        let width = 4.0 / cells as f64;
        let centre = [-2.0 + 1.5 * width, -2.0 + 0.5 * width, -2.0 + 0.5 * width];
        let expected = -(dark * width.powi(3)).ln();
        assert!((board.log_density(&centre).unwrap() - expected).abs() < 1e-12);
        assert!((board.mixture().log_density(&centre).unwrap() - expected).abs() < 1e-12);
        for light in [[-2.0 + 0.5 * width; 3], [7.0, 0.0, 0.0], [f64::NAN, 0.0, 0.0]] {
            assert_eq!(board.log_density(&light), Some(f64::NEG_INFINITY));
            assert_eq!(board.mixture().log_density(&light), Some(f64::NEG_INFINITY));
        }
    }
}

#[test]
fn a_vast_board_stays_small() {
    let board = distribution(Shape::Checkerboard, &Config { dim: 8, board: 12, ..Config::default() });
    assert_eq!(board.modes(), 214_990_848);
    let points = board.sample(1_000, &mut stream(6, Purpose::Metrics, 0));
    assert_eq!(inside_share(board.as_ref(), &points), 1.0);
    assert_eq!(worst_mode(board.as_ref(), &points), 0.0);
    assert_eq!(board.mixture().exactness, Exactness::Estimate(2_000));
    // Every dark cell has the same share of half of 4⁸.
    let point: Vec<f64> = points[..8].iter().map(|&x| x as f64).collect();
    assert!((board.log_density(&point).unwrap() + (4f64.powi(8) / 2.0).ln()).abs() < 1e-9);
}

#[test]
fn a_picture_s_points_fall_where_it_is_bright() {
    // Two pixels 1 and 3 side by side, in a dark frame: each 3 wide, the box [-3, 3] × [-1.5, 1.5].
    // E x = (-1.5 + 3 · 1.5)/4 = ¾; Var x = 1.5² - ¾² + 3²/12; Var y = 3²/12.
    let values = [[0.0; 4], [0.0, 1.0, 3.0, 0.0], [0.0; 4]].concat();
    let raster = Raster::new(4, 3, values).unwrap();
    let points = raster.sample(N, &mut stream(7, Purpose::Metrics, 0));
    let mixed = mixture_moments(&raster.mixture());
    for ((found, mixed), expected) in moments(&points, 2).iter().zip(mixed).zip([0.75, 0.0, 2.4375, 0.0, 0.0, 0.75]) {
        // Five standard errors of a mean square whose spread is at most 4.
        assert!((found - expected).abs() < 0.045, "{found} for {expected}");
        assert!((mixed - expected).abs() < 1e-12, "{mixed} for {expected}");
    }
    assert_eq!(inside_share(&raster, &points), 1.0);
    for (point, mode) in [([-2.9, 1.4], Some(0)), ([-3.1, 0.0], None), ([0.0, 1.6], None), ([0.0, -1.6], None)] {
        assert_eq!(raster.mode(&point), mode, "{point:?}");
    }
    // Row 0 is on top.
    let column = Raster::new(1, 2, vec![1.0, 0.0]).unwrap();
    assert_eq!((column.mode(&[0.0, 0.0]), column.mode(&[0.0, -4.0])), (Some(0), None));
    let column = Raster::new(1, 2, vec![1.0, 3.0]).unwrap();
    assert!(column.log_density(&[0.0, 1.0]) < column.log_density(&[0.0, -1.0]));
}

#[test]
fn bad_pictures_are_refused_with_a_sentence() {
    for (width, height, values, sentence) in [
        (0, 3, vec![], "0 × 3 pixels"),
        (513, 1, vec![1.0; 513], "513 × 1 pixels"),
        (usize::MAX, usize::MAX, vec![], "pixels"),
        (2, 2, vec![1.0; 3], "3 values; 2 × 2 pixels need 4"),
        (2, 2, vec![0.0; 4], "empty"),
        (2, 2, vec![0.0, 1.0, -0.5, 1.0], "row 2, column 1 has the value -0.5"),
        (2, 1, vec![1.0, f32::NAN], "row 1, column 2 has the value NaN"),
        (2, 1, vec![f32::INFINITY, 1.0], "row 1, column 1 has the value inf"),
    ] {
        let error = Raster::new(width, height, values).unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
}

#[test]
fn the_shape_points_asks_for_points() {
    let error = flow_lab::data::distribution(Shape::Points, &Config::default(), None).err().unwrap();
    assert!(error.is_input() && error.to_string().contains("draw, paste or open"), "{error}");
    let raster = Raster::new(1, 1, vec![1.0]).unwrap();
    let square = flow_lab::data::distribution(Shape::Points, &Config::default(), Some(&Given::Raster(raster))).unwrap();
    assert!((square.log_density(&[0.0, 0.0]).unwrap() + 36f64.ln()).abs() < 1e-12);
}

#[test]
fn any_text_is_a_distribution() {
    for text in ["flow", "", "   ", "é", "\u{0}", "ÄÖ漢x", &"W".repeat(500)] {
        let letters = distribution(Shape::Text, &Config { text: text.into(), ..Config::default() });
        let points = letters.sample(1_000, &mut stream(8, Purpose::Metrics, 0));
        assert!(points.iter().all(|x| x.abs() <= 3.0), "{text:?}");
        assert!(inside_share(letters.as_ref(), &points) > 0.99, "{text:?}");
    }
}

#[test]
fn no_points_have_no_share_and_no_panic() {
    let board = distribution(Shape::Checkerboard, &Config::default());
    assert_eq!(inside_share(board.as_ref(), &[]), 0.0);
    assert_eq!(worst_mode(board.as_ref(), &[]), 0.0);
}

#[test]
fn a_hundred_thousand_draws_take_well_under_a_second() {
    for shape in planar() {
        let distribution = distribution(shape, &Config::default());
        let start = Instant::now();
        let points = distribution.sample(100_000, &mut stream(1, Purpose::Metrics, 0));
        let drawn = start.elapsed().as_secs_f64();
        inside_share(distribution.as_ref(), &points);
        let total = start.elapsed().as_secs_f64();
        println!("{shape:?}: drawn in {:.0} ms, looked up in {:.0} ms", 1e3 * drawn, 1e3 * (total - drawn));
        // They take hundredths; the rest is for a machine with other work to do.
        assert!(drawn < 1.0, "{shape:?}: {drawn} s");
    }
}
