//! How far generated points are from the target.

use rand::RngExt;
use rand_distr::StandardNormal;

use crate::assignment::assign;
use crate::error::Error;
use crate::random::seed::{self, Purpose};

/// Points up to which exact assignment takes seconds: about 4 natively for 10,000, 1 in a browser for 2,000.
pub const W2_COUNT_MAX: usize = if cfg!(target_arch = "wasm32") { 2_000 } else { 10_000 };

/// Points of so many coordinates up to which it is: the cost is that of all pairs' distances.
pub fn w2_count_max(dim: usize) -> usize {
    let pairs = (W2_COUNT_MAX * W2_COUNT_MAX * 2 / dim.max(2)) as f64;
    W2_COUNT_MAX.min(pairs.sqrt() as usize)
}

/// The 2-Wasserstein distance between two sets of as many points, by exact assignment:
/// W2² = min over permutations π of 1/n Σ |a_i - b_π(i)|².
///
/// It is never 0 between two samples of one distribution: show the floor, W2 of two fresh
/// samples of the same size, beside it.
///
/// # Shapes
/// `a` and `b` are `n × dim` numbers.
///
/// # Errors
/// When the sizes differ, or the points hold something that is not a finite number.
pub fn w2(a: &[f32], b: &[f32], dim: usize) -> Result<f64, Error> {
    if a.len() != b.len() || a.is_empty() {
        return Err(Error::Input(format!(
            "W2 needs two sets of as many points, not {} and {}",
            a.len() / dim,
            b.len() / dim
        )));
    }
    if a.iter().chain(b).any(|x| !x.is_finite()) {
        return Err(Error::Input(
            "W2 needs finite points: the run has diverged; train again with a smaller learningRate".into(),
        ));
    }
    let squared = |i: usize, j: usize| -> f64 {
        let pairs = a[i * dim..(i + 1) * dim].iter().zip(&b[j * dim..(j + 1) * dim]);
        pairs.map(|(a, b)| (*a as f64 - *b as f64).powi(2)).sum()
    };
    let total: f64 = assign(a, b, dim).into_iter().enumerate().map(|(i, j)| squared(i, j)).sum();
    Ok((total / (a.len() / dim) as f64).sqrt())
}

/// Sliced W2: the root mean square of the one-dimensional W2 over `directions`, evenly spaced in the plane and
/// random, the same ones every time, in higher dimensions (Bonneel et al. 2015).
///
/// # Shapes
/// `a` and `b` are `n × dim` numbers.
pub fn sliced_w2(a: &[f32], b: &[f32], dim: usize, directions: usize) -> f64 {
    let mut rng = seed::stream(0, Purpose::Probes, 0);
    let mut direction = |k: usize| -> Vec<f64> {
        if dim == 2 {
            let angle = std::f64::consts::PI * k as f64 / directions as f64;
            return vec![angle.cos(), angle.sin()];
        }
        let normal: Vec<f64> = (0..dim).map(|_| rng.sample(StandardNormal)).collect();
        let length = normal.iter().map(|x| x * x).sum::<f64>().sqrt();
        normal.into_iter().map(|x| x / length).collect()
    };
    let sorted = |points: &[f32], direction: &[f64]| {
        let along = |p: &[f32]| p.iter().zip(direction).map(|(x, d)| *x as f64 * d).sum();
        let mut along: Vec<f64> = points.chunks_exact(dim).map(along).collect();
        along.sort_by(f64::total_cmp);
        along
    };
    let mut slice = |k: usize| {
        let direction = direction(k);
        let (a, b) = (sorted(a, &direction), sorted(b, &direction));
        a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64
    };
    ((0..directions).map(&mut slice).sum::<f64>() / directions as f64).sqrt()
}

/// How straight, and how costly, the trajectories are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathCost {
    /// E ∫ |v|² dt: the energy that the points spend.
    pub energy: f64,
    /// E ∫ |v - (x1 - x0)|² dt, 0 for straight lines at even speed (Liu et al. 2022, arXiv 2209.03003).
    pub straightness: f64,
}

/// Energy and straightness of trajectories, with v constant between two of their times.
///
/// # Shapes
/// `times` holds `T` numbers, `positions` `T × n × dim`.
pub fn path_cost(times: &[f32], positions: &[f32], dim: usize) -> PathCost {
    let state = positions.len() / times.len();
    let n = (state / dim).max(1) as f64;
    let (first, last) = (&positions[..state], &positions[positions.len() - state..]);
    let mut cost = PathCost { energy: 0.0, straightness: 0.0 };
    for k in 1..times.len() {
        let h = (times[k] - times[k - 1]) as f64;
        let (before, after) = (&positions[(k - 1) * state..k * state], &positions[k * state..(k + 1) * state]);
        for i in 0..state {
            let velocity = (after[i] - before[i]) as f64 / h;
            let straight = (last[i] - first[i]) as f64;
            cost.energy += h * velocity.powi(2) / n;
            cost.straightness += h * (velocity - straight).powi(2) / n;
        }
    }
    cost
}

/// Normalised path energy, |E ∫|v|² dt - W2²| / W2², where W2 is between source and target
/// (Tong et al. 2023, arXiv 2307.03672): 0 for optimal transport.
pub fn normalised_path_energy(energy: f64, w2_source_target: f64) -> f64 {
    (energy - w2_source_target.powi(2)).abs() / w2_source_target.powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOUD: [f32; 8] = [0.0, 0.0, 1.0, 0.5, -2.0, 3.0, 0.3, -1.0];

    #[test]
    fn w2_of_a_shifted_and_shuffled_cloud_is_the_shift() {
        let shifted: Vec<f32> = CLOUD.chunks(2).rev().flat_map(|p| [p[0] + 0.3, p[1] - 0.4]).collect();
        assert!((w2(&CLOUD, &shifted, 2).unwrap() - 0.5).abs() < 1e-6);
        // Averaged over directions, the squared shift along a direction is half of the whole.
        assert!((sliced_w2(&CLOUD, &shifted, 2, 64) - (0.125f64).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn w2_refuses_unequal_and_diverged_sets_with_a_sentence() {
        assert!(w2(&CLOUD, &CLOUD[..4], 2).is_err());
        assert!(w2(&CLOUD[..2], &[f32::NAN, 0.0], 2).unwrap_err().to_string().contains("diverged"));
    }

    #[test]
    fn a_straight_path_costs_its_squared_length_and_a_detour_more() {
        let straight = path_cost(&[0.0, 0.5, 1.0], &[0.0, 0.0, 1.5, 2.0, 3.0, 4.0], 2);
        assert!((straight.energy - 25.0).abs() < 1e-6 && straight.straightness.abs() < 1e-6);
        let detour = path_cost(&[0.0, 0.5, 1.0], &[0.0, 0.0, 3.0, 0.0, 3.0, 4.0], 2);
        assert!((detour.energy - 50.0).abs() < 1e-6 && (detour.straightness - 25.0).abs() < 1e-6);
    }
}
