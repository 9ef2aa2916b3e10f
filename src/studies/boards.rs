//! How many training steps a board needs, by its modes and its dimensions: the three figures that L. Pinchbeck's
//! "Flow matching for multi-modal density estimation and image generation" left empty.

use crate::config::option::Choice;
use crate::config::{Config, Shape, SolverKind};
use crate::data;
use crate::data::inputs::Ends;
use crate::device;
use crate::error::Error;
use crate::experiment::{Experiment, SampleRequest};
use crate::solver::{Kept, Solver};

/// A board: cells a side, and dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Board {
    /// Cells along each side.
    pub cells: usize,
    /// Coordinates of a point.
    pub dim: usize,
}

/// What a board's training came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Steps until the worst cell held its share at two looks in a row; `None` if it never did.
    pub steps: Option<usize>,
    /// Steps taken.
    pub taken: usize,
    /// Seconds of training alone.
    pub seconds: f64,
    /// The worst cell's share of what it should hold, at the end.
    pub worst_cell: f64,
    /// Share of points inside the cells, at the end.
    pub inside_share: f64,
}

/// "Trained": the worst cell holds at least this share of the mass that it should. Points spread evenly over light and dark
/// cells alike would give it to the mean cell, not to the worst.
pub const WORST_CELL: f64 = 0.5;
/// Points generated for each cell when looking: the worst of 128 exact cells then still holds .75 of its due.
const POINTS_PER_CELL: usize = 150;
/// Least steps between two looks; later ones are a twentieth of the steps taken apart.
pub const LOOK_EVERY: usize = 100;

impl Board {
    /// The grid of the study: modes in the plane, dimensions of two cells a side, and both.
    pub const GRID: [Board; 15] = {
        const fn board(cells: usize, dim: usize) -> Board {
            Board { cells, dim }
        }
        [
            board(4, 2),
            board(6, 2),
            board(8, 2),
            board(10, 2),
            board(12, 2),
            board(2, 2),
            board(2, 3),
            board(2, 4),
            board(2, 5),
            board(2, 6),
            board(2, 7),
            board(2, 8),
            board(4, 3),
            board(6, 3),
            board(4, 4),
        ]
    };

    /// Dark cells.
    pub fn modes(self) -> usize {
        self.cells.pow(self.dim as u32) / 2
    }

    /// The options of a run.
    pub fn config(self, seed: usize) -> Config {
        let options = [
            ("target", Shape::Checkerboard.name().to_string()),
            ("board", self.cells.to_string()),
            ("dim", self.dim.to_string()),
            ("seed", seed.to_string()),
            ("width", "256".into()),
            ("depth", "4".into()),
            ("activation", "gelu".into()),
            ("batch", "512".into()),
            ("learningRate", "0.001".into()),
            ("timeSampling", "late".into()),
            ("ema", "0.995".into()),
            ("device", "cpu".into()),
        ];
        Config::read(&options).0
    }
}

/// Trains a board until it is trained, or `steps_max` are taken.
///
/// # Errors
/// When the run diverges.
pub async fn run(board: Board, seed: usize, steps_max: usize) -> Result<Outcome, Error> {
    let config = board.config(seed);
    let opened = device::open_cpu("The study runs on the CPU.");
    let mut run = Experiment::new(config, opened, Ends::default())?;
    let target = run.target();
    let solver = Solver { kind: SolverKind::Midpoint, tolerance: 1e-4 };
    let count = POINTS_PER_CELL * board.modes();
    let mut outcome = Outcome { steps: None, taken: 0, seconds: 0.0, worst_cell: 0.0, inside_share: 0.0 };
    let mut before = None;
    while outcome.taken < steps_max && outcome.steps.is_none() {
        let start = web_time::Instant::now();
        let steps = (outcome.taken / 20 / LOOK_EVERY * LOOK_EVERY).max(LOOK_EVERY).min(steps_max - outcome.taken);
        run.train(steps);
        run.losses().await?;
        outcome.seconds += start.elapsed().as_secs_f64();
        outcome.taken += steps;
        let samples = run
            .sample(SampleRequest {
                count,
                steps: 20,
                solver,
                seed: outcome.taken as u64,
                label: None,
                guidance: 1.0,
                kept: Kept::Ends,
            })
            .await?;
        outcome.worst_cell = data::worst_mode(target.as_ref(), samples.last());
        outcome.inside_share = data::inside_share(target.as_ref(), samples.last());
        outcome.steps = before.filter(|_| outcome.worst_cell >= WORST_CELL);
        before = (outcome.worst_cell >= WORST_CELL).then_some(outcome.taken);
    }
    Ok(outcome)
}
