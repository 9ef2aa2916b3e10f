//! Exact minibatch optimal transport, against brute force and a second implementation.

use flow_lab::assignment::assign;
use flow_lab::config::{Config, Coupling, Shape};
use flow_lab::coupling::optimal_transport;
use flow_lab::data::distribution;
use flow_lab::random::seed::{Purpose, stream};
use proptest::prelude::*;
use rand::RngExt;

fn squared(x: &[f32], y: &[f32]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (*x as f64 - *y as f64).powi(2)).sum()
}

fn cost(x: &[f32], y: &[f32], dim: usize, order: &[usize]) -> f64 {
    order.iter().enumerate().map(|(i, &j)| squared(&x[i * dim..(i + 1) * dim], &y[j * dim..(j + 1) * dim])).sum()
}

fn is_permutation(order: &[usize]) -> bool {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    sorted.iter().enumerate().all(|(i, &j)| i == j)
}

/// The least cost of all permutations, by Heap's algorithm.
fn brute_force(x: &[f32], y: &[f32], dim: usize) -> f64 {
    fn visit(k: usize, order: &mut Vec<usize>, cost: &mut dyn FnMut(&[usize])) {
        if k <= 1 {
            return cost(order);
        }
        for i in 0..k {
            visit(k - 1, order, cost);
            order.swap(if k.is_multiple_of(2) { i } else { 0 }, k - 1);
        }
    }
    let mut least = f64::INFINITY;
    let n = x.len() / dim;
    visit(n, &mut (0..n).collect(), &mut |order| least = least.min(cost(x, y, dim, order)));
    least
}

fn second_opinion(x: &[f32], y: &[f32], dim: usize) -> f64 {
    let n = x.len() / dim;
    let costs = (0..n * n).map(|k| squared(&x[k / n * dim..(k / n + 1) * dim], &y[k % n * dim..(k % n + 1) * dim]));
    let costs = lapjv::Matrix::from_shape_vec((n, n), costs.collect()).unwrap();
    cost(x, y, dim, &lapjv::lapjv(&costs).unwrap().0)
}

fn draw(shape: Shape, dim: usize, n: usize, seed: u64) -> Vec<f32> {
    let config = Config { dim, ..Config::default() };
    distribution(shape, &config, None).unwrap().sample(n, &mut stream(seed, Purpose::Metrics, 0))
}

proptest! {
    /// Whole numbers give many ties and coinciding points.
    #[test]
    fn small_assignments_cost_what_brute_force_finds(
        (dim, numbers) in (1usize..=3, 1usize..=7).prop_flat_map(|(dim, n)| {
            (Just(dim), prop::collection::vec(prop_oneof![(-3i8..=3).prop_map(f32::from), -9.0f32..9.0], 2 * n * dim))
        }),
    ) {
        let (x, y) = numbers.split_at(numbers.len() / 2);
        let order = assign(x, y, dim);
        prop_assert!(is_permutation(&order));
        let least = brute_force(x, y, dim);
        prop_assert!((cost(x, y, dim, &order) - least).abs() <= 1e-9 * (1.0 + least));
    }

    #[test]
    fn the_cost_does_not_depend_on_the_order_of_the_points(seed in 0u64..1000, n in 2usize..120) {
        let (x, y) = (draw(Shape::Gaussian, 2, n, seed), draw(Shape::Moons, 2, n, seed + 1));
        let reversed: Vec<f32> = y.chunks(2).rev().flatten().copied().collect();
        let (a, b) = (cost(&x, &y, 2, &assign(&x, &y, 2)), cost(&x, &reversed, 2, &assign(&x, &reversed, 2)));
        prop_assert!((a - b).abs() < 1e-9 * (1.0 + a));
    }

    #[test]
    fn pairs_keep_their_points_and_cost_no_more_than_independent_ones(
        seed in 0u64..1000, n in 1usize..150, group in prop::sample::select(vec![0usize, 2, 3, 16, 64, 4096]),
    ) {
        let (x0, drawn) = (draw(Shape::EightGaussians, 2, n, seed), draw(Shape::Checkerboard, 2, n, seed + 7));
        let mut x1 = drawn.clone();
        optimal_transport(&x0, &mut x1, 2, group);
        let identity: Vec<usize> = (0..n).collect();
        prop_assert!(cost(&x0, &x1, 2, &identity) <= cost(&x0, &drawn, 2, &identity) + 1e-9);
        let bits = |points: &[f32]| {
            let mut rows: Vec<_> = points.chunks(2).map(|p| [p[0].to_bits(), p[1].to_bits()]).collect();
            rows.sort_unstable();
            rows
        };
        prop_assert_eq!(bits(&x1), bits(&drawn));
        let again = if group == 0 { n } else { group };
        for (a, b) in x0.chunks(2 * again).zip(x1.chunks(2 * again)) {
            let best = assign(a, b, 2);
            let kept: Vec<usize> = (0..a.len() / 2).collect();
            prop_assert!((cost(a, b, 2, &best) - cost(a, b, 2, &kept)).abs() < 1e-9 * (1.0 + cost(a, b, 2, &kept)));
        }
    }
}

