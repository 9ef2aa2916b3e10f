//! The columns of an assignment: the points y with their prices, in blocks of neighbours.

/// Columns of a block at most: few enough to lie close together, enough to fill vector registers.
pub const BLOCK: usize = 48;

/// The points x.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub points: &'a [f64],
    pub dim: usize,
    /// -2 x·y of every row with every column, where they are kept: rows of so many numbers.
    pub products: Option<(&'a [f64], usize)>,
}

/// A point x, with its products if they are kept.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    point: &'a [f64],
    products: Option<&'a [f64]>,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    pub fn row(&self, i: usize) -> Row<'a> {
        Row {
            point: &self.points[i * self.dim..(i + 1) * self.dim],
            products: self.products.map(|(products, stride)| &products[i * stride..(i + 1) * stride]),
        }
    }
}

/// The points y, sorted into blocks of neighbours, with their prices p.
pub struct Columns {
    pub dim: usize,
    /// The index in `y` of every column.
    pub index: Vec<usize>,
    /// -2 y, one axis after the other.
    minus_2y: Vec<f64>,
    /// |y|² + p: a row's score of a column is this - 2 x·y, its cost plus price less |x|².
    pub weight: Vec<f64>,
    pub blocks: Blocks,
}

/// Blocks of columns, each with a plane that lies below its weights: base + slope·(y - centre).
///
/// At the start weights are a maximum of planes, hence convex, and a tangent lies below them; prices only rise after
/// that.
#[derive(Default)]
pub struct Blocks {
    /// First column and the one after the last.
    pub ranges: Vec<(usize, usize)>,
    /// The block of every column.
    of: Vec<u32>,
    base: Vec<f64>,
    /// One axis after the other, like `half` and `slope`.
    centre: Vec<f64>,
    half: Vec<f64>,
    slope: Vec<f64>,
}

impl Blocks {
    fn new(ranges: Vec<(usize, usize)>) -> Blocks {
        let of = ranges.iter().enumerate().flat_map(|(b, &(from, to))| (from..to).map(move |_| b as u32)).collect();
        Blocks { ranges, of, ..Blocks::default() }
    }

    /// The block of column `j`.
    #[inline(always)]
    pub fn of(&self, j: usize) -> usize {
        self.of[j] as usize
    }
}

impl Columns {
    /// Columns, the first `n` points of `y`, with prices that leave every row at least its dual: the largest of dual -
    /// cost. Without rows, prices of 0. Where products are kept the columns stay in their order, and no bounds are: a
    /// product costs less.
    #[inline(always)]
    pub fn new(y: &[f64], n: usize, rows: Rows, duals: &[f64]) -> Columns {
        let dim = rows.dim;
        let (mut index, mut ranges) = ((0..n).collect::<Vec<_>>(), Vec::new());
        match rows.products {
            Some(_) => ranges.extend((0..n).step_by(BLOCK).map(|from| (from, n.min(from + BLOCK)))),
            None => split(&mut index, 0, y, dim, &mut ranges),
        }
        let blocks = Blocks::new(ranges);
        let kept = if rows.products.is_some() { 0 } else { n * dim };
        let mut columns = Columns { dim, minus_2y: vec![0.0; kept], weight: vec![0.0; n], blocks, index };
        for (j, &k) in columns.index.iter().enumerate() {
            for d in 0..dim {
                let value = y[k * dim + d];
                if kept > 0 {
                    columns.minus_2y[d * n + j] = -2.0 * value;
                }
                columns.weight[j] += value * value;
            }
        }
        if !duals.is_empty() {
            columns.price(rows, duals);
        }
        if rows.products.is_none() {
            columns.bound_blocks(rows.points, duals);
        }
        columns
    }

    /// weight = max over rows of dual + 2 x·y.
    #[inline(always)]
    fn price(&mut self, rows: Rows, duals: &[f64]) {
        let n = self.weight.len();
        self.weight.fill(f64::NEG_INFINITY);
        let mut planes = vec![0.0; n];
        for (i, dual) in duals.iter().enumerate() {
            let Row { point, products } = rows.row(i);
            if let Some(products) = products {
                planes.iter_mut().zip(products).for_each(|(plane, product)| *plane = dual - product);
            } else {
                planes.fill(*dual);
                for (d, x) in point.iter().enumerate() {
                    for (plane, y) in planes.iter_mut().zip(&self.minus_2y[d * n..(d + 1) * n]) {
                        *plane -= x * y;
                    }
                }
            }
            for (weight, plane) in self.weight.iter_mut().zip(&planes) {
                *weight = if *plane > *weight { *plane } else { *weight };
            }
        }
    }

