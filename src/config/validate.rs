//! Combinations of options, each good alone, brought back to what there is and to what fits in memory.

use super::{Classes, Config, Coupling, Digit, Note, Shape};
use crate::config::option::Choice;
use crate::data::images::PIXELS;
use crate::data::shapes::text;

/// Hidden activations of one training step, `batch × width × depth`, that fit every device.
const ACTIVATIONS_MAX: usize = 1 << 25;
/// Points of all trajectories together, `count × (solverSteps + 1)`, that fit a browser's memory.
const POSITIONS_MAX: usize = 1 << 24;

/// Pairs whose optimal transport is found together at most: 4,096 take about half a second.
const GROUP_MAX: usize = 4_096;
/// Cells of a board in many dimensions, of which half are modes.
const CELLS_MAX: usize = 1 << 16;

/// Dimensions of a board up to which cells can be counted.
const BOARD_DIM_MAX: usize = 16;

impl Config {
    /// Brings combinations of options, each good alone, back to what fits in memory.
    pub fn validate(&mut self) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |option: &str, value: String, problem: String, used: String| {
            notes.push(Note { option: option.into(), value, problem, used: Some(used) });
        };
        let unknown = text::unknown(&self.text);
        if !unknown.is_empty() {
            let letters: String = unknown.iter().collect();
            let known: String = self.text.chars().filter(|c| !unknown.contains(c)).collect();
            let used = if known.trim().is_empty() { Config::default().text } else { known };
            note("text", self.text.clone(), format!("has no picture of {letters}: use letters of ASCII"), used.clone());
            self.text = used;
        }
        self.fit_dim(&mut note);
        self.fit_classes(&mut note);
        let batch_max = (ACTIVATIONS_MAX / (self.width * self.depth)).max(1);
        if self.batch > batch_max {
            let problem = format!(
                "must be at most {batch_max} at width {} and depth {}, so that batch × width × depth fits in memory",
                self.width, self.depth
            );
            note("batch", self.batch.to_string(), problem, batch_max.to_string());
            self.batch = batch_max;
        }
        if self.coupling == Coupling::Ot && self.group == 0 && self.batch > GROUP_MAX {
            let problem = format!(
                "must be 1 to {GROUP_MAX} where a batch has {} pairs, whose transport as a whole would take seconds a step",
                self.batch
            );
            note("group", "0".into(), problem, GROUP_MAX.to_string());
            self.group = GROUP_MAX;
        }
        let count_max = POSITIONS_MAX * 2 / self.dim / (self.solver_steps + 1);
        if self.count > count_max {
            let problem = format!(
                "must be at most {count_max} with {} solver steps, so that all trajectories fit in memory",
                self.solver_steps
            );
            note("count", self.count.to_string(), problem, count_max.to_string());
            self.count = count_max;
        }
        notes
    }

    /// Brings the dimension, and what depends on it, to what the two ends allow.
    fn fit_dim(&mut self, note: &mut impl FnMut(&str, String, String, String)) {
        let is_flat = |shape: Shape| !shape.takes_dim() && ![Shape::Points, Shape::Digits].contains(&shape);
        if self.needs_digits() {
            let (source, target) = (is_flat(self.source), is_flat(self.target));
            let gaussian = Shape::Gaussian.name();
            let problem = "lies in the plane, and digits have 784 coordinates";
            if source {
                note("source", self.source.name().into(), problem.into(), gaussian.into());
                self.source = Shape::Gaussian;
            } else if target {
                note("target", self.target.name().into(), problem.into(), gaussian.into());
                self.target = Shape::Gaussian;
            }
            if ![2, PIXELS].contains(&self.dim) {
                note("dim", self.dim.to_string(), format!("must be {PIXELS} for digits"), PIXELS.to_string());
            }
            self.dim = PIXELS;
        }
        if let Some(shape) =
            [self.source, self.target].into_iter().find(|&shape| is_flat(shape)).filter(|_| self.dim != 2)
        {
            let problem = format!("must be 2 for {}, which lies in the plane", shape.name());
            note("dim", self.dim.to_string(), problem, "2".into());
            self.dim = 2;
        }
        if ![self.source, self.target].contains(&Shape::Checkerboard) {
            return;
        }
        if self.dim > BOARD_DIM_MAX {
            let problem =
                format!("must be at most {BOARD_DIM_MAX} for a checkerboard, so that its cells can be counted");
            note("dim", self.dim.to_string(), problem, BOARD_DIM_MAX.to_string());
            self.dim = BOARD_DIM_MAX;
        }
        let cells = |board: usize| board.saturating_pow(self.dim as u32);
        if cells(self.board) > CELLS_MAX {
            let largest = (2..self.board).rev().find(|&board| cells(board) <= CELLS_MAX).unwrap_or(2);
            let problem =
                format!("must be at most {largest} in {} dimensions, so that the cells can be counted", self.dim);
            note("board", self.board.to_string(), problem, largest.to_string());
            self.board = largest;
        }
    }

    /// Takes back what is said of classes where there are none.
    fn fit_classes(&mut self, note: &mut impl FnMut(&str, String, String, String)) {
        let usual = Config::default();
        if self.classes == Classes::Told && (self.target != Shape::Digits || self.digit != Digit::All) {
            let problem =
                "must be ignored where the target has no classes: they are those of target=digits with digit=all";
            note("classes", "told".into(), problem.into(), usual.classes.name().into());
            self.classes = usual.classes;
        }
        if self.classes == Classes::Ignored && self.label != usual.label {
            let problem = "must be all where the network is not told the class: see classes";
            note("label", self.label.name().into(), problem.into(), usual.label.name().into());
            self.label = usual.label;
        }
        if self.guidance != usual.guidance && (self.classes == Classes::Ignored || self.label_drop == 0.0) {
            let problem =
                "must be 1 unless classes=told and labelDrop is above 0: the velocity without a class is not learned";
            note("guidance", self.guidance.to_string(), problem.into(), usual.guidance.to_string());
            self.guidance = usual.guidance;
        }
    }
}
