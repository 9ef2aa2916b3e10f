//! Dijkstra's search from a free row: a tree of rows, and the nearest column outside it.

use super::columns::{BLOCK, Columns, Row};
use super::lanes::{least, position};

/// Rows that a block has seen before it was looked at: not even its distances are set.
const UNTOUCHED: usize = usize::MAX;

pub struct Search {
    /// Rows of the tree with what is taken off their scores.
    pub rows: Vec<(usize, f64)>,
    /// Columns of the tree with their distances.
    pub settled: Vec<(usize, f64)>,
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

impl Search {
    pub fn of(columns: &Columns) -> Search {
        let (n, blocks) = (columns.weight.len(), columns.blocks.ranges.len());
        Search {
            rows: Vec::new(),
            settled: Vec::new(),
            distance: vec![0.0; n],
            open_weight: vec![0.0; n],
            nearest: vec![0.0; blocks],
            seen: vec![UNTOUCHED; blocks],
            unseen: vec![0.0; blocks],
            bounds: vec![0.0; blocks],
            scores: vec![0.0; BLOCK],
        }
    }

    /// An empty tree.
    #[inline(always)]
    pub fn begin(&mut self) {
        self.nearest.fill(f64::INFINITY);
        self.unseen.fill(f64::INFINITY);
        self.seen.fill(UNTOUCHED);
        self.rows.clear();
        self.settled.clear();
    }

    /// Takes a row into the tree.
    #[inline(always)]
    pub fn add(&mut self, columns: &Columns, i: usize, row: Row, offset: f64) {
        self.rows.push((i, offset));
        columns.bounds(row, &mut self.bounds);
        for (unseen, bound) in self.unseen.iter_mut().zip(&self.bounds) {
            let bound = bound - offset;
            *unseen = if bound < *unseen { bound } else { *unseen };
        }
    }

    /// The nearest column outside the tree, and its distance; looks only into blocks that may hold it.
    #[inline(always)]
    pub fn nearest<'r>(&mut self, columns: &Columns, row: impl Fn(usize) -> Row<'r>) -> (usize, f64) {
        loop {
            let low = least(&self.nearest);
            let bound = least(&self.unseen);
            if low <= bound {
                let (from, to) = columns.blocks.ranges[position(&self.nearest, low)];
                return (from + position(&self.distance[from..to], low), low);
            }
            let b = position(&self.unseen, bound);
            self.touch(columns, b);
            let (from, to) = columns.blocks.ranges[b];
            let distance = &mut self.distance[from..to];
            for &(i, offset) in &self.rows[self.seen[b]..] {
                let scores = &mut self.scores[..to - from];
                columns.scores(row(i), (from, to), &self.open_weight, scores);
                for (distance, score) in distance.iter_mut().zip(scores.iter()) {
                    let by = score - offset;
                    *distance = if by < *distance { by } else { *distance };
                }
            }
            self.seen[b] = self.rows.len();
            self.unseen[b] = f64::INFINITY;
            self.nearest[b] = least(distance);
        }
    }

    #[inline(always)]
    fn touch(&mut self, columns: &Columns, b: usize) {
        if self.seen[b] == UNTOUCHED {
            let (from, to) = columns.blocks.ranges[b];
            self.distance[from..to].fill(f64::INFINITY);
            self.open_weight[from..to].copy_from_slice(&columns.weight[from..to]);
            self.seen[b] = 0;
        }
    }

    /// Takes column `j`, of block `b`, into the tree.
    #[inline(always)]
    pub fn settle(&mut self, columns: &Columns, b: usize, j: usize, distance: f64) {
        self.touch(columns, b);
        self.settled.push((j, distance));
        let was = std::mem::replace(&mut self.distance[j], f64::INFINITY);
        self.open_weight[j] = f64::INFINITY;
        if was <= self.nearest[b] && was < f64::INFINITY {
            let (from, to) = columns.blocks.ranges[b];
            self.nearest[b] = least(&self.distance[from..to]);
        }
    }

    /// Whether column `j`, of block `b`, is in the tree.
    pub fn is_settled(&self, b: usize, j: usize) -> bool {
        self.seen[b] != UNTOUCHED && self.open_weight[j] == f64::INFINITY
    }

    /// Which of the first `earlier` rows of the tree is the nearest to column `j`.
    #[inline(always)]
    pub fn reached_by<'r>(&self, columns: &Columns, row: impl Fn(usize) -> Row<'r>, j: usize, earlier: usize) -> usize {
        let reached = self.rows[..earlier].iter().enumerate();
        let by = reached.map(|(k, &(i, offset))| (k, columns.score(row(i), j) - offset));
        by.min_by(|a, b| a.1.total_cmp(&b.1)).expect("the tree holds its first row").0
    }

    /// Raises the prices of the columns on the way to one at distance `length`.
    #[inline(always)]
    pub fn raise_prices(&self, columns: &mut Columns, length: f64) {
        for &(j, distance) in &self.settled {
            columns.weight[j] += length - distance;
        }
    }
}
