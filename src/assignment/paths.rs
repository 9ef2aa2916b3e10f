//! Rows find their columns: by bids, and along shortest augmenting paths.

use super::columns::{BLOCK, Columns};
use super::lanes::{least, position, two_least};

/// Bids of an auction, as a multiple of the rows: heaps of equal points can outbid each other for long.
const BIDS: usize = 200;
/// Second bids in the row reduction, as a share of the rows: beyond it, paths are cheaper.
const REBIDS: usize = 3;
/// No partner yet.
const NONE: u32 = u32::MAX;

pub struct Paths<'a> {
    dim: usize,
    rows: &'a [f64],
    pub columns: Columns,
    row_of: Vec<u32>,
    pub column_of: Vec<u32>,
    /// Shortest distance found from the free row to every column; infinite once the column is in the tree.
    distance: Vec<f64>,
    /// The columns' weights, infinite once the column is in the tree.
    open_weight: Vec<f64>,
    /// Least distance in every block.
    nearest: Vec<f64>,
    /// Rows of the tree that every block has seen, and a lower bound of what the others would bring.
    seen: Vec<usize>,
    unseen: Vec<f64>,
    /// Bounds of a row, and scores of a block.
    bounds: Vec<f64>,
    scores: Vec<f64>,
}

impl<'a> Paths<'a> {
    pub fn new(rows: &'a [f64], columns: Columns) -> Paths<'a> {
        let (n, blocks) = (columns.weight.len(), columns.blocks.ranges.len());
        Paths {
            dim: columns.dim,
            rows,
            row_of: vec![NONE; n],
            column_of: vec![NONE; n],
            distance: vec![0.0; n],
            open_weight: vec![0.0; n],
            nearest: vec![0.0; blocks],
            seen: vec![0; blocks],
            unseen: vec![0.0; blocks],
            bounds: vec![0.0; blocks],
            scores: vec![0.0; BLOCK],
            columns,
        }
    }

    #[inline(always)]
    fn row(&self, i: usize) -> &'a [f64] {
        &self.rows[i * self.dim..(i + 1) * self.dim]
    }

    /// Lets the rows bid for their columns, each raising a price by what makes the second best as good and `increment`
    /// more. Only the prices are kept.
    #[inline(always)]
    pub fn auction(&mut self, increment: f64) {
        let mut bids = BIDS * self.row_of.len();
        for first in 0..self.row_of.len() {
            let mut i = first;
            while bids > 0 {
                bids -= 1;
                let (j, best, second) = self.best_two(i);
                self.columns.weight[j] += second - best + increment;
                let owner = std::mem::replace(&mut self.row_of[j], i as u32);
                if owner == NONE {
                    break;
                }
                i = owner as usize;
            }
        }
        self.row_of.fill(NONE);
    }

    /// Gives every row its best column at the price that the second best justifies; a row that loses its column
    /// bids again while that raises a price. Returns the rows left without one.
    #[inline(always)]
    pub fn reduce_rows(&mut self) -> Vec<usize> {
        let n = self.row_of.len();
        let mut free = Vec::new();
        let mut rebids = REBIDS * n;
        for first in 0..n {
            let mut i = first;
            loop {
                let (j, best, second) = self.best_two(i);
                let owner = self.row_of[j];
                if second > best {
                    self.columns.weight[j] += second - best;
                } else if owner != NONE {
                    free.push(i);
                    break;
                }
                self.row_of[j] = i as u32;
                self.column_of[i] = j as u32;
                if owner == NONE {
                    break;
                }
                self.column_of[owner as usize] = NONE;
                if second <= best || rebids == 0 {
                    free.push(owner as usize);
                    break;
                }
                rebids -= 1;
                i = owner as usize;
            }
        }
        free
    }

