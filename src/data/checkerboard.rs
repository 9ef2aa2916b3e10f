//! The dark cells of a board, any number of cells a side.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Distribution;

/// Uniform on the cells of [-half_width, half_width]² whose column + row is odd.
pub struct Checkerboard {
    /// Cells a side, at least 2.
    pub cells: usize,
    pub half_width: f32,
}

impl Checkerboard {
    fn cell_width(&self) -> f32 {
        2.0 * self.half_width / self.cells as f32
    }
}

impl Distribution for Checkerboard {
    fn sample(&self, n: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut points = Vec::with_capacity(2 * n);
        while points.len() < 2 * n {
            let (column, row) = (rng.random_range(0..self.cells), rng.random_range(0..self.cells));
            if (column + row) % 2 == 1 {
                for cell in [column, row] {
                    points.push((cell as f32 + rng.random::<f32>()) * self.cell_width() - self.half_width);
                }
            }
        }
        points
    }

    fn modes(&self) -> usize {
        self.cells * self.cells / 2
    }

    fn mode(&self, point: &[f32]) -> Option<usize> {
        if !point.iter().all(|x| x.abs() < self.half_width) {
            return None;
        }
        let cell = |x: f32| (((x + self.half_width) / self.cell_width()) as usize).min(self.cells - 1);
        let (column, row) = (cell(point[0]), cell(point[1]));
        // Every other cell is dark, so halving the running number counts the dark ones without gaps.
        ((column + row) % 2 == 1).then_some((row * self.cells + column) / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_cells_are_numbered_without_gaps_for_even_and_odd_boards() {
        for cells in 2..=12 {
            let board = Checkerboard { cells, half_width: 2.0 };
            let centre = |k: usize| (k as f32 + 0.5) * board.cell_width() - 2.0;
            let mut seen: Vec<_> =
                (0..cells * cells).filter_map(|k| board.mode(&[centre(k % cells), centre(k / cells)])).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..board.modes()).collect::<Vec<_>>(), "{cells} cells");
        }
    }
}
