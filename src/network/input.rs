//! What a network reads.

use super::time;
use crate::config::TimeInput;

/// The points, as the first of the values that layers read.
pub const POINTS: usize = 0;
/// The time features, the second.
pub const FEATURES: usize = 1;
/// The label, the third: 1 in the column of its class, 0 in the others; no columns where the network is told none.
pub const LABEL: usize = 2;
/// Values that are given: layer `k` makes value `k + GIVEN`.
pub const GIVEN: usize = 3;

/// What a network reads: a point, its time, and its class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Input {
    /// Coordinates of a point.
    pub dim: usize,
    /// The form in which it is told the time.
    pub time: TimeInput,
    /// Classes that it is told; 0 for none.
    pub classes: usize,
}

impl Input {
    /// Columns of the values that are given to the first layers: the points, the time features, the label.
    pub fn columns(&self) -> [usize; 3] {
        [self.dim, time::feature_count(self.time), self.classes]
    }
}
