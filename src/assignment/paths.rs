//! Rows find their columns, one each: by bids, and along shortest augmenting paths.

use super::columns::{BLOCK, Columns, Row, Rows};
use super::lanes::{least, position, two_least};
use super::search::Search;

/// Bids of an auction, as a multiple of the rows: heaps of equal points can outbid each other for long.
const BIDS: usize = 200;
/// Second bids in the row reduction, as a share of the rows: beyond it, paths are cheaper.
const REBIDS: usize = 3;
/// How much finer each further auction is, and the finest, at points of mean square 1.
const FINER: f64 = 5.0;
const FINEST: f64 = 1e-14;
/// No partner yet.
const NONE: u32 = u32::MAX;

pub struct Paths<'a> {
    rows: Rows<'a>,
    pub columns: Columns,
    row_of: Vec<u32>,
    pub column_of: Vec<u32>,
    search: Search,
    /// Bounds of a row, and scores of a block.
    bounds: Vec<f64>,
    scores: Vec<f64>,
}

impl<'a> Paths<'a> {
    pub fn new(rows: Rows<'a>, columns: Columns) -> Paths<'a> {
        let (n, blocks) = (columns.weight.len(), columns.blocks.ranges.len());
        Paths {
            rows,
            row_of: vec![NONE; n],
            column_of: vec![NONE; n],
            search: Search::of(&columns),
            bounds: vec![0.0; blocks],
            scores: vec![0.0; BLOCK],
            columns,
        }
    }

    /// Solves it: who has which column then stands in `column_of`, and the columns have their prices. Auctions with
    /// these increments come first.
    ///
    /// Heaps of nearly equal points have their own order, far below the increments, which bids only stir: then most
    /// rows are left without a column, and every path goes through a whole heap. Finer auctions sort it, down to f64's
    /// rounding.
    #[inline(always)]
    pub fn solve(&mut self, increments: &[f64]) {
        for &increment in increments {
            self.auction(increment);
        }
        let mut free = self.reduce_rows();
        let mut increment = increments.last().copied().unwrap_or(0.0) / FINER;
        while 2 * free.len() > self.row_of.len() && increment > FINEST {
            self.row_of.fill(NONE);
            self.column_of.fill(NONE);
            self.auction(increment);
            free = self.reduce_rows();
            increment /= FINER;
        }
        for row in free {
            self.augment(row);
        }
    }

    #[inline(always)]
    fn row(&self, i: usize) -> Row<'a> {
        self.rows.row(i)
    }

    /// Lets the rows bid for their columns, each raising a price by what makes the second best as good and `increment`
    /// more. Only the prices are kept.
    #[inline(always)]
    fn auction(&mut self, increment: f64) {
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
    fn reduce_rows(&mut self) -> Vec<usize> {
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
    fn augment(&mut self, start: usize) {
        let Paths { rows, columns, row_of, column_of, search, .. } = self;
        let row = |i: usize| rows.row(i);
        search.begin();
        search.add(columns, start, row(start), 0.0);
        let (end, length) = loop {
            let (j, distance) = search.nearest(columns, row);
            if row_of[j] == NONE {
                break (j, distance);
            }
            search.settle(columns, columns.blocks.of(j), j, distance);
            let owner = row_of[j] as usize;
            search.add(columns, owner, row(owner), columns.score(row(owner), j) - distance);
        };
        // Which row reached a column is found on the way back, among the rows that were in the tree before it.
        let (mut j, mut earlier) = (end, search.rows.len());
        loop {
            let k = search.reached_by(columns, row, j, earlier);
            let i = search.rows[k].0;
            let previous = column_of[i];
            row_of[j] = i as u32;
            column_of[i] = j as u32;
            if k == 0 {
                break;
            }
            // Row k entered the tree through column k - 1.
            j = previous as usize;
            earlier = k;
        }
        search.raise_prices(columns, length);
    }
}
