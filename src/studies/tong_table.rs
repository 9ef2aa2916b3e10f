//! The two-dimensional benchmark of Tong et al. 2023 (arXiv 2307.03672, table 2), as its published code runs it
//! (`atong01/conditional-flow-matching`, folder `runner`).

use crate::config::{Activation, Config, Coupling, SolverKind};
use crate::data::Distribution;
use crate::data::shapes::gaussian_mixture::GaussianMixture;
use crate::data::shapes::moons::Moons;
use crate::data::shapes::scurve::Scurve;
use crate::error::Error;
use crate::learner::form::Form;
use crate::learner::{Flow, Weights};
use crate::metrics;
use crate::random::seed::{self, Purpose};
use crate::solver::{Solver, even_times};
use crate::train::Trainer;

/// A source and a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// N(0, I) to 8 Gaussians of std 1 at radius 5.
    EightGaussians,
    /// N(0, I) to two moons: scikit-learn's, noise .05, ×2, minus 1.
    Moons,
    /// N(0, I) to the S-curve: scikit-learn's, noise .05, dimensions 0 and 2, ×1.5.
    Scurve,
    /// Two moons (noise .1, standardised with one mean and standard deviation for both axes, ×7) to 8 Gaussians of std
    /// 1.5 at radius 12.
    MoonsToEightGaussians,
}

/// Which points go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// I-CFM.
    Independent,
    /// OT-CFM, exact over the whole batch of 512.
    Ot,
    /// OT-CFM, exact within groups of 128.
    OtGroups,
}

/// A cell of the table: mean and standard deviation over five seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// W2 of 10,000 against 10,000 points.
    pub w2: f64,
    /// Normalised path energy.
    pub npe: f64,
    /// The lowest of all methods in the column: W2, and NPE.
    pub best: (f64, f64),
}

/// What one network came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// W2 of generated against held-out points.
    pub w2: f64,
    /// Normalised path energy.
    pub npe: f64,
    /// E ∫ |v|² dt.
    pub path_energy: f64,
}

/// What one run came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// With the last weights, as published.
    pub last: Measured,
    /// With the average of the weights, [`EMA`].
    pub average: Measured,
    /// W2 of source and target, which the NPE is relative to.
    pub w2_ends: f64,
    /// W2 of the held-out and as many other points of the target: what perfect samples would have.
    pub w2_floor: f64,
}

/// Points trained on, generated, and held out.
pub const POINTS: usize = 10_000;
/// Share of the weights' average that stays at each step.
pub const EMA: f64 = 0.999;
/// Passes over the training points.
pub const EPOCHS: usize = 1_000;
const BATCH: usize = 512;
const EULER_STEPS: usize = 100;

impl Task {
    /// Every task, in the table's order.
    pub const ALL: [Task; 4] = [Task::EightGaussians, Task::Moons, Task::Scurve, Task::MoonsToEightGaussians];

    /// As the table's column is named.
    pub fn name(self) -> &'static str {
        match self {
            Task::EightGaussians => "N→8gaussians",
            Task::Moons => "N→moons",
            Task::Scurve => "N→scurve",
            Task::MoonsToEightGaussians => "moons→8gaussians",
        }
    }

    fn source(self) -> Box<dyn Distribution> {
        match self {
            // The mean of both coordinates is .375 and their common standard deviation .7230: closed forms of the curve
            // and its noise.
            Task::MoonsToEightGaussians => {
                Box::new(Moons { noise: 0.1, scale: 7.0 / 0.7230, shift: -0.375 * 7.0 / 0.7230 })
            }
            _ => Box::new(GaussianMixture::standard(2)),
        }
    }

    fn target(self) -> Box<dyn Distribution> {
        match self {
            Task::EightGaussians => Box::new(GaussianMixture::circle(8, 5.0, 1.0)),
            Task::Moons => Box::new(Moons::PLAIN),
            Task::Scurve => Box::new(Scurve { noise: 0.05 }),
            Task::MoonsToEightGaussians => Box::new(GaussianMixture::circle(8, 12.0, 1.5)),
        }
    }

    /// The published values; `None` for groups, which are ours.
    pub fn published(self, pairing: Pairing) -> Option<Published> {
        let cell = |w2, npe, best| Some(Published { w2, npe, best });
        match (self, pairing) {
            (_, Pairing::OtGroups) => None,
            (Task::EightGaussians, Pairing::Independent) => cell(0.373, 0.202, (0.275, 0.016)),
            (Task::EightGaussians, Pairing::Ot) => cell(0.303, 0.031, (0.275, 0.016)),
            (Task::Moons, Pairing::Independent) => cell(0.178, 0.891, (0.124, 0.044)),
            (Task::Moons, Pairing::Ot) => cell(0.130, 0.083, (0.124, 0.044)),
            (Task::Scurve, Pairing::Independent) => cell(0.242, 0.856, (0.128, 0.027)),
            (Task::Scurve, Pairing::Ot) => cell(0.144, 0.027, (0.128, 0.027)),
            (Task::MoonsToEightGaussians, Pairing::Independent) => cell(1.557, 2.680, (0.601, 0.015)),
            (Task::MoonsToEightGaussians, Pairing::Ot) => cell(0.601, 0.015, (0.601, 0.015)),
        }
    }
}

