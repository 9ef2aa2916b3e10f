//! Does a device compute what the CPU computes?
//!
//! On the web a kernel that the browser rejects is skipped silently, with all that was submitted
//! beside it, and reads return stale, plausible numbers (cubecl issue 1641). So before a GPU is
//! trusted, it does a little of everything that a run needs, and the CPU does the same.

use crate::batch::counter_based;
use crate::config::{Classes, Config, Coupling, SolverKind};
use crate::data::Label;
use crate::data::inputs::Ends;
use crate::device::{OpenDevice, open_cpu};
use crate::error::Error;
use crate::learner::{Weights, Wish};
use crate::random::seed::{self, Purpose};
use crate::solver::{Kept, Solver};
use crate::train::Trainer;

/// Largest difference that rounding explains, relative to the largest number compared.
const TOLERANCE: f32 = 2e-3;

/// The part of the options that decides which kernels run, made small: the run's own network, path and optimiser, and its way
/// to a batch (drawn on the device, or given), so that its own kernels are compared, and compiled, before it starts.
pub fn sample_of(config: &Config) -> Config {
    let Config { width, activation, time, classes, embedding, predict, optimiser, .. } = *config;
    let Config { schedule, sigma_min, sigma, time_sampling, ema, .. } = *config;
    let (depth, batch) = (config.depth.min(4), config.batch.min(256));
    let fresh = config.points == 0 && config.source_points == 0 && config.coupling == Coupling::Independent;
    let drawn = fresh && classes == Classes::Ignored && config.dim <= counter_based::DIM_MAX;
    let points = if drawn { 0 } else { batch };
    let network = Config { width, depth, activation, time, classes, embedding, predict, ..Config::default() };
    Config { batch, points, optimiser, schedule, sigma_min, sigma, time_sampling, ema, ..network }
}

/// Compares `device` with the CPU on two training steps of `config`, and on what the flow does with points.
///
/// # Errors
/// A sentence fragment that names what differed, and by how much.
pub async fn run(device: &OpenDevice, config: &Config) -> Result<(), String> {
    let expected = two_steps(config, &open_cpu("It is compared with.")).await.map_err(sentence)?;
    let found = two_steps(config, device).await.map_err(sentence)?;
    compare("two training steps", &found, &expected)
}

fn sentence(error: Error) -> String {
    format!("did not finish: {error}")
}

/// Losses, weights and velocities after two steps: the loss of the second proves that the first one's change arrived.
async fn two_steps(config: &Config, device: &OpenDevice) -> Result<Vec<f32>, Error> {
    let ends = Ends::default();
    let (source, target) = (ends.source(config)?, ends.target(config)?);
    let x = source.sample(5, &mut seed::stream(1, Purpose::Sample, 0));
    let mut trainer = Trainer::new(config, device, source, target, Vec::new());
    trainer.step();
    trainer.step();
    let mut numbers = trainer.losses().await?.to_vec();
    numbers.extend(trainer.learner.state().await?.weights.into_iter().flatten());
    let flow = trainer.learner.flow(Weights::Sampled);
    let labels: Vec<Label> = match config.classes {
        Classes::Told => (0..5).map(|k| (k > 0).then_some(k)).collect(),
        Classes::Ignored => Vec::new(),
    };
    numbers.extend(flow.labelled(&x, 2, 0.5, &labels).await?);
    let wish = Wish { labels: &labels, guidance: 1.0, kept: Kept::All };
    let midpoint = Solver { kind: SolverKind::Midpoint, tolerance: 1e-4 };
    numbers.extend(flow.carry_to(wish, &x, 2, midpoint, &[0.0, 0.5, 1.0]).await?.0);
    Ok(numbers)
}

pub(crate) fn compare(name: &str, found: &[f32], expected: &[f32]) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{name} gave {} numbers instead of {}", found.len(), expected.len()));
    }
    let scale = expected.iter().fold(1.0f32, |largest, x| largest.max(x.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let difference = (found - expected).abs();
        if difference.is_nan() || difference > TOLERANCE * scale {
            return Err(format!("{name} gave {found} where the CPU gives {expected}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_agrees_with_itself() {
        assert_eq!(pollster::block_on(run(&open_cpu("test"), &Config::default())), Ok(()));
    }

    #[test]
    fn stale_and_missing_numbers_are_found() {
        let expected = [1.0, -2.0, 0.5];
        assert!(compare("x", &[0.0, 0.0, 0.0], &expected).is_err());
        assert!(compare("x", &[1.0, -2.0, f32::NAN], &expected).is_err());
        assert!(compare("x", &[1.0, -2.0], &expected).is_err());
        assert!(compare("x", &[1.0, -2.001, 0.5], &expected).is_ok());
    }
}