    /// The row's best column, its score, and the score of the second best.
    #[inline(always)]
    fn best_two(&mut self, i: usize) -> (usize, f64, f64) {
        let row = self.row(i);
        let (mut column, mut best, mut second) = (0, f64::INFINITY, f64::INFINITY);
        self.columns.bounds(row, &mut self.bounds);
        let first = position(&self.bounds, least(&self.bounds));
        let others = (0..self.bounds.len()).filter(|&b| b != first);
        for b in std::iter::once(first).chain(others) {
            if self.bounds[b] > second {
                continue;
            }
            let range = self.columns.blocks.ranges[b];
            let scores = &mut self.scores[..range.1 - range.0];
            self.columns.scores(row, range, &self.columns.weight, scores);
            let (low, next) = two_least(scores);
            if low < best {
                column = range.0 + position(scores, low);
                second = if next < best { next } else { best };
                best = low;
            } else if low < second {
                second = low;
            }
        }
        (column, best, if second.is_finite() { second } else { best })
    }

    /// Gives a free row a column along the shortest augmenting path, and raises the prices of the columns on its way.
    #[inline(always)]
    pub fn augment(&mut self, start: usize) {
        self.nearest.fill(f64::INFINITY);
        self.unseen.fill(f64::INFINITY);
        self.seen.fill(0);
        // Rows of the tree with what is taken off their scores; columns of the tree with their distances.
        let mut tree_rows = vec![(start, 0.0)];
        let mut tree_columns: Vec<(usize, f64)> = Vec::new();
        let (end, length) = loop {
            let (i, offset) = tree_rows[tree_rows.len() - 1];
            self.columns.bounds(self.row(i), &mut self.bounds);
            for (unseen, bound) in self.unseen.iter_mut().zip(&self.bounds) {
                let bound = bound - offset;
                *unseen = if bound < *unseen { bound } else { *unseen };
            }
            let b = self.nearest_block(&tree_rows);
            let (from, to) = self.columns.blocks.ranges[b];
            let j = from + position(&self.distance[from..to], self.nearest[b]);
            let (distance, owner) = (self.distance[j], self.row_of[j]);
            if owner == NONE {
                break (j, distance);
            }
            tree_columns.push((j, distance));
            self.distance[j] = f64::INFINITY;
            self.open_weight[j] = f64::INFINITY;
            self.nearest[b] = least(&self.distance[from..to]);
            let owner = owner as usize;
            tree_rows.push((owner, self.columns.score(self.row(owner), j) - distance));
        };
        // Which row reached a column is found on the way back, among the rows that were in the tree before it.
        let mut j = end;
        let mut earlier = tree_rows.len();
        loop {
            let reached = tree_rows[..earlier].iter().enumerate();
            let by = reached.map(|(k, &(i, offset))| (k, self.columns.score(self.row(i), j) - offset));
            let (k, _) = by.min_by(|a, b| a.1.total_cmp(&b.1)).expect("the tree holds its first row");
            let i = tree_rows[k].0;
            let previous = self.column_of[i];
            self.row_of[j] = i as u32;
            self.column_of[i] = j as u32;
            if k == 0 {
                break;
            }
            // Row k entered the tree through column k - 1.
            j = previous as usize;
            earlier = k;
        }
        for (j, distance) in tree_columns {
            self.columns.weight[j] += length - distance;
        }
    }

    /// The block that holds the nearest column; looks only into blocks that may.
    #[inline(always)]
    fn nearest_block(&mut self, tree_rows: &[(usize, f64)]) -> usize {
        loop {
            let low = least(&self.nearest);
            let bound = least(&self.unseen);
            if low <= bound {
                return position(&self.nearest, low);
            }
            let b = position(&self.unseen, bound);
            let (from, to) = self.columns.blocks.ranges[b];
            if self.seen[b] == 0 {
                self.distance[from..to].fill(f64::INFINITY);
                self.open_weight[from..to].copy_from_slice(&self.columns.weight[from..to]);
            }
            let distance = &mut self.distance[from..to];
            for &(i, offset) in &tree_rows[self.seen[b]..] {
                let row = &self.rows[i * self.dim..(i + 1) * self.dim];
                let scores = &mut self.scores[..to - from];
                self.columns.scores(row, (from, to), &self.open_weight, scores);
                for (distance, score) in distance.iter_mut().zip(scores.iter()) {
                    let by = score - offset;
                    *distance = if by < *distance { by } else { *distance };
                }
            }
            self.seen[b] = tree_rows.len();
            self.unseen[b] = f64::INFINITY;
            self.nearest[b] = least(distance);
        }
    }
}