impl Pairing {
    /// Every pairing, in the table's order.
    pub const ALL: [Pairing; 3] = [Pairing::Independent, Pairing::Ot, Pairing::OtGroups];

    /// As the table's row is named.
    pub fn name(self) -> &'static str {
        match self {
            Pairing::Independent => "I-CFM",
            Pairing::Ot => "OT-CFM",
            Pairing::OtGroups => "OT-CFM, groups of 128",
        }
    }
}

/// The options of a run: 3 hidden layers of 64, SELU, AdamW 1e-3 with decay 1e-5, batch 512, noise σ around the path.
pub fn config(pairing: Pairing, seed: usize, sigma: f64) -> Config {
    let (coupling, group) = match pairing {
        Pairing::Independent => (Coupling::Independent, 0),
        Pairing::Ot => (Coupling::Ot, 0),
        Pairing::OtGroups => (Coupling::Ot, 128),
    };
    Config {
        coupling,
        group,
        sigma,
        seed,
        width: 64,
        depth: 3,
        activation: Activation::Selu,
        learning_rate: 1e-3,
        weight_decay: 1e-5,
        batch: BATCH,
        points: POINTS,
        ema: EMA,
        ..Config::default()
    }
}

/// Training steps of so many epochs.
pub fn steps(epochs: usize) -> usize {
    (epochs * POINTS).div_ceil(BATCH)
}

/// Trains and measures one run on the CPU; `progress` hears the steps taken.
///
/// # Errors
/// When the run diverges.
pub async fn run(task: Task, config: Config, epochs: usize, mut progress: impl FnMut(usize)) -> Result<Outcome, Error> {
    let source_points = if task == Task::MoonsToEightGaussians { POINTS } else { 0 };
    let config = Config { source_points, ..config };
    let mut trainer = Trainer::new(&config, &Form::PackedCpu, task.source(), task.target(), Vec::new());
    for step in 1..=steps(epochs) {
        trainer.step();
        if step % 50 == 0 {
            trainer.losses().await?; // frees what the losses hold
            progress(step);
        }
    }
    let held_out = |index| seed::stream(config.seed as u64, Purpose::Metrics, index);
    let start = task.source().sample(POINTS, &mut held_out(0));
    let fresh = task.target().sample(POINTS, &mut held_out(1));
    let ends = (task.source().sample(POINTS, &mut held_out(2)), task.target().sample(POINTS, &mut held_out(3)));

    let w2_ends = metrics::w2(&ends.0, &ends.1, 2)?;
    let last = measure(&trainer.learner.flow(Weights::Last), &start, &fresh, w2_ends).await?;
    let average = measure(&trainer.learner.flow(Weights::Sampled), &start, &fresh, w2_ends).await?;
    Ok(Outcome { last, average, w2_ends, w2_floor: floor(task, config.seed)? })
}

/// W2 between the points that the run of this seed is measured against and as many others of the target.
///
/// # Errors
/// Never with these distributions: their numbers are finite.
pub fn floor(task: Task, seed: usize) -> Result<f64, Error> {
    let fresh = |index| task.target().sample(POINTS, &mut seed::stream(seed as u64, Purpose::Metrics, index));
    metrics::w2(&fresh(1), &fresh(3), 2)
}

/// Carries `x0` to t = 1 and compares it with `fresh` points of the target.
async fn measure(flow: &Flow, x0: &[f32], fresh: &[f32], w2_ends: f64) -> Result<Measured, Error> {
    let solver = Solver { kind: SolverKind::Euler, tolerance: 1e-4 };
    let times = even_times(EULER_STEPS);
    let (positions, _) = flow.carry(x0, 2, solver, &times).await?;
    let times: Vec<f32> = times.into_iter().map(|t| t as f32).collect();
    let path_energy = metrics::path_cost(&times, &positions, 2).energy;
    Ok(Measured {
        w2: metrics::w2(&positions[positions.len() - 2 * POINTS..], fresh, 2)?,
        npe: metrics::normalised_path_energy(path_energy, w2_ends),
        path_energy,
    })
}
