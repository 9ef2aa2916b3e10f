//! Exact assignment under squared distance: which permutation moves one set of points onto another at least cost.
//!
//! Jonker and Volgenant's method (Computing 38, 1987), augmenting row reduction and then shortest augmenting paths,
//! fitted to points in few dimensions in four ways. It never builds a cost matrix: a row of costs is cheaper to
//! compute than to load. It starts from the dual prices of half of the points, solved first: they are a potential
//! over the plane, so they price the other half almost rightly. Larger sets first pass through a few rounds of
//! Bertsekas's auction (Annals of Operations Research 14, 1988), which mend what the potential misses over long distances. And it looks
//! only into blocks of columns that a linear lower bound does not rule out.

mod columns;
mod lanes;
mod paths;

use macerator::{AutoArch, Simd, WithSimd};

use columns::Columns;
use paths::Paths;

/// Points that are assigned without a coarser solution before them.
const COARSEST: usize = 16;
/// Points from which the auction pays.
const AUCTION_FROM: usize = 256;
/// Its successive increments, over the number of points of mean square 1: measured; ratios of 5 are about the best.
const INCREMENTS: [f64; 3] = [100.0, 20.0, 4.0];

/// The permutation σ with the least Σ_i |x_i - y_σ(i)|², exact up to the rounding of f64.
///
/// # Shapes
/// `x` and `y` are `n × dim` numbers, all finite; the result has `n` indices into `y`.
///
/// # Panics
/// If the sizes differ, or a number is not finite.
pub fn assign(x: &[f32], y: &[f32], dim: usize) -> Vec<usize> {
    assert!(x.len() == y.len() && x.len().is_multiple_of(dim.max(1)), "assign needs two sets of as many points");
    assert!(x.iter().chain(y).all(|v| v.is_finite()), "assign needs finite points");
    AutoArch::new().dispatch(Levels { x, y, dim }) // compiles the loops for this machine's widest vectors
}

struct Levels<'a> {
    x: &'a [f32],
    y: &'a [f32],
    dim: usize,
}

impl WithSimd for Levels<'_> {
    type Output = Vec<usize>;

    #[inline(always)]
    fn with_simd<S: Simd>(self) -> Vec<usize> {
        levels(self.x, self.y, self.dim)
    }
}

/// Solves ever larger subsets, each from the prices of the one before.
#[inline(always)]
fn levels(x: &[f32], y: &[f32], dim: usize) -> Vec<usize> {
    let n = x.len() / dim.max(1);
    if n == 0 {
        return Vec::new();
    }
    // Who goes with whom does not change when either set is moved or scaled, and rounding is least around 0.
    let (Some(x), Some(y)) = (standardised(x, dim), standardised(y, dim)) else {
        return (0..n).collect(); // all in one place: every permutation costs the same
    };
    let order = spread_order(n);
    let mut sizes = vec![n];
    while sizes[sizes.len() - 1] > COARSEST {
        sizes.push(sizes[sizes.len() - 1] / 2);
    }
    let mut coarse: (Vec<f64>, Vec<f64>) = Default::default();
    let mut assigned = Vec::new();
    for &size in sizes.iter().rev() {
        let rows: Vec<f64> = order[..size].iter().flat_map(|&i| &x[i * dim..(i + 1) * dim]).copied().collect();
        let columns = Columns::new(&y, dim, &order[..size], &coarse.0, &coarse.1);
        let mut paths = Paths::new(&rows, columns);
        if size > AUCTION_FROM {
            for increment in INCREMENTS {
                paths.auction(increment / size as f64);
            }
        }
        let free = paths.reduce_rows();
        for row in free {
            paths.augment(row);
        }
        let duals = (0..size).map(|i| paths.columns.score(&rows[i * dim..(i + 1) * dim], paths.column_of[i] as usize));
        let duals: Vec<f64> = duals.collect();
        if size == n {
            assigned = vec![0; n];
            for (k, &i) in order.iter().enumerate() {
                assigned[i] = paths.columns.index[paths.column_of[k] as usize];
            }
        }
        coarse = (rows, duals);
    }
    assigned
}

/// The points with mean 0 and mean square distance 1 from it; `None` if they are all the same.
fn standardised(points: &[f32], dim: usize) -> Option<Vec<f64>> {
    let n = (points.len() / dim) as f64;
    let mut moved: Vec<f64> = points.iter().map(|&v| v as f64).collect();
    for d in 0..dim {
        let mean = moved.iter().skip(d).step_by(dim).sum::<f64>() / n;
        moved.iter_mut().skip(d).step_by(dim).for_each(|v| *v -= mean);
    }
    let largest = moved.iter().fold(0.0f64, |largest, v| largest.max(v.abs()));
    let scale = (moved.iter().map(|v| (v / largest).powi(2)).sum::<f64>() / n).sqrt() * largest;
    (largest > 0.0).then(|| moved.iter().map(|v| v / scale).collect())
}

/// An order of 0..n whose every beginning is spread over the whole, should the points be sorted.
fn spread_order(n: usize) -> Vec<usize> {
    let gcd = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let golden = (n as f64 * 0.618_033_988_75) as usize;
    let stride = (golden.max(1)..).find(|&stride| gcd(stride, n) == 1).unwrap_or(1);
    (0..n).map(|k| ((k as u128 * stride as u128) % n as u128) as usize).collect()
}
