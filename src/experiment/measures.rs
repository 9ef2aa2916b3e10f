//! What can be asked of a run beside its samples: exact field, loss floor, likelihood, what pairing costs.

use super::{Experiment, check_points};
use crate::config::option::Choice;
use crate::config::{Config, Coupling};
use crate::coupling;
use crate::data::Label;
use crate::error::Error;
use crate::exact::{self, Field, LossFloor};
use crate::learner::{CHUNK, Flow, Weights, check_labels};
use crate::likelihood::{self, EXACT_DIM_MAX};
use crate::path::Path;
use crate::random::seed::{self, Purpose};
use crate::solver::{self, Solver};
#[cfg(feature = "burn")]
use crate::train::Trainer;

/// Most pairs of the loss floor's Monte-Carlo sum: its standard error is then about 0.5 %.
const FLOOR_SAMPLES: usize = 20_000;
/// Pairs of the two mixtures' parts up to which the field is computed whole; beyond, some of the parts stand for all.
const PAIRS_MAX: usize = 16_384;
/// Numbers of either end's points up to which a finite set's field is computed: above, one evaluation is seconds long.
const POINT_NUMBERS_MAX: usize = 200_000;
/// Pairs of points times pairs of the mixtures' parts that may be looked at for it: about a second in a browser.
const FLOOR_WORK: usize = 50_000_000;

impl Experiment {
    /// The exact marginal velocity of the run's ends and path; `None` where pairs are not independent, or where neither
    /// end is smooth. Between two curves it is an estimate, and says so.
    pub fn exact(&self) -> Option<&Field> {
        let field = || {
            // A few thousand of these digits cannot stand for all: in so many dimensions the nearest one decides alone.
            if self.config.needs_digits() {
                return None;
            }
            let (mut source, mut target) = (self.source().mixture(), self.target().mixture());
            if [&source, &target].into_iter().any(|end| end.dim() * end.weights.len() > POINT_NUMBERS_MAX) {
                return None;
            }
            if source.weights.len() * target.weights.len() > PAIRS_MAX {
                let parts = PAIRS_MAX.isqrt();
                (source, target) = (source.thinned(parts), target.thinned(parts));
            }
            Field::new(&source, &target, Path::of(&self.config))
        };
        let field = || (self.config.coupling == Coupling::Independent).then(field).flatten();
        self.exact.get_or_init(field).as_ref()
    }

    /// The exact velocity at `points`, all at time `t`, or `None` where there is none.
    ///
    /// # Shapes
    /// `points` and the result are `n × dim` numbers.
    ///
    /// # Errors
    /// When the numbers do not make whole points, or are not finite.
    pub fn exact_velocity(&self, points: &[f32], t: f32) -> Result<Option<Vec<f32>>, Error> {
        check_points(points, self.dim(), t)?;
        Ok(self.exact().map(|field| field.velocities(points, t)))
    }

    /// The lowest loss that training can reach, or `None` where it is not known.
    pub fn loss_floor(&self) -> Option<LossFloor> {
        *self.floor.get_or_init(|| {
            let mut rng = seed::stream(self.config.seed as u64, Purpose::LossFloor, 0);
            self.exact().map(|field| {
                let samples = (FLOOR_WORK / field.pairs().max(1)).clamp(200, FLOOR_SAMPLES);
                let times = self.config.time_sampling;
                exact::loss_floor(field, &*self.source(), &*self.target(), times, samples, &mut rng)
            })
        })
    }

    /// ln p₁ at `points` by the learned flow, in nats: exact trace up to 3 dimensions, Hutchinson's estimate beyond. A
    /// network that is told classes is told none.
    ///
    /// # Shapes
    /// `points` are `n × dim` numbers, the result `n`.
    ///
    /// # Errors
    /// When the source has no density, the points are not whole or finite, or the device fails to answer.
    pub async fn log_density(&self, points: &[f32], solver: Solver, steps: usize) -> Result<Vec<f32>, Error> {
        self.log_density_of(points, &[], solver, steps).await
    }

