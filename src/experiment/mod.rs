//! One run: its options, its device, its training and what can be asked of it.

pub mod evaluation;
mod measures;
pub mod open;
mod recording;
mod replay;
mod saved;
pub mod self_check;
mod sharing;

use std::cell::OnceCell;
use std::ops::Range;
use std::pin::Pin;

use crate::config::option::Choice;
use crate::config::{Classes, Config, Note};
use crate::data::Distribution;
use crate::data::Label;
use crate::data::inputs::{self, Ends};
use crate::device::OpenDevice;
use crate::error::Error;
use crate::exact::{Field, LossFloor};
use crate::learner::form::{Form, form};
use crate::learner::{Flow, Weights, Wish};
use crate::network::Architecture;
use crate::random::seed::{self, Purpose};
use crate::solver::{self, Kept, Solver};
use crate::train::Trainer;

pub use recording::RecordedStep;
pub use replay::Replay;

/// A run that the page and the command line both drive.
pub struct Experiment {
    config: Config,
    /// The device that is open, and the one that this run's network has room on.
    opened: OpenDevice,
    device: OpenDevice,
    form: Form,
    ends: Ends,
    trainer: Trainer,
    /// The exact velocity, once it was asked for; `None` inside where there is none.
    exact: OnceCell<Option<Field>>,
    floor: OnceCell<Option<LossFloor>>,
}

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRequest {
    /// Number of points.
    pub count: usize,
    /// Steps of the integrator from t = 0 to t = 1; for the adaptive one the times to stop at.
    pub steps: usize,
    /// The integrator.
    pub solver: Solver,
    /// Selects the source points, together with the run's own seed.
    pub seed: u64,
    /// Their class; `None` for all in turn, where the network knows classes.
    pub label: Label,
    /// How far they lean to it.
    pub guidance: f64,
    /// Of which times their positions are wanted.
    pub kept: Kept,
}

/// Generated points with the way that they took.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// Number of points.
    pub count: usize,
    /// Coordinates of a point.
    pub dim: usize,
    /// `T` times from 0 to 1: the solver's, or both ends.
    pub times: Vec<f32>,
    /// `T × count × dim` coordinates.
    pub positions: Vec<f32>,
    /// Velocity evaluations for each point.
    pub evaluations: usize,
}

impl SampleRequest {
    /// The sampling options of `config`, with those of `asked` in place of its own; the source points are those of
    /// `seed`, if it is among them, else of 0. `ends`, true or false, says that only the first and the last positions
    /// are wanted. A count that is not among them is no larger than what fits in memory.
    ///
    /// # Errors
    /// When a value is out of its option's range, or all that is asked for does not fit in memory.
    pub fn asked(config: &Config, asked: &[(String, String)]) -> Result<SampleRequest, Error> {
        SampleRequest::read(config, asked).map_err(|note| Error::from(&note))
    }

    /// The same, and what is wrong as a note.
    ///
    /// # Errors
    /// As there.
    pub fn read(config: &Config, asked: &[(String, String)]) -> Result<SampleRequest, Note> {
        let (ends, asked): (Vec<_>, Vec<_>) = asked.iter().cloned().partition(|(name, _)| name == "ends");
        let kept = if ends.iter().any(|(_, text)| text == "true") { Kept::Ends } else { Kept::All };
        let config = config.for_samples(&asked, |steps| kept.count(steps))?;
        let seed = if asked.iter().any(|(name, _)| name == "seed") { config.seed as u64 } else { 0 };
        Ok(SampleRequest { kept, ..SampleRequest::of(&config, seed) })
    }

    /// Looks whether a run with these options can do what is asked for.
    ///
    /// # Errors
    /// When a value is out of its option's range, or so many points do not fit in memory.
    fn check(&self, config: &Config) -> Result<(), Error> {
        let SampleRequest { count, steps, solver, label, guidance, kept, .. } = *self;
        let asked = [
            ("count", count.to_string()),
            ("solverSteps", steps.to_string()),
            ("tolerance", solver.tolerance.to_string()),
            ("label", label.map_or("all".into(), |class| class.to_string())),
            ("guidance", guidance.to_string()),
        ];
        config.for_samples(&asked, |steps| kept.count(steps)).map(drop).map_err(|note| Error::from(&note))
    }

