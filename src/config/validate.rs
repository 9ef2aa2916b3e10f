//! Combinations of options, each good alone, brought back to what there is and to what fits in memory.

use super::{Classes, Config, Coupling, Digit, Note, Shape};
use crate::config::option::Choice;
use crate::data::images::PIXELS;
use crate::data::shapes::text;

/// Hidden activations of one training step, `batch × width × depth`, that fit every device; as many go into the joined
/// input.
const ACTIVATIONS_MAX: usize = 1 << 25;
/// Numbers of one end of a batch, `batch × dim`: a step holds about eight arrays of them, of 32 MB each then.
const BATCH_NUMBERS_MAX: usize = 1 << 23;
/// Numbers of points that are drawn once, `points × dim`, 200 MB: all of MNIST's 60,000 training digits and some more.
const POINT_NUMBERS_MAX: usize = 3 << 24;
/// Numbers of all trajectories together, `count × times × dim`, that fit a browser's memory: 128 MB.
const POSITION_NUMBERS_MAX: usize = 1 << 25;

/// Pairs whose optimal transport is found together at most: 4,096 take about half a second.
const GROUP_MAX: usize = 4_096;
/// Cells of a board in many dimensions, of which half are modes.
const CELLS_MAX: usize = 1 << 16;

/// Dimensions of a board up to which cells can be counted.
pub const BOARD_DIM_MAX: usize = 16;

/// Whether a reader asked for this option to have this value: then another one is not taken without a note.
type Asked<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Notes in the making.
struct Notes<'a> {
    notes: Vec<Note>,
    asked: Asked<'a>,
}

impl Notes<'_> {
    fn add(&mut self, option: &str, value: impl ToString, problem: impl Into<String>, used: impl ToString) {
        let (value, used) = (value.to_string(), used.to_string());
        self.notes.push(Note { option: option.into(), value, problem: problem.into(), used: Some(used) });
    }

    /// The same where the option was asked for; a default gives way by itself.
    fn add_if_asked(&mut self, option: &str, value: impl ToString, problem: impl Into<String>, used: impl ToString) {
        let value = value.to_string();
        if (self.asked)(option, &value) {
            self.add(option, value, problem, used);
        }
    }
}

impl Config {
    /// Brings combinations of options, each good alone, back to what fits in memory. What has the value of its preset
    /// counts as not asked for, and gives way without a note.
    pub fn validate(&mut self) -> Vec<Note> {
        let usual = Config::of_preset(self.preset).pairs();
        self.fit(&|name, value| !usual.iter().any(|(usual, theirs)| *usual == name && theirs == value))
    }

    /// The same where it is known what was asked for.
    pub(super) fn fit(&mut self, asked: Asked) -> Vec<Note> {
        let mut notes = Notes { notes: Vec::new(), asked };
        let unknown = text::unknown(&self.text);
        if !unknown.is_empty() {
            let letters: String = unknown.iter().collect();
            let known: String = self.text.chars().filter(|c| !unknown.contains(c)).collect();
            let used = if known.trim().is_empty() { Config::default().text } else { known };
            notes.add("text", &self.text, format!("has no picture of {letters}: use letters of ASCII"), &used);
            self.text = used;
        }
        self.fit_dim(&mut notes);
        self.fit_classes(&mut notes);
        self.fit_batch(&mut notes);
        self.fit_points(&mut notes);
        self.fit_count(self.solver_steps + 1, &mut notes);
        notes.notes
    }

    /// Brings back what samples alone depend on, where positions at so many times are kept.
    pub(super) fn fit_samples(&mut self, times: usize, asked: Asked) -> Vec<Note> {
        let mut notes = Notes { notes: Vec::new(), asked };
        self.fit_classes(&mut notes);
        self.fit_count(times, &mut notes);
        notes.notes
    }

    /// Most points of `dim` coordinates whose positions at so many times fit in memory.
    pub fn count_max(dim: usize, times: usize) -> usize {
        (POSITION_NUMBERS_MAX / (dim * times).max(1)).max(1)
    }

    fn fit_count(&mut self, times: usize, notes: &mut Notes) {
        let most = Config::count_max(self.dim, times);
        if self.count > most {
            let problem = format!(
                "must be at most {most} with {times} positions of {} coordinates for each point, so that all fit in memory",
                self.dim
            );
            notes.add_if_asked("count", self.count, problem, most);
            self.count = most;
        }
    }

