//! The dark cells of a board, any number of cells a side, in any dimension.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::data::Distribution;
use crate::data::mixture::{Exactness, Law, Mixture};

/// Uniform on the cells of [-half_width, half_width]^dim whose indices sum to an odd number.
pub struct Checkerboard {
    /// Coordinates of a point.
    pub dim: usize,
    /// Cells a side, at least 2.
    pub cells: usize,
    /// The board reaches so far along every axis.
    pub half_width: f32,
}

/// Cells beyond which the mixture is an estimate: 12 cells a side in 8 dimensions have 215 million dark ones.
const PARTS_MAX: usize = 1 << 18;

impl Checkerboard {
    fn cell_width(&self) -> f64 {
        2.0 * self.half_width as f64 / self.cells as f64
    }

    /// The running number among the dark cells of the one that holds a point, the first axis running fastest.
    fn dark_cell(&self, point: impl DoubleEndedIterator<Item = f64>) -> Option<usize> {
        let (mut running, mut sum) = (0, 0);
        for x in point.rev() {
            let from_edge = x + self.half_width as f64;
            if !(0.0..=2.0 * self.half_width as f64).contains(&from_edge) {
                return None;
            }
            let index = ((from_edge / self.cell_width()) as usize).min(self.cells - 1);
            (running, sum) = (running * self.cells + index, sum + index);
        }
        // Halving counts the dark cells without gaps: on an even board cells 2m and 2m + 1 are neighbours, so one is
        // dark; on an odd board the running number is odd where the sum is.
        (sum % 2 == 1).then_some(running / 2)
    }
}

impl Distribution for Checkerboard {
    fn dim(&self) -> usize {
        self.dim
    }

    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(self.dim * n);
        let mut cell = vec![0; self.dim];
        while points.len() < self.dim * n {
            cell.fill_with(|| rng.random_range(0..self.cells));
            if cell.iter().sum::<usize>() % 2 == 1 {
                let width = self.cell_width() as f32;
                points.extend(cell.iter().map(|&k| (k as f32 + rng.random::<f32>()) * width - self.half_width));
            }
        }
        points
    }

    fn modes(&self) -> usize {
        self.cells.pow(self.dim as u32) / 2
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        self.dark_cell(point.iter().map(|&x| x as f64))
    }

    fn mixture(&self) -> Mixture {
        if self.modes() > PARTS_MAX {
            return Mixture::estimate(self);
        }
        let edge = |k: usize| k as f64 * self.cell_width() - self.half_width as f64;
        let laws: Vec<_> = (0..self.cells).map(|k| Law::Uniform { low: edge(k), high: edge(k + 1) }).collect();
        let index = |running: usize, axis: usize| (running / self.cells.pow(axis as u32) % self.cells) as u32;
        let all = (0..self.cells.pow(self.dim as u32)).map(|k| (0..self.dim).map(move |axis| index(k, axis)));
        let parts: Vec<u32> = all.filter(|cell| cell.clone().sum::<u32>() % 2 == 1).flatten().collect();
        let weights = vec![1.0 / self.modes() as f64; self.modes()];
        Mixture { laws: vec![laws; self.dim], weights, parts, exactness: Exactness::Exact }
    }

    fn log_density(&self, point: &[f64]) -> Option<f64> {
        let volume = self.modes() as f64 * self.cell_width().powi(self.dim as i32);
        Some(self.dark_cell(point.iter().copied()).map_or(f64::NEG_INFINITY, |_| -volume.ln()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_cells_are_numbered_without_gaps_for_even_and_odd_boards() {
        for (dim, cells) in (2..=12).map(|cells| (2, cells)).chain([(3, 2), (3, 5), (3, 12), (4, 4), (4, 7), (8, 3)]) {
            let board = Checkerboard { dim, cells, half_width: 2.0 };
            let centre = |k: usize| ((k as f64 + 0.5) * board.cell_width() - 2.0) as f32;
            let point = |k: usize| (0..dim).map(|axis| centre(k / cells.pow(axis as u32) % cells)).collect::<Vec<_>>();
            let seen: Vec<_> = (0..cells.pow(dim as u32)).filter_map(|k| board.mode(&point(k))).collect();
            assert_eq!(seen, (0..board.modes()).collect::<Vec<_>>(), "{cells} cells, {dim} dimensions");
        }
    }
}
