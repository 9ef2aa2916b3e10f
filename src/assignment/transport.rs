//! Rows that stand for several equal points find columns that do: a transportation problem, along shortest augmenting
//! paths.
//!
//! Equal points one by one would be as many rows and columns with the same scores: every path would look at all of
//! them, and the time would grow with the cube of their number.

use super::columns::{Columns, Row, Rows};
use super::search::Search;

/// No row, no column.
const NONE: u32 = u32::MAX;

pub struct Transport<'a> {
    rows: Rows<'a>,
    pub columns: Columns,
    /// Points of every row that have no column yet, and of every column that have no row.
    left: Vec<u32>,
    room: Vec<u32>,
    /// The rows of every column, and how many points of each; the columns of every row.
    flows: Vec<Vec<(u32, u32)>>,
    columns_of: Vec<Vec<u32>>,
    search: Search,
    /// In the present tree: the column by which every row came, and the row by which every column did, if that is
    /// known: else it is the nearest of so many first rows.
    entry: Vec<u32>,
    by: Vec<u32>,
    earlier: Vec<u32>,
    in_tree: Vec<bool>,
}

impl<'a> Transport<'a> {
    /// # Shapes
    /// `points_of_rows` and `points_of_y` say how many points each row and each point of y stands for; both sums are
    /// the same.
    pub fn new(rows: Rows<'a>, columns: Columns, points_of_rows: Vec<u32>, points_of_y: &[u32]) -> Self {
        let (r, m) = (points_of_rows.len(), points_of_y.len());
        Transport {
            rows,
            left: points_of_rows,
            room: columns.index.iter().map(|&k| points_of_y[k]).collect(),
            flows: vec![Vec::new(); m],
            columns_of: vec![Vec::new(); r],
            search: Search::of(&columns),
            entry: vec![NONE; r],
            by: vec![NONE; m],
            earlier: vec![0; m],
            in_tree: vec![false; r],
            columns,
        }
    }

    /// Solves it: how many points go where then stands in [`Transport::flows`], and the columns have their prices.
    #[inline(always)]
    pub fn solve(&mut self) {
        for i in 0..self.left.len() {
            // As many as have room at the row's best column: at these prices nothing is better.
            let (j, _) = self.best(i);
            let amount = self.left[i].min(self.room[j]);
            self.give(i, j, amount);
        }
        for i in 0..self.left.len() {
            while self.left[i] > 0 {
                self.augment(i);
            }
        }
    }

    /// Column, row and number of points, for all that go together.
    pub fn flows(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let columns = self.flows.iter().enumerate();
        columns.flat_map(|(j, flows)| flows.iter().map(move |&(i, amount)| (j, i as usize, amount as usize)))
    }

    /// The score of a row at any of its columns: they are its best ones.
    pub fn dual(&self, i: usize) -> f64 {
        self.columns.score(self.rows.row(i), self.columns_of[i][0] as usize)
    }

    #[inline(always)]
    fn best(&mut self, i: usize) -> (usize, f64) {
        let rows = self.rows;
        self.search.begin();
        self.search.add(&self.columns, i, rows.row(i), 0.0);
        self.search.nearest(&self.columns, |i| rows.row(i))
    }

    /// Moves points of row `i` that have no column to column `j`, which has room.
    fn give(&mut self, i: usize, j: usize, amount: u32) {
        if amount > 0 {
            self.left[i] -= amount;
            self.room[j] -= amount;
            self.add(i, j, amount);
        }
    }

    fn add(&mut self, i: usize, j: usize, amount: u32) {
        match self.flows[j].iter_mut().find(|(row, _)| *row == i as u32) {
            Some((_, flow)) => *flow += amount,
            None => {
                self.flows[j].push((i as u32, amount));
                self.columns_of[i].push(j as u32);
            }
        }
    }

    fn take(&mut self, i: usize, j: usize, amount: u32) {
        let at = self.flows[j].iter().position(|(row, _)| *row == i as u32).expect("the row has points there");
        self.flows[j][at].1 -= amount;
        if self.flows[j][at].1 == 0 {
            self.flows[j].swap_remove(at);
            let at = self.columns_of[i].iter().position(|&column| column == j as u32).expect("as the column knows");
            self.columns_of[i].swap_remove(at);
        }
    }

