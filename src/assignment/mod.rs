//! Exact assignment under squared distance: which permutation moves one set of points onto another at least cost.
//!
//! Jonker and Volgenant's method (Computing 38, 1987), augmenting row reduction and then shortest augmenting paths,
//! fitted to points in few dimensions in four ways. It never builds a cost matrix: a row of costs is cheaper to
//! compute than to load. It starts from the dual prices of half of the points, solved first: they are a potential
//! over the plane, so they price the other half almost rightly. Larger sets first pass through a few rounds of
//! Bertsekas's auction (Annals of Operations Research 14, 1988), which mend what the potential misses over long
//! distances. And it looks only into blocks of columns that a linear lower bound does not rule out.
//!
//! Two cases are another's. Where many points are equal, those that are become one row or column with a number: see
//! `transport.rs`. In many dimensions a row of costs is dear, and no bound rules anything out: there the inner products
//! are kept, as far as there is room.

mod columns;
mod lanes;
mod paths;
mod search;
mod transport;

use macerator::{AutoArch, Simd, WithSimd};

use columns::{Columns, Rows};
use paths::Paths;
use transport::Transport;

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

/// Dimensions from which inner products are kept, and how many at most: 128 MB, those of 4,096 points.
const KEPT_FROM: usize = 8;
const KEPT_MAX: usize = 1 << 24;
/// Distinct points, as a share of all, up to which equal ones are taken together.
const REPEATED: f64 = 0.75;

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
    let (Some(sx), Some(sy)) = (standardised(x, dim), standardised(y, dim)) else {
        return (0..n).collect(); // all in one place: every permutation costs the same
    };
    let order = spread_order(n);
    let mut sizes = vec![n];
    while sizes[sizes.len() - 1] > COARSEST {
        sizes.push(sizes[sizes.len() - 1] / 2);
    }
    sizes.reverse();
    let (rows, columns) = (Distinct::of(x, dim, &order), Distinct::of(y, dim, &order));
    if rows.count().min(columns.count()) as f64 > REPEATED * n as f64 {
        let all = |points: &[f64]| -> Vec<f64> {
            order.iter().flat_map(|&i| &points[i * dim..(i + 1) * dim]).copied().collect()
        };
        let column_of = one_each(&all(&sx), &all(&sy), dim, &sizes);
        let mut assigned = vec![0; n];
        order.iter().zip(column_of).for_each(|(&i, j)| assigned[i] = order[j]);
        return assigned;
    }
    // Fewer rows are fewer trees.
    let swapped = rows.count() > columns.count();
    let pairs = match swapped {
        false => several_each((&sx, &rows), (&sy, &columns), dim, &sizes),
        true => several_each((&sy, &columns), (&sx, &rows), dim, &sizes),
    };
    let mut assigned = vec![0; n];
    for (a, b) in pairs {
        let (i, j) = if swapped { (b, a) } else { (a, b) };
        assigned[order[i]] = order[j];
    }
    assigned
}

/// The column of every row, of points that are in the order in which the levels take them.
#[inline(always)]
fn one_each(x: &[f64], y: &[f64], dim: usize, sizes: &[usize]) -> Vec<usize> {
    let products = kept_products(x, y, dim);
    let mut duals = Vec::new();
    let mut column_of = Vec::new();
    for &size in sizes {
        let rows = Rows { points: &x[..size * dim], dim, products: products.as_deref().map(|p| (p, y.len() / dim)) };
        let mut paths = Paths::new(rows, Columns::new(y, size, rows, &duals));
        let increments = INCREMENTS.map(|increment| increment / size as f64);
        paths.solve(if size > AUCTION_FROM { &increments[..] } else { &[] });
        let columns = paths.column_of.iter().map(|&j| j as usize);
        duals = columns.clone().enumerate().map(|(i, j)| paths.columns.score(rows.row(i), j)).collect();
        column_of = columns.map(|j| paths.columns.index[j]).collect();
    }
    column_of
}

/// The same of points of which many are equal, as pairs of their places in the order.
#[inline(always)]
fn several_each(
    (x, rows): (&[f64], &Distinct),
    (y, columns): (&[f64], &Distinct),
    dim: usize,
    sizes: &[usize],
) -> Vec<(usize, usize)> {
    let (x, y) = (rows.points(x, dim), columns.points(y, dim));
    let products = kept_products(&x, &y, dim);
    let mut duals = Vec::new();
    let mut pairs = Vec::new();
    for &size in sizes {
        let (of_rows, of_columns) = (rows.counts(size), columns.counts(size));
        let level = Rows { points: &x, dim, products: products.as_deref().map(|p| (p, columns.count())) };
        let count = of_rows.len();
        let mut transport =
            Transport::new(level, Columns::new(&y, of_columns.len(), level, &duals), of_rows, &of_columns);
        transport.solve();
        duals = (0..count).map(|i| transport.dual(i)).collect();
        if size == sizes[sizes.len() - 1] {
            let (mut from, mut to) = (rows.places(), columns.places());
            for (j, i, amount) in transport.flows() {
                let to = &mut to[transport.columns.index[j]];
                let of_row = from[i].len() - amount;
                let of_column = to.len() - amount;
                pairs.extend(from[i].drain(of_row..).zip(to.drain(of_column..)));
            }
        }
    }
    pairs
}