    /// What the options ask for, with the source points of `seed`.
    pub fn of(config: &Config, seed: u64) -> SampleRequest {
        let Config { count, solver_steps: steps, guidance, .. } = *config;
        SampleRequest {
            count,
            steps,
            solver: Solver::of(config),
            seed,
            label: config.label.class(),
            guidance,
            kept: Kept::All,
        }
    }
}

impl SampleRequest {
    /// Carries points by `flow`, of a run with these options, from t = 0 to t = 1; they are number `first` and on,
    /// which decides of their classes where all are asked for in turn.
    ///
    /// # Shapes
    /// `points` are `n × dim` numbers.
    ///
    /// # Errors
    /// When the numbers do not make whole points, are not finite, or the device fails to answer.
    pub async fn carry(
        self,
        config: &Config,
        flow: &Flow,
        dim: usize,
        points: &[f32],
        first: usize,
    ) -> Result<Samples, Error> {
        let SampleRequest { solver, steps, label, guidance, kept, .. } = self;
        check_points(points, dim, 0.0)?;
        let count = points.len() / dim;
        SampleRequest { count: 1, ..self }.check(config)?;
        let most = Config::count_max(dim, kept.count(steps));
        if count > most {
            return Err(Error::Input(format!(
                "points: {count} of {dim} coordinates at {} times do not fit in memory: give at most {most}.",
                kept.count(steps)
            )));
        }
        let times = solver::even_times(steps);
        let labels = labels(config, first..first + count, label);
        let wish = Wish { labels: &labels, guidance, kept };
        let (positions, evaluations) = flow.carry_to(wish, points, dim, solver, &times).await?;
        let times = kept.of(&times).into_iter().map(|t| t as f32).collect();
        Ok(Samples { count, dim, evaluations, times, positions })
    }

    /// Multiplications and additions that carrying so many points takes with `len` weights; `None` where points depend
    /// on one another, as by a step that adapts to all of them.
    pub fn work(&self, len: usize, points: usize) -> Option<f64> {
        let stages = self.solver.fixed_step()?.weights.len();
        Some(2.0 * (len * stages) as f64 * (self.steps * points) as f64)
    }
}

/// [`Experiment::labels`] without the run.
fn labels(config: &Config, numbers: Range<usize>, label: Label) -> Vec<Label> {
    let turn = |k: usize| label.or(Some((k % config.classes.count()) as u8));
    match config.classes {
        Classes::Told => numbers.map(turn).collect(),
        Classes::Ignored => Vec::new(),
    }
}

/// The options of `config`, with those of `asked` in place of its own.
fn overlaid(config: &Config, asked: &[(String, String)]) -> Result<Config, Error> {
    let own: Vec<(String, String)> = config.pairs().into_iter().map(|(name, text)| (name.into(), text)).collect();
    let (config, notes) = Config::read(&[own, asked.to_vec()].concat());
    match notes.first() {
        Some(note) => Err(note.into()),
        None => Ok(config),
    }
}

impl Samples {
    /// The points at t = 1, `count × dim` coordinates.
    pub fn last(&self) -> &[f32] {
        &self.positions[self.positions.len() - self.count * self.dim..]
    }

    /// The points at t = 0, `count × dim` coordinates.
    pub fn first(&self) -> &[f32] {
        &self.positions[..self.count * self.dim]
    }
}

impl Experiment {
    /// Draws the initial weights of the run that the options describe.
    ///
    /// # Errors
    /// When an end has the shape `points` and none were given: see [`Ends::reconcile`].
    pub fn new(config: Config, opened: OpenDevice, ends: Ends) -> Result<Experiment, Error> {
        let (trainer, form, device) = new_trainer(&config, &opened, &ends)?;
        Ok(Experiment { config, opened, device, form, ends, trainer, exact: OnceCell::new(), floor: OnceCell::new() })
    }

    /// The options of the run.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The device and why it was chosen.
    pub fn device(&self) -> &OpenDevice {
        &self.device
    }