#[test]
fn batches_cost_what_a_second_implementation_finds() {
    for (source, target, dim) in [
        (Shape::Gaussian, Shape::EightGaussians, 2),
        (Shape::Moons, Shape::Scurve, 2),
        (Shape::Gaussian, Shape::Uniform, 5),
        (Shape::Checkerboard, Shape::Checkerboard, 2),
    ] {
        for n in [1, 2, 16, 17, 47, 48, 49, 97, 128, 255, 256, 257, 400, 600] {
            let (x, y) = (draw(source, dim, n, 1), draw(target, dim, n, 2));
            let order = assign(&x, &y, dim);
            assert!(is_permutation(&order), "{source:?} to {target:?}, {n} points");
            let (ours, theirs) = (cost(&x, &y, dim, &order), second_opinion(&x, &y, dim));
            assert!(
                (ours - theirs).abs() < 1e-8 * (1.0 + theirs),
                "{source:?} to {target:?}, {n} points: {ours} for {theirs}"
            );
        }
    }
}

/// Points on a line, on top of each other, far apart, sorted: where bids could go on for ever.
#[test]
fn degenerate_points_are_assigned_as_well() {
    let n = 300; // the second implementation takes seconds for more
    let line = |scale: f32| -> Vec<f32> { (0..n).flat_map(|k| [k as f32 * scale, 0.0]).collect() };
    let same = vec![3.0f32; 2 * n];
    let heaps: Vec<f32> = (0..n).flat_map(|k| [(k % 2) as f32 * 1e4, (k % 3) as f32]).collect();
    let huge: Vec<f32> = draw(Shape::Gaussian, 2, n, 5).iter().map(|x| x * 1e12).collect();
    let far: Vec<f32> = draw(Shape::Gaussian, 2, n, 6).iter().map(|x| x + 1e5).collect();
    let sets = [line(1.0), line(1e-9), same, heaps, huge, far];
    for x in &sets {
        for y in &sets {
            let order = assign(x, y, 2);
            assert!(is_permutation(&order));
            let (ours, theirs) = (cost(x, y, 2, &order), second_opinion(x, y, 2));
            // Scores are |y|² - 2 x·y: their rounding is relative to the squares of the coordinates.
            let largest = x.iter().chain(y).fold(0.0f64, |m, &v| m.max((v as f64).powi(2)));
            assert!(ours <= theirs * (1.0 + 1e-9) + 1e-10 * largest * n as f64, "{ours} for {theirs}");
        }
    }
}

/// `n` draws from `spots` places, with noise of this size around each.
fn heaps(spots: usize, noise: f32, dim: usize, n: usize, seed: u64) -> Vec<f32> {
    let (places, around) = (draw(Shape::Gaussian, dim, spots, seed), draw(Shape::Gaussian, dim, n, seed + 100));
    let mut rng = stream(seed, Purpose::Metrics, 1);
    let rows = around.chunks(dim).flat_map(|around| {
        let place = rng.random_range(0..spots) * dim;
        places[place..place + dim].iter().zip(around).map(|(x, around)| x + noise * around).collect::<Vec<_>>()
    });
    rows.collect()
}

#[test]
fn repeated_points_cost_what_a_second_implementation_finds() {
    for dim in [1, 2, 7, 8, 40] {
        let distinct = |n, seed| draw(Shape::Gaussian, dim.max(2), n, seed)[..n * dim].to_vec();
        for n in [3, 17, 48, 130] {
            for spots in [1, 2, 3, 11, 40] {
                let many = heaps(spots, 0.0, dim, n, 3);
                let others = [distinct(n, 4), heaps(2, 0.0, dim, n, 5), heaps(9, 0.0, dim, n, 6), many.clone()];
                for other in &others {
                    for (x, y) in [(&many, other), (other, &many)] {
                        let order = assign(x, y, dim);
                        assert!(is_permutation(&order), "{n} points on {spots} spots in {dim} dimensions");
                        let (ours, theirs) = (cost(x, y, dim, &order), second_opinion(x, y, dim));
                        let close = (ours - theirs).abs() < 1e-8 * (1.0 + theirs);
                        assert!(close, "{n} points on {spots} spots in {dim} dimensions: {ours} for {theirs}");
                    }
                }
            }
        }
    }
}