    fn flow(&self, i: usize, j: usize) -> u32 {
        self.flows[j].iter().find(|(row, _)| *row == i as u32).map_or(0, |(_, amount)| *amount)
    }

    /// Gives points of a row a column along the shortest augmenting path, as many as fit through, and raises the prices
    /// of the columns on its way.
    #[inline(always)]
    fn augment(&mut self, start: usize) {
        let rows = self.rows;
        let row = |i: usize| -> Row<'a> { rows.row(i) };
        self.search.begin();
        let first = self.columns_of[start].first().map(|&j| self.columns.score(row(start), j as usize));
        let mut end = self.enter(start, NONE, 0.0, first);
        let (end, length) = loop {
            if let Some(end) = end {
                break end;
            }
            let (j, distance) = self.search.nearest(&self.columns, row);
            self.by[j] = NONE;
            self.earlier[j] = self.search.rows.len() as u32;
            if self.room[j] > 0 {
                break (j, distance);
            }
            self.search.settle(&self.columns, self.columns.blocks.of(j), j, distance);
            end = self.enter_all(j, distance);
        };
        self.push(start, end);
        self.search.raise_prices(&mut self.columns, length);
        for &(i, _) in &self.search.rows {
            self.in_tree[i] = false;
        }
    }

    /// Takes a row into the tree, whose other columns, if any, are at distance `tight`: the first of them that has room
    /// ends the search, else they are in the tree as well, and so are their rows.
    #[inline(always)]
    fn enter(&mut self, i: usize, entry: u32, offset: f64, tight: Option<f64>) -> Option<(usize, f64)> {
        let mut waiting = vec![(i, entry, offset)];
        self.in_tree[i] = true;
        while let Some((i, entry, offset)) = waiting.pop() {
            self.entry[i] = entry;
            self.search.add(&self.columns, i, self.rows.row(i), offset);
            let Some(distance) = tight else { continue };
            for at in 0..self.columns_of[i].len() {
                let j = self.columns_of[i][at] as usize;
                if self.is_settled(j) {
                    continue;
                }
                self.by[j] = i as u32;
                if self.room[j] > 0 {
                    // Rows that wait are in no tree.
                    waiting.into_iter().for_each(|(i, ..)| self.in_tree[i] = false);
                    return Some((j, distance));
                }
                self.search.settle(&self.columns, self.columns.blocks.of(j), j, distance);
                for at in 0..self.flows[j].len() {
                    let owner = self.flows[j][at].0 as usize;
                    if !std::mem::replace(&mut self.in_tree[owner], true) {
                        let offset = self.columns.score(self.rows.row(owner), j) - distance;
                        waiting.push((owner, j as u32, offset));
                    }
                }
            }
        }
        None
    }

    /// Takes the rows of a column that is in the tree into it.
    #[inline(always)]
    fn enter_all(&mut self, j: usize, distance: f64) -> Option<(usize, f64)> {
        for at in 0..self.flows[j].len() {
            let owner = self.flows[j][at].0 as usize;
            if !self.in_tree[owner] {
                let offset = self.columns.score(self.rows.row(owner), j) - distance;
                let end = self.enter(owner, j as u32, offset, Some(distance));
                if end.is_some() {
                    return end;
                }
            }
        }
        None
    }

    fn is_settled(&self, j: usize) -> bool {
        self.search.is_settled(self.columns.blocks.of(j), j)
    }

    /// Moves points along the path to `end`: each row on it gives up its entry for the next column.
    #[inline(always)]
    fn push(&mut self, start: usize, end: usize) {
        let rows = self.rows;
        let mut path = Vec::new();
        let mut amount = self.left[start].min(self.room[end]);
        let mut j = end;
        loop {
            let i = match self.by[j] {
                NONE => {
                    let earlier = self.earlier[j] as usize;
                    let k = self.search.reached_by(&self.columns, |i| rows.row(i), j, earlier);
                    self.search.rows[k].0
                }
                i => i as usize,
            };
            path.push((i, j));
            if i == start {
                break;
            }
            let entry = self.entry[i] as usize;
            amount = amount.min(self.flow(i, entry));
            j = entry;
        }
        self.left[start] -= amount;
        self.room[end] -= amount;
        for (i, j) in path {
            if i != start {
                self.take(i, self.entry[i] as usize, amount);
            }
            self.add(i, j, amount);
        }
    }
}
