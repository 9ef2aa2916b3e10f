//! Does a device compute what the CPU computes?
//!
//! On the web a kernel that the browser rejects is skipped silently, with all that was submitted beside it, and reads
//! return stale, plausible numbers (cubecl issue 1641). So before a GPU is trusted with a run, it does a little of
//! everything that this run needs, on the run's own kernels, and the CPU does the same.

use crate::batch::counter_based::Drawn;
use crate::config::{Classes, Config, Coupling, SolverKind};
use crate::data::Label;
use crate::data::inputs::Ends;
use crate::device::compare::compare;
use crate::device::{OpenDevice, open_cpu};
use crate::error::Error;
use crate::learner::form::form;
use crate::learner::{Weights, Wish};
use crate::network::Architecture;
use crate::random::seed::{self, Purpose};
use crate::solver::{Kept, Solver};
use crate::train::Trainer;

/// Samples of a probe's batch at most, and multiplications of one of its steps at most.
const BATCH_MAX: usize = 256;
const WORK_MAX: usize = 1 << 30;

/// A run made small, with the same kernels.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// Its options: those that no kernel depends on are the defaults.
    config: Config,
    /// Coordinates of a point.
    dim: usize,
    /// Does the device draw its batches, as it will in the run?
    drawn: bool,
}

/// The probe of the run that the options describe: its own network, path, optimiser and way to a batch, with fewer
/// samples.
///
/// # Errors
/// When an end has the shape `points` and none were given.
pub fn probe(config: &Config, ends: &Ends) -> Result<Probe, Error> {
    let (source, target) = (ends.source(config)?, ends.target(config)?);
    let drawn = ends.pairs.is_empty() && Drawn::of(config, source.as_ref(), target.as_ref()).is_some();
    let dim = target.dim();
    let width = config.width.max(dim);
    let batch = (WORK_MAX / (width * width * (config.depth + 2))).clamp(16, BATCH_MAX).min(config.batch);
    // Transport and finite sets have the kernels of fresh independent pairs that are given; so many that none repeats.
    let (coupling, points) = (Coupling::Independent, if drawn { 0 } else { 2 * batch });
    let Config { source, target, dim: option, board, digit, .. } = *config;
    let Config { width, depth, activation, time, classes, embedding, predict, .. } = *config;
    let Config { schedule, sigma_min, sigma, time_sampling, optimiser, ema, .. } = *config;
    let text = config.text.clone();
    let ends = Config { source, target, dim: option, board, digit, text, ..Config::default() };
    let network = Config { width, depth, activation, time, classes, embedding, predict, ..ends };
    let path = Config { schedule, sigma_min, sigma, time_sampling, coupling, points, ..network };
    Ok(Probe { config: Config { batch, optimiser, ema, ..path }, dim, drawn })
}

impl Probe {
    /// Its options.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Does the device draw its batches?
    pub fn is_drawn(&self) -> bool {
        self.drawn
    }
}

/// Compares `device` with the CPU on two training steps of the probe, and on what the flow does with points.
///
/// # Errors
/// A sentence fragment that names what differed, and by how much.
pub async fn run(device: &OpenDevice, probe: &Probe, ends: &Ends) -> Result<(), String> {
    let expected = two_steps(probe, &open_cpu("It is compared with."), ends).await.map_err(sentence)?;
    let found = two_steps(probe, device, ends).await.map_err(sentence)?;
    compare("two training steps", &found, &expected)
}

fn sentence(error: Error) -> String {
    format!("did not finish: {error}")
}

/// Losses, weights and velocities after two steps: the loss of the second proves that the first one's change arrived.
async fn two_steps(probe: &Probe, device: &OpenDevice, ends: &Ends) -> Result<Vec<f32>, Error> {
    let Probe { config, dim, .. } = probe;
    let (source, target) = (ends.source(config)?, ends.target(config)?);
    let x = source.sample(5, &mut seed::stream(1, Purpose::Sample, 0));
    let (form, _) = form(&Architecture::of(config, *dim), config.batch, device);
    let mut trainer = Trainer::new(config, &form, source, target, Vec::new());
    trainer.step();
    trainer.step();
    let mut numbers = trainer.losses().await?.to_vec();
    numbers.extend(trainer.learner.state().await?.weights.into_iter().flatten());
    let flow = trainer.learner.flow(Weights::Sampled);
    let labels: Vec<Label> = match config.classes {
        Classes::Told => (0..5).map(|k| (k > 0).then_some(k)).collect(),
        Classes::Ignored => Vec::new(),
    };
    numbers.extend(flow.labelled(&x, *dim, 0.5, &labels).await?);
    let wish = Wish { labels: &labels, guidance: 1.0, kept: Kept::All };
    let midpoint = Solver { kind: SolverKind::Midpoint, tolerance: 1e-4 };
    numbers.extend(flow.carry_to(wish, &x, *dim, midpoint, &[0.0, 0.5, 1.0]).await?.0);
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(options: &[(&str, &str)]) -> Probe {
        let (config, notes) = Config::read(options);
        assert!(notes.is_empty(), "{notes:?}");
        probe(&config, &Ends::default()).unwrap()
    }

    #[test]
    fn a_probe_has_the_runs_own_network_and_way_to_a_batch() {
        let transported =
            of(&[("coupling", "ot"), ("schedule", "vp"), ("width", "20"), ("depth", "7"), ("ema", "0.9")]);
        assert!(!transported.drawn, "its batches are given");
        assert_eq!((transported.config.width, transported.config.depth, transported.config.ema), (20, 7, 0.9));
        assert!(of(&[]).drawn);
        assert!(!of(&[("target", "pinwheel")]).drawn, "a pinwheel is no mixture that a device could draw from");
        let high = of(&[("target", "gaussian"), ("dim", "40")]);
        assert_eq!((high.dim, high.drawn), (40, false));
        let large = of(&[("width", "1024"), ("depth", "8"), ("batch", "1000")]);
        assert!((16..=256).contains(&large.config.batch), "{}", large.config.batch);
    }

    #[test]
    fn runs_that_differ_in_nothing_that_a_kernel_sees_have_one_probe() {
        assert_eq!(of(&[("seed", "1"), ("learningRate", "0.001")]), of(&[("seed", "9"), ("steps", "77")]));
        assert_ne!(of(&[("width", "64")]), of(&[("width", "65")]));
    }
}
