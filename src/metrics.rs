//! How far generated points are from the target.

use crate::error::Error;

/// Points up to which exact assignment takes seconds; beyond, minutes.
pub const W2_COUNT_MAX: usize = 1_000;

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
    let n = a.len() / dim;
    let squared = |i: usize, j: usize| -> f64 {
        let pairs = a[i * dim..(i + 1) * dim].iter().zip(&b[j * dim..(j + 1) * dim]);
        pairs.map(|(a, b)| (*a as f64 - *b as f64).powi(2)).sum()
    };
    let costs: Vec<f64> = (0..n * n).map(|k| squared(k / n, k % n)).collect();
    let costs = lapjv::Matrix::from_shape_vec((n, n), costs).map_err(|error| Error::Input(error.to_string()))?;
    let (columns, _) =
        lapjv::lapjv(&costs).map_err(|error| Error::Input(format!("W2 could not be assigned: {error:?}")))?;
    let total: f64 = columns.iter().enumerate().map(|(i, &j)| squared(i, j)).sum();
    Ok((total / n as f64).sqrt())
}

/// Sliced W2: the root mean square of the one-dimensional W2 over evenly spaced directions in the plane.
///
/// # Shapes
/// `a` and `b` are `n × 2` numbers.
pub fn sliced_w2(a: &[f32], b: &[f32], directions: usize) -> f64 {
    let sorted = |points: &[f32], angle: f64| {
        let mut along: Vec<f64> =
            points.chunks_exact(2).map(|p| p[0] as f64 * angle.cos() + p[1] as f64 * angle.sin()).collect();
        along.sort_by(f64::total_cmp);
        along
    };
    let slice = |k: usize| {
        let angle = std::f64::consts::PI * k as f64 / directions as f64;
        let (a, b) = (sorted(a, angle), sorted(b, angle));
        a.iter().zip(&b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / a.len() as f64
    };
    ((0..directions).map(slice).sum::<f64>() / directions as f64).sqrt()
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
        assert!((sliced_w2(&CLOUD, &shifted, 64) - (0.125f64).sqrt()).abs() < 1e-6);
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
