//! A batch in shares whose gradients are added in pairs, ((0 + 1) + (2 + 3)) + …: whoever works them out, one core or
//! several, here or in another worker of a browser, gets the same numbers to the last bit.

use super::layout::Layout;
use super::mlp_pass::{Examples, Passes};

/// Shares of a batch at most.
const SHARES_MAX: usize = 8;
/// Rows of a share at least: its gradient, and the weights that a helper is sent for it, must be worth their way. With 64 two
/// workers of a browser took longer over the digits than one.
const ROWS_MIN: usize = 128;
/// Multiplications and additions of a share at least, about a millisecond in a browser: it must be worth handing over.
pub const WORK_MIN: usize = 1 << 25;
/// Numbers that adding costs at most: memory is slow.
const ADDED_MAX: usize = 3 << 19;
/// Rows of a share are a multiple of this, which the passes' tiles divide.
const ROWS: usize = 8;

/// How often a batch of so many rows is halved, for `len` packed weights.
pub fn halvings(rows: usize, len: usize) -> usize {
    let worth = |shares: usize| {
        rows / shares >= ROWS_MIN && 6 * len * rows / shares >= WORK_MIN && (shares - 1) * len <= ADDED_MAX
    };
    (1..=SHARES_MAX.ilog2()).take_while(|&halvings| worth(1 << halvings)).count()
}

impl<'a> Examples<'a> {
    /// Both halves, of which the second is never the longer one.
    pub fn halves(self) -> (Examples<'a>, Examples<'a>) {
        let middle = self.count.div_ceil(2).next_multiple_of(ROWS).min(self.count);
        (self.part(0..middle), self.part(middle..self.count))
    }

    /// `2^halvings` parts, in their order.
    pub fn parts(self, halvings: usize) -> Vec<Examples<'a>> {
        match halvings {
            0 => vec![self],
            _ => {
                let (first, second) = self.halves();
                [first.parts(halvings - 1), second.parts(halvings - 1)].concat()
            }
        }
    }
}

/// Adds `2^n` parts, each a sum of squares and a gradient, in pairs: all of them stand in the first one then.
pub fn join(parts: &mut [(f64, Vec<f32>)]) {
    let mut apart = 1;
    while apart < parts.len() {
        for first in (0..parts.len()).step_by(2 * apart) {
            let (before, after) = parts.split_at_mut(first + apart);
            before[first].0 += after[0].0;
            add(&mut before[first].1, &after[0].1);
        }
        apart *= 2;
    }
}

pub(super) fn add(sum: &mut [f32], other: &[f32]) {
    sum.iter_mut().zip(other).for_each(|(sum, other)| *sum += other);
}

/// One who works out parts of a batch, in memory of its own.
pub struct Worker {
    passes: Passes,
    /// The gradient of its last part.
    pub gradient: Vec<f32>,
    /// One for every halving, for that of the second half.
    rooms: Vec<Vec<f32>>,
}

impl Worker {
    /// Room for parts that are halved so often.
    pub fn new(layout: Layout, halvings: usize) -> Worker {
        let zeros = vec![0.0; layout.len];
        Worker { passes: Passes::new(layout), rooms: vec![zeros.clone(); halvings], gradient: zeros }
    }

    /// Where the numbers of the packed weights stand.
    pub fn layout(&self) -> &Layout {
        self.passes.layout()
    }

    /// The sum of squares of a part, which is halved so often; the gradient, of the mean over `total` numbers, stays here.
    pub fn work(&mut self, weights: &[f32], part: Examples, total: usize, halvings: usize) -> f64 {
        let Worker { passes, gradient, rooms } = self;
        passes.prepare(weights);
        halved(passes, &mut rooms[..halvings], weights, part, total, gradient)
    }
}

fn halved(
    passes: &mut Passes,
    rooms: &mut [Vec<f32>],
    weights: &[f32],
    part: Examples,
    total: usize,
    gradient: &mut [f32],
) -> f64 {
    let Some((room, rooms)) = rooms.split_first_mut() else { return passes.loss(weights, part, total, gradient) };
    let (first, second) = part.halves();
    let sum =
        halved(passes, rooms, weights, first, total, gradient) + halved(passes, rooms, weights, second, total, room);
    add(gradient, room);
    sum
}