    /// The same of points of these classes, ln p₁(x | class): velocity and divergence are those that the network gives
    /// when it is told them.
    ///
    /// # Shapes
    /// As there; `labels` `n`, or none.
    ///
    /// # Errors
    /// As there; when there are other than as many classes as points, or none.
    pub async fn log_density_of(
        &self,
        points: &[f32],
        labels: &[Label],
        solver: Solver,
        steps: usize,
    ) -> Result<Vec<f32>, Error> {
        self.log_density_by(&self.trainer.learner.flow(Weights::Sampled), points, labels, solver, steps).await
    }

    pub(super) async fn log_density_by(
        &self,
        flow: &Flow,
        points: &[f32],
        labels: &[Label],
        solver: Solver,
        steps: usize,
    ) -> Result<Vec<f32>, Error> {
        let dim = self.dim();
        check_points(points, dim, 0.0)?;
        check_labels(labels, points.len() / dim)?;
        if let Some(note) = Config::read_each(&[("solverSteps", steps.to_string())]).1.first() {
            return Err(note.into());
        }
        let source = self.source().mixture();
        if source.log_density(&vec![0.0; dim]).is_none() {
            let name = self.config.source.name();
            let sentence = format!("source = {name} has no density, which a likelihood starts from: choose gaussian.");
            return Err(Error::Input(sentence));
        }
        let flow = flow.on_cpu().await?;
        let times = solver::even_times(steps);
        let mut rng = seed::stream(self.config.seed as u64, Purpose::Probes, 0);
        let mut densities = Vec::with_capacity(points.len() / dim);
        for (k, chunk) in points.chunks(CHUNK * dim).enumerate() {
            let n = chunk.len() / dim;
            let labels = if labels.is_empty() { labels } else { &labels[k * CHUNK..k * CHUNK + n] };
            let state: Vec<f32> = chunk.chunks_exact(dim).flat_map(|x| x.iter().copied().chain([0.0])).collect();
            let probes = likelihood::hutchinson_probes(n, dim, &mut rng);
            let probes = (dim > EXACT_DIM_MAX).then_some(&probes[..]);
            let field = |state: &Vec<f32>, t: f64| flow.augmented(state, t as f32, labels, probes);
            let (start, _) = likelihood::pull_back(&solver, field, state, &times).await?;
            let start: Vec<f64> = start.into_iter().map(f64::from).collect();
            let of_source = |x: &[f64]| source.log_density(x).unwrap_or(f64::NEG_INFINITY);
            densities.extend(likelihood::log_density(&start, dim, of_source).into_iter().map(|x| x as f32));
        }
        Ok(densities)
    }

    /// How long pairing one batch takes, in ms (the median of three); `None` where pairs are not sought.
    pub fn pairing_ms(&self) -> Option<f64> {
        let Config { coupling, batch, group, seed, .. } = self.config;
        let mut once = |index: u64| {
            let mut rng = seed::stream(seed as u64, Purpose::Metrics, index);
            let (x0, mut x1) = (self.source().sample(batch, &mut rng), self.target().sample(batch, &mut rng));
            let start = web_time::Instant::now();
            coupling::optimal_transport(&x0, &mut x1, self.target().dim(), group);
            start.elapsed().as_secs_f64() * 1e3
        };
        (coupling == Coupling::Ot).then(|| {
            let mut times: Vec<f64> = (0..3).map(&mut once).collect();
            times.sort_by(f64::total_cmp);
            times[1]
        })
    }

    /// How long one of `steps` training steps takes when burn differentiates by itself on this device, in ms: what the
    /// run's own steps are compared with.
    ///
    /// # Errors
    /// When the device fails to answer.
    #[cfg(feature = "burn")]
    pub async fn autodiff_ms(&self, steps: usize) -> Result<f64, Error> {
        let device = crate::device::burn::of(&self.device).await?;
        let mut trainer = Trainer::plain(&self.config, &device, self.source(), self.target());
        trainer.step();
        trainer.losses().await?;
        let start = web_time::Instant::now();
        (0..steps).for_each(|_| trainer.step());
        trainer.losses().await?;
        Ok(start.elapsed().as_secs_f64() * 1e3 / steps as f64)
    }
}