/// Which points are equal, of points in an order.
struct Distinct {
    /// A number for every place in the order, counted from 0 as they first appear: so that a beginning holds the first
    /// few.
    ids: Vec<u32>,
    /// A point with that number.
    first: Vec<usize>,
}

impl Distinct {
    fn of(points: &[f32], dim: usize, order: &[usize]) -> Distinct {
        let point = |k: usize| &points[k * dim..(k + 1) * dim];
        let by_value = |&a: &usize, &b: &usize| point(a).partial_cmp(point(b)).unwrap_or(std::cmp::Ordering::Equal);
        let mut sorted = order.to_vec();
        sorted.sort_by(by_value);
        // A group for every point, then a number for every group.
        let mut group = vec![0u32; order.len()];
        for pair in sorted.windows(2) {
            group[pair[1]] = group[pair[0]] + u32::from(point(pair[0]) != point(pair[1]));
        }
        let mut number = vec![u32::MAX; order.len()];
        let (mut ids, mut first) = (Vec::with_capacity(order.len()), Vec::new());
        for &k in order {
            let number = &mut number[group[k] as usize];
            if *number == u32::MAX {
                *number = first.len() as u32;
                first.push(k);
            }
            ids.push(*number);
        }
        Distinct { ids, first }
    }

    fn count(&self) -> usize {
        self.first.len()
    }

    /// One of each, in the order of their numbers.
    fn points(&self, points: &[f64], dim: usize) -> Vec<f64> {
        self.first.iter().flat_map(|&k| &points[k * dim..(k + 1) * dim]).copied().collect()
    }

    /// How often each is there among the first `size`.
    fn counts(&self, size: usize) -> Vec<u32> {
        let mut counts = Vec::new();
        for &id in &self.ids[..size] {
            if id as usize == counts.len() {
                counts.push(0);
            }
            counts[id as usize] += 1;
        }
        counts
    }

    /// The places of each in the order.
    fn places(&self) -> Vec<Vec<usize>> {
        let mut places = vec![Vec::new(); self.count()];
        self.ids.iter().enumerate().for_each(|(place, &id)| places[id as usize].push(place));
        places
    }
}

/// -2 x·y of every row with every column, where a row of them is dear and there is room.
///
/// # Shapes
/// `x` `r × dim`, `y` `m × dim`, the result `r × m`.
#[inline(always)]
fn kept_products(x: &[f64], y: &[f64], dim: usize) -> Option<Vec<f64>> {
    const ROWS: usize = 4;
    const COLUMNS: usize = 8;
    let (r, m) = (x.len() / dim, y.len() / dim);
    if dim < KEPT_FROM || r.saturating_mul(m) > KEPT_MAX {
        return None;
    }
    let mut products = vec![0.0; r * m];
    // A tile of columns, one axis after the other; what is missing at the border is 0.
    let mut tile = vec![[0.0; COLUMNS]; dim];
    for from in (0..m).step_by(COLUMNS) {
        let columns = COLUMNS.min(m - from);
        for (d, axis) in tile.iter_mut().enumerate() {
            *axis = std::array::from_fn(|j| if j < columns { -2.0 * y[(from + j) * dim + d] } else { 0.0 });
        }
        for first in (0..r).step_by(ROWS) {
            // The last rows are done twice rather than one by one.
            let rows: [&[f64]; ROWS] = std::array::from_fn(|i| {
                let i = (first + i).min(r - 1);
                &x[i * dim..(i + 1) * dim]
            });
            let mut sums = [[0.0; COLUMNS]; ROWS];
            for (d, axis) in tile.iter().enumerate() {
                for (sums, row) in sums.iter_mut().zip(&rows) {
                    let x = row[d];
                    sums.iter_mut().zip(axis).for_each(|(sum, y)| *sum += x * y);
                }
            }
            for (i, sums) in sums.iter().enumerate().take(r - first) {
                let at = (first + i) * m + from;
                products[at..at + columns].copy_from_slice(&sums[..columns]);
            }
        }
    }
    Some(products)
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