    fn bound_blocks(&mut self, rows: &[f64], duals: &[f64]) {
        let (n, dim, count) = (self.weight.len(), self.dim, self.blocks.ranges.len());
        let blocks = &mut self.blocks;
        blocks.base = vec![0.0; count];
        for axes in [&mut blocks.centre, &mut blocks.half, &mut blocks.slope] {
            *axes = vec![0.0; dim * count];
        }
        for (b, &(start, end)) in blocks.ranges.iter().enumerate() {
            let y = |d: usize, j: usize| -0.5 * self.minus_2y[d * n + j];
            for d in 0..dim {
                let values = (start..end).map(|j| y(d, j));
                let (low, high) =
                    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
                blocks.centre[d * count + b] = 0.5 * (low + high);
                blocks.half[d * count + b] = 0.5 * (high - low);
            }
            let centre = |d: usize| blocks.centre[d * count + b];
            // The tangent at the centre: of |y|² without rows, else of the row whose plane is highest there.
            let plane = |i: usize| duals[i] + (0..dim).map(|d| 2.0 * rows[i * dim + d] * centre(d)).sum::<f64>();
            let highest = (0..duals.len()).max_by(|&a, &b| plane(a).total_cmp(&plane(b)));
            let slope: Vec<f64> =
                (0..dim).map(|d| highest.map_or(2.0 * centre(d), |i| 2.0 * rows[i * dim + d])).collect();
            let above = |j: usize| self.weight[j] - (0..dim).map(|d| slope[d] * (y(d, j) - centre(d))).sum::<f64>();
            let base = (start..end).map(above).fold(f64::INFINITY, f64::min);
            blocks.base[b] = base - 1e-9 * (1.0 + base.abs()); // scores and bounds are rounded differently
            for (d, slope) in slope.into_iter().enumerate() {
                blocks.slope[d * count + b] = slope;
            }
        }
    }

    #[inline(always)]
    pub fn score(&self, row: Row, j: usize) -> f64 {
        let n = self.weight.len();
        if let Some(products) = row.products {
            return self.weight[j] + products[j];
        }
        row.point.iter().enumerate().fold(self.weight[j], |score, (d, x)| score + x * self.minus_2y[d * n + j])
    }

    /// A lower bound of the row's scores in every block.
    #[inline(always)]
    pub fn bounds(&self, Row { point: row, products }: Row, bounds: &mut [f64]) {
        if products.is_some() {
            return bounds.fill(f64::NEG_INFINITY);
        }
        let Blocks { base, centre, half, slope, .. } = &self.blocks;
        let count = base.len();
        bounds.copy_from_slice(base);
        for (d, x) in row.iter().enumerate() {
            let axis = d * count..(d + 1) * count;
            let (centre, half, slope) = (&centre[axis.clone()], &half[axis.clone()], &slope[axis]);
            for ((bound, centre), (half, slope)) in bounds.iter_mut().zip(centre).zip(half.iter().zip(slope)) {
                *bound -= (slope - 2.0 * x).abs() * half + 2.0 * x * centre;
            }
        }
    }

    /// Writes the row's scores of the columns `start..end`, with `weight` in place of their own.
    #[inline(always)]
    pub fn scores(&self, row: Row, (start, end): (usize, usize), weight: &[f64], into: &mut [f64]) {
        let n = self.weight.len();
        let Row { point: row, products } = row;
        if let Some(products) = products {
            for ((into, weight), product) in into.iter_mut().zip(&weight[start..end]).zip(&products[start..end]) {
                *into = weight + product;
            }
        } else if let [a, b] = *row {
            let (ya, yb) = (&self.minus_2y[start..end], &self.minus_2y[n + start..n + end]);
            for ((into, weight), (ya, yb)) in into.iter_mut().zip(&weight[start..end]).zip(ya.iter().zip(yb)) {
                *into = weight + a * ya + b * yb;
            }
        } else {
            into.copy_from_slice(&weight[start..end]);
            for (d, x) in row.iter().enumerate() {
                for (into, y) in into.iter_mut().zip(&self.minus_2y[d * n + start..d * n + end]) {
                    *into += x * y;
                }
            }
        }
    }
}

/// Halves `index` at the median of its widest axis until a block is left.
fn split(index: &mut [usize], start: usize, y: &[f64], dim: usize, ranges: &mut Vec<(usize, usize)>) {
    if index.len() <= BLOCK {
        ranges.push((start, start + index.len()));
        return;
    }
    let width = |d: usize| {
        let values = index.iter().map(|&k| y[k * dim + d]);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        high - low
    };
    let widest = (0..dim).max_by(|&a, &b| width(a).total_cmp(&width(b))).unwrap_or(0);
    let middle = index.len() / 2;
    index.select_nth_unstable_by(middle, |&a, &b| y[a * dim + widest].total_cmp(&y[b * dim + widest]));
    let (left, right) = index.split_at_mut(middle);
    split(left, start, y, dim, ranges);
    split(right, start + middle, y, dim, ranges);
}