    /// Training steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.trainer.steps_taken()
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.trainer.learner.dim()
    }

    /// The distribution at t = 0.
    pub fn source(&self) -> Box<dyn Distribution> {
        self.ends.source(&self.config).expect("it was built before, for the trainer")
    }

    /// The distribution at t = 1.
    pub fn target(&self) -> Box<dyn Distribution> {
        self.ends.target(&self.config).expect("it was built before, for the trainer")
    }

    /// What was given for the two ends.
    pub fn ends(&self) -> &Ends {
        &self.ends
    }

    /// Sets the length of the whole run, which the caller's loop reads, and by which the learning rate falls.
    pub fn set_steps(&mut self, steps: usize) {
        self.config.steps = steps;
        self.trainer.learner.set_steps(steps);
    }

    /// Takes `n` training steps.
    pub fn train(&mut self, n: usize) {
        for _ in 0..n {
            self.trainer.step();
        }
    }

    /// Ends when the device has taken the steps so far: see [`Learner::done`](crate::learner::Learner::done).
    pub fn done(&self) -> Option<Pin<Box<dyn Future<Output = ()>>>> {
        self.trainer.learner.done()
    }

    /// The loss of every step so far.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn losses(&mut self) -> Result<&[f32], Error> {
        self.trainer.losses().await
    }

    /// Generates points: the source's, carried by the learned velocity.
    ///
    /// # Errors
    /// When a number is out of its option's range, or the device fails to answer.
    pub async fn sample(&self, request: SampleRequest) -> Result<Samples, Error> {
        let x0 = self.starts(request)?;
        let flow = self.trainer.learner.flow(Weights::Sampled);
        request.carry(&self.config, &flow, self.dim(), &x0, 0).await
    }

    /// Where the points that `request` asks for start: the source's.
    ///
    /// # Shapes
    /// `count × dim`.
    ///
    /// # Errors
    /// When a number is out of its option's range.
    pub fn starts(&self, request: SampleRequest) -> Result<Vec<f32>, Error> {
        request.check(&self.config)?;
        let mut rng = seed::stream(self.config.seed as u64, Purpose::Sample, request.seed);
        Ok(self.source().sample(request.count, &mut rng))
    }

    /// What points number `numbers` are told to be: all of one class, or all classes in turn; empty where the network
    /// knows none.
    pub fn labels(&self, numbers: Range<usize>, label: Label) -> Vec<Label> {
        labels(&self.config, numbers, label)
    }

    /// The learned velocity at `points`, all at time `t`; of their classes the network is told nothing.
    ///
    /// # Shapes
    /// `points` and the result are `n × dim` numbers.
    ///
    /// # Errors
    /// When the numbers do not make whole points, are not finite, or the device fails to answer.
    pub async fn velocity(&self, points: &[f32], t: f32) -> Result<Vec<f32>, Error> {
        self.velocity_by(&self.trainer.learner.flow(Weights::Sampled), points, t).await
    }

    async fn velocity_by(&self, flow: &Flow, points: &[f32], t: f32) -> Result<Vec<f32>, Error> {
        let dim = self.dim();
        check_points(points, dim, t)?;
        flow.velocities(points, dim, t as f64).await
    }
}

/// A trainer, its form, and the device that it trains on.
fn new_trainer(config: &Config, opened: &OpenDevice, ends: &Ends) -> Result<(Trainer, Form, OpenDevice), Error> {
    let (source, target) = (ends.source(config)?, ends.target(config)?);
    if source.dim() != target.dim() {
        return Err(Error::Input(format!(
            "source = {} has {} coordinates where the target has {}: give both ends as many.",
            config.source.name(),
            source.dim(),
            target.dim()
        )));
    }
    inputs::check_pairs(&ends.pairs, config, target.dim())?;
    let (form, device) = form(&Architecture::of(config, target.dim()), config.batch, opened);
    Ok((Trainer::new(config, &form, source, target, ends.pairs.clone()), form, device))
}

fn check_points(points: &[f32], dim: usize, t: f32) -> Result<(), Error> {
    if !points.len().is_multiple_of(dim) {
        return Err(Error::Input(format!(
            "points: {} numbers do not make whole points of {dim} coordinates",
            points.len()
        )));
    }
    if !t.is_finite() || points.iter().any(|x| !x.is_finite()) {
        return Err(Error::Input("points and t must be finite numbers".into()));
    }
    Ok(())
}
