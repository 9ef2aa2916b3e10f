//! Does a device compute what the CPU computes?
//!
//! On the web a kernel that the browser rejects is skipped silently, with all that was submitted
//! beside it, and reads return stale, plausible numbers (cubecl issue 1641). So before a GPU is
//! trusted, it does a little of everything that a run needs, and the CPU does the same.

use burn::tensor::{Device, Tensor, TensorData};

use crate::config::{Config, SolverKind};
use crate::device::read;
use crate::ends::Ends;
use crate::error::Error;
use crate::learner::Weights;
use crate::seed::{self, Purpose};
use crate::solver::Solver;
use crate::train::Trainer;

/// Largest difference that rounding explains, relative to the largest number compared.
const TOLERANCE: f32 = 2e-3;

/// The part of the options that decides which kernels run, made small: the run's own network and
/// optimiser, so that its own kernels are compared, and compiled, before it starts.
pub fn sample_of(config: &Config) -> Config {
    let Config { width, activation, time, optimiser, .. } = *config;
    let (depth, batch) = (config.depth.min(4), config.batch.min(256));
    Config { width, depth, batch, activation, time, optimiser, ..Config::default() }
}

/// Compares `device` with the CPU on a few elementary results and on two training steps of `config`.
///
/// # Errors
/// A sentence fragment that names what differed, and by how much.
pub async fn run(device: &Device, config: &Config) -> Result<(), String> {
    let cpu = Device::flex();
    for (name, work) in
        [("a matrix product", matmul as fn(&Device) -> Tensor<2>), ("sin, cos, log and exp", elementary)]
    {
        let expected = read(work(&cpu)).await.map_err(sentence)?;
        let found = read(work(device)).await.map_err(sentence)?;
        compare(name, &found, &expected)?;
    }
    let expected = two_steps(config, &cpu).await.map_err(sentence)?;
    let found = two_steps(config, device).await.map_err(sentence)?;
    compare("two training steps", &found, &expected)
}

fn sentence(error: Error) -> String {
    format!("did not finish: {error}")
}

fn matmul(device: &Device) -> Tensor<2> {
    let values = |rows: usize, columns: usize| {
        let values: Vec<f32> = (0..rows * columns).map(|i| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
        Tensor::<2>::from_data(TensorData::new(values, [rows, columns]), device)
    };
    values(33, 17).matmul(values(17, 29))
}

fn elementary(device: &Device) -> Tensor<2> {
    let angles: Vec<f32> = (-31..=31).map(|i| i as f32 / 10.0).collect();
    let angles = Tensor::<2>::from_data(TensorData::new(angles, [1, 63]), device);
    let positive = angles.clone().square().add_scalar(1e-3);
    Tensor::cat(vec![angles.clone().sin(), angles.clone().cos(), positive.log(), angles.exp().log()], 0)
}

/// Losses, weights and velocities after two steps: the loss of the second proves that the first one's change arrived.
async fn two_steps(config: &Config, device: &Device) -> Result<Vec<f32>, Error> {
    let ends = Ends::default();
    let (source, target) = (ends.source(config)?, ends.target(config)?);
    let x = source.sample(5, &mut seed::stream(1, Purpose::Sample, 0));
    let mut trainer = Trainer::new(config, device, source, target, Vec::new());
    trainer.step();
    trainer.step();
    let mut numbers = trainer.losses().await?.to_vec();
    numbers.extend(trainer.learner.state().await?.weights.into_iter().flatten());
    let flow = trainer.learner.flow(Weights::Last);
    numbers.extend(flow.velocities(&x, 2, 0.5).await?);
    numbers
        .extend(flow.carry(&x, 2, Solver { kind: SolverKind::Midpoint, tolerance: 1e-4 }, &[0.0, 0.5, 1.0]).await?.0);
    Ok(numbers)
}

fn compare(name: &str, found: &[f32], expected: &[f32]) -> Result<(), String> {
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
        assert_eq!(pollster::block_on(run(&Device::flex(), &Config::default())), Ok(()));
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