    fn fit_batch(&mut self, notes: &mut Notes) {
        let of_width = (ACTIVATIONS_MAX / (self.width * self.depth)).max(1);
        if self.batch > of_width {
            let problem = format!(
                "must be at most {of_width} at width {} and depth {}, so that batch × width × depth fits in memory",
                self.width, self.depth
            );
            notes.add("batch", self.batch, problem, of_width);
            self.batch = of_width;
        }
        // x and t and the class, each of them joined to as many neurons.
        let of_embedding = ACTIVATIONS_MAX / (3 * self.embedding).max(1);
        if self.batch > of_embedding {
            let problem = format!(
                "must be at most {of_embedding} at embedding {}, so that its neurons fit in memory",
                self.embedding
            );
            notes.add("batch", self.batch, problem, of_embedding);
            self.batch = of_embedding;
        }
        let of_dim = BATCH_NUMBERS_MAX / self.dim;
        if self.batch > of_dim {
            let problem =
                format!("must be at most {of_dim} in {} coordinates, so that a batch fits in memory", self.dim);
            notes.add("batch", self.batch, problem, of_dim);
            self.batch = of_dim;
        }
        if self.coupling == Coupling::Ot && self.group == 0 && self.batch > GROUP_MAX {
            let problem = format!(
                "must be 1 to {GROUP_MAX} where a batch has {} pairs, whose transport as a whole would take seconds a step",
                self.batch
            );
            notes.add("group", 0, problem, GROUP_MAX);
            self.group = GROUP_MAX;
        }
    }

    fn fit_points(&mut self, notes: &mut Notes) {
        let most = POINT_NUMBERS_MAX / self.dim;
        for (name, points) in [("points", &mut self.points), ("sourcePoints", &mut self.source_points)] {
            if *points > most {
                let problem =
                    format!("must be at most {most} in {} coordinates, so that all points fit in memory", self.dim);
                notes.add(name, *points, problem, most);
                *points = most;
            }
        }
    }

    /// Brings the dimension, and what depends on it, to what the two ends allow.
    fn fit_dim(&mut self, notes: &mut Notes) {
        if self.needs_digits() {
            for (end, shape) in [("source", &mut self.source), ("target", &mut self.target)] {
                if ![Shape::Digits, Shape::Points].contains(shape) && !shape.dims().contains(&PIXELS) {
                    let problem = match *shape.dims().end() {
                        2 => format!("lies in the plane, and digits have {PIXELS} coordinates"),
                        most => format!("has at most {most} coordinates, and digits have {PIXELS}"),
                    };
                    notes.add(end, shape.name(), problem, Shape::Gaussian.name());
                    *shape = Shape::Gaussian;
                }
            }
            if ![2, PIXELS].contains(&self.dim) {
                notes.add_if_asked("dim", self.dim, format!("must be {PIXELS} for digits"), PIXELS);
            }
            self.dim = PIXELS;
        }
        let is_flat = |shape: Shape| shape.dims() == (2..=2);
        if let Some(shape) =
            [self.source, self.target].into_iter().find(|&shape| is_flat(shape)).filter(|_| self.dim != 2)
        {
            let problem = format!("must be 2 for {}, which lies in the plane", shape.name());
            notes.add_if_asked("dim", self.dim, problem, 2);
            self.dim = 2;
        }
        if ![self.source, self.target].contains(&Shape::Checkerboard) {
            return;
        }
        if self.dim > BOARD_DIM_MAX {
            let problem =
                format!("must be at most {BOARD_DIM_MAX} for a checkerboard, so that its cells can be counted");
            notes.add_if_asked("dim", self.dim, problem, BOARD_DIM_MAX);
            self.dim = BOARD_DIM_MAX;
        }
        let cells = |board: usize| board.saturating_pow(self.dim as u32);
        if cells(self.board) > CELLS_MAX {
            let largest = (2..self.board).rev().find(|&board| cells(board) <= CELLS_MAX).unwrap_or(2);
            let problem =
                format!("must be at most {largest} in {} dimensions, so that the cells can be counted", self.dim);
            notes.add_if_asked("board", self.board, problem, largest);
            self.board = largest;
        }
    }

    /// Takes back what is said of classes where there are none.
    fn fit_classes(&mut self, notes: &mut Notes) {
        let usual = Config::default();
        if self.classes == Classes::Told && (self.target != Shape::Digits || self.digit != Digit::All) {
            let problem =
                "must be ignored where the target has no classes: they are those of target=digits with digit=all";
            notes.add("classes", self.classes.name(), problem, usual.classes.name());
            self.classes = usual.classes;
        }
        if self.classes == Classes::Ignored && self.label != usual.label {
            let problem = "must be all where the network is not told the class: see classes";
            notes.add("label", self.label.name(), problem, usual.label.name());
            self.label = usual.label;
        }
        if self.guidance != usual.guidance && (self.classes == Classes::Ignored || self.label_drop == 0.0) {
            let problem =
                "must be 1 unless classes=told and labelDrop is above 0: the velocity without a class is not learned";
            notes.add("guidance", self.guidance, problem, usual.guidance);
            self.guidance = usual.guidance;
        }
    }
}
