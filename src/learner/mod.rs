//! What learns: the network's weights, the optimiser's moments, the weights' average, and how one step changes them.
//!
//! Three forms of the same mathematics: [`plain`] is burn with automatic differentiation, on any device, and what the
//! others are tested against; [`cpu`] computes a step in one pass over flat arrays, `gpu` in three dispatches.

pub mod cpu;
mod flow;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod helper;
pub mod plain;
mod shown;

use std::pin::Pin;

use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;

use crate::config::Config;
use crate::drawn::Drawn;
use crate::error::Error;
use crate::network::Mlp;
use crate::network::layers;
use crate::prefetch::Prepared;
use cpu::Cpu;
pub use flow::{CHUNK, Flow, Wish};
use plain::Plain;

/// All that training knows, as numbers: what files hold, and what moves from device to device.
///
/// Every list is in the order of [`layers::parameters`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Steps taken.
    pub step: usize,
    /// The parameters.
    pub weights: Vec<Vec<f32>>,
    /// First and second moment of their gradients; empty before the first step.
    pub moments: [Vec<Vec<f32>>; 2],
    /// Their average over the steps; empty before the first step, or without averaging.
    pub average: Vec<Vec<f32>>,
}

impl State {
    /// Freshly drawn weights, before the first step.
    pub fn initial(config: &Config, dim: usize, rng: &mut ChaCha8Rng) -> State {
        State { weights: layers::initial(&layers::layers(config, dim), rng), ..State::default() }
    }
}

/// A network in training.
pub enum Learner {
    /// burn, on any device.
    Plain(Plain),
    /// Flat arrays, on the CPU.
    Cpu(Cpu),
    /// Flat buffers, on the GPU.
    #[cfg(feature = "gpu")]
    Gpu(Box<gpu::Gpu>),
}

/// Which weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Those that the last step left.
    Last,
    /// Their average, where the options ask for one.
    Sampled,
}

impl Learner {
    /// The network that the options describe, with what `state` holds; where the device can, it makes its batches itself, as
    /// `drawn` says.
    pub fn of(config: &Config, dim: usize, device: &Device, state: State, _drawn: Option<&Drawn>) -> Learner {
        if *device == Device::flex() {
            return Learner::Cpu(Cpu::new(config, dim, &state));
        }
        // The largest networks and batches stay with burn, which splits its tensors.
        #[cfg(feature = "gpu")]
        if let Some(opened) = crate::device::gpu().filter(|_| gpu::Gpu::fits(config, dim)) {
            return Learner::Gpu(Box::new(gpu::Gpu::new(config, dim, device, opened, &state, _drawn)));
        }
        Learner::Plain(Plain::new(config, dim, device, state))
    }

    /// The same in burn, on any device.
    pub fn plain(config: &Config, dim: usize, device: &Device, rng: &mut ChaCha8Rng) -> Learner {
        Learner::Plain(Plain::new(config, dim, device, State::initial(config, dim, rng)))
    }

    /// Takes one step: L = mean over points and dimensions of (v(xt, t) - ut)².
    ///
    /// Source: Lipman et al. 2023 (arXiv 2210.02747), equation 9.
    pub fn step(&mut self, batch: &Prepared) {
        match self {
            Learner::Plain(plain) => plain.step(batch),
            Learner::Cpu(cpu) => cpu.step(batch),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.step(batch),
        }
    }

    /// Takes one step on a batch that the device draws; false, and no step, where it must be given.
    pub fn step_drawn(&mut self) -> bool {
        match self {
            Learner::Plain(_) | Learner::Cpu(_) => false,
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.step_drawn(),
        }
    }

    /// Ends when a device that works on its own has taken the steps so far; it holds nothing of this meanwhile. `None` where
    /// they are taken already, or where only reading them tells.
    pub fn done(&self) -> Option<Pin<Box<dyn Future<Output = ()>>>> {
        match self {
            Learner::Plain(_) | Learner::Cpu(_) => None,
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => Some(Box::pin(gpu.done())),
        }
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        match self {
            Learner::Plain(plain) => plain.network.dim(),
            Learner::Cpu(cpu) => cpu.dim(),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.dim(),
        }
    }

    /// Sets the length of the whole run: see [`crate::optimiser::Rule::rate`].
    pub fn set_steps(&mut self, steps: usize) {
        let rule = match self {
            Learner::Plain(plain) => &mut plain.optimiser.rule,
            Learner::Cpu(cpu) => &mut cpu.rule,
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => &mut gpu.rule,
        };
        rule.steps = steps;
    }

    /// Steps taken so far.
    pub fn steps_taken(&self) -> usize {
        match self {
            Learner::Plain(plain) => plain.optimiser.step,
            Learner::Cpu(cpu) => cpu.steps_taken(),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.steps_taken(),
        }
    }

    /// The losses of the steps since the last call.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn take_losses(&mut self) -> Result<Vec<f32>, Error> {
        match self {
            Learner::Plain(plain) => plain.take_losses().await,
            Learner::Cpu(cpu) => Ok(cpu.take_losses()),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.take_losses().await,
        }
    }

    /// All that it knows.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn state(&self) -> Result<State, Error> {
        match self {
            Learner::Plain(plain) => plain.state().await,
            Learner::Cpu(cpu) => Ok(cpu.state()),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.state().await,
        }
    }

    /// Goes on from `state`, whose lists must fit the network.
    pub fn restore(&mut self, state: State) {
        match self {
            Learner::Plain(plain) => plain.restore(state),
            Learner::Cpu(cpu) => cpu.restore(&state),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.restore(&state),
        }
    }

    /// The network as tensors, outside autodiff.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn network(&self, weights: Weights) -> Result<Mlp, Error> {
        self.flow(weights).network().await
    }

    /// The velocity, to be integrated.
    pub fn flow(&self, weights: Weights) -> Flow {
        match self {
            Learner::Plain(plain) => Flow::Plain(plain.network(weights), plain.device.clone()),
            Learner::Cpu(cpu) => Flow::Cpu(Box::new(cpu.flow(weights))),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => Flow::Gpu(Box::new(gpu.flow(weights))),
        }
    }
}

/// The share of the average that stays at step `k`: min(ema, (1 + k) / (10 + k)), so that the first steps, which know
/// little, are soon forgotten.
fn kept_share(ema: f64, k: usize) -> f64 {
    ema.min((1.0 + k as f64) / (10.0 + k as f64))
}