/// Half of the points of either set in one place, the others anywhere; whole numbers; points that are nearly equal.
#[test]
fn sets_with_some_repeated_and_some_nearly_equal_points_cost_what_a_second_implementation_finds() {
    let n = 150;
    let rounded = |seed: u64, to: f32| -> Vec<f32> {
        draw(Shape::Gaussian, 2, n, seed).iter().map(|x| (x * to).round() / to).collect()
    };
    let half = |seed: u64| [vec![0.25; n], draw(Shape::Gaussian, 2, n / 2, seed)].concat();
    let signed: Vec<f32> = (0..2 * n).map(|k| if k % 3 == 0 { -0.0 } else { (k % 2) as f32 * 0.0 }).collect();
    let sets =
        [half(1), half(2), rounded(3, 1.0), rounded(4, 4.0), heaps(2, 1e-6, 2, n, 5), heaps(5, 1e-3, 2, n, 6), signed];
    for x in &sets {
        for y in &sets {
            let order = assign(x, y, 2);
            assert!(is_permutation(&order));
            let (ours, theirs) = (cost(x, y, 2, &order), second_opinion(x, y, 2));
            assert!((ours - theirs).abs() < 1e-8 * (1.0 + theirs), "{ours} for {theirs}");
        }
    }
}

/// On two spots the least cost is known: as many as there are too many on one of them must go to the other.
#[test]
fn ten_thousand_points_on_two_spots_are_assigned() {
    let n = 10_000;
    let spots =
        |first: usize| -> Vec<f32> { (0..n).flat_map(|k| if k < first { [0.0, 0.0] } else { [3.0, 4.0] }).collect() };
    let (x, y) = (spots(6_000), spots(3_500));
    assert!((cost(&x, &y, 2, &assign(&x, &y, 2)) - 2_500.0 * 25.0).abs() < 1e-6);
    // From points on a line the leftmost go to the left spot.
    let line: Vec<f32> = (0..n).flat_map(|k| [(k * 7_919 % n) as f32, 0.0]).collect();
    let y: Vec<f32> = (0..n).flat_map(|k| [if k < 4_000 { -5.0 } else { 9.0 }, 0.0]).collect();
    let least: f64 = (0..n).map(|k| (k as f64 - if k < 4_000 { -5.0 } else { 9.0 }).powi(2)).sum();
    let found = cost(&line, &y, 2, &assign(&line, &y, 2));
    assert!((found - least).abs() < 1e-9 * least, "{found} for {least}");
}

#[test]
fn points_of_many_coordinates_cost_what_a_second_implementation_finds() {
    for (dim, n) in [(7, 60), (8, 60), (13, 1), (64, 97), (784, 40)] {
        let (x, y) = (draw(Shape::Gaussian, dim, n, 1), draw(Shape::Uniform, dim, n, 2));
        let order = assign(&x, &y, dim);
        assert!(is_permutation(&order));
        let (ours, theirs) = (cost(&x, &y, dim, &order), second_opinion(&x, &y, dim));
        assert!((ours - theirs).abs() < 1e-8 * (1.0 + theirs), "{n} points in {dim} dimensions: {ours} for {theirs}");
    }
}

#[test]
fn training_on_transported_pairs_spends_less_energy() {
    let energy = |coupling: Coupling| {
        let config = Config { coupling, source: Shape::EightGaussians, ..Config::default() };
        let ends = flow_lab::data::inputs::Ends::default();
        let (source, target) = (ends.source(&config).unwrap(), ends.target(&config).unwrap());
        let batch = flow_lab::batch::sampler::Batches::new(&config, source, target, Vec::new()).batch(0);
        squared(&batch.x0, &batch.x1) / config.batch as f64
    };
    let (independent, ot) = (energy(Coupling::Independent), energy(Coupling::Ot));
    // W2² of these ends is 14.8 (a radius of 5 shrinks to about 1.5); independent pairs cost the sum of both spreads,
    // 31.
    assert!(ot < 0.6 * independent, "{ot} for {independent}");
}
