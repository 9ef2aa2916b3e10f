//! What learns: the network's weights, the optimiser's moments, the weights' average, and how one step changes them.
//!
//! Three forms of the same mathematics: [`packed_cpu`] computes a step in one pass over flat arrays, `packed_gpu` in
//! three dispatches, and `autodiff`, in the builds that have burn, by automatic differentiation: the others are tested
//! against it.

#[cfg(feature = "burn")]
pub mod autodiff;
mod examples;
pub mod form;
pub mod helper;
pub mod packed_cpu;
#[cfg(feature = "gpu")]
pub mod packed_gpu;
mod velocity;

use std::pin::Pin;

use rand_chacha::ChaCha8Rng;

use crate::batch::TrainingBatch;
use crate::batch::counter_based::Drawn;
use crate::config::Config;
use crate::error::Error;
use crate::network::Architecture;
use crate::optimiser::Rule;
#[cfg(feature = "burn")]
use autodiff::Plain;
use form::Form;
use packed_cpu::Cpu;
pub(crate) use velocity::check_labels;
pub use velocity::{CHUNK, Flow, Wish};

/// All that training knows, as numbers: what files hold, and what moves from device to device.
///
/// Every list is in the order of [`Architecture::parameters`].
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
    pub fn initial(architecture: &Architecture, rng: &mut ChaCha8Rng) -> State {
        State { weights: architecture.initial(rng), ..State::default() }
    }
}

/// How a network is trained, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Samples of a batch.
    pub batch: usize,
    /// How a gradient becomes a step.
    pub rule: Rule,
}

impl Recipe {
    /// That of the options.
    pub fn of(config: &Config) -> Recipe {
        Recipe { batch: config.batch, rule: Rule::of(config) }
    }
}

/// A network in training.
pub enum Learner {
    /// Flat arrays, on the CPU.
    Cpu(Box<Cpu>),
    /// Flat buffers, on the GPU.
    #[cfg(feature = "gpu")]
    Gpu(Box<packed_gpu::Gpu>),
    /// burn, on any device.
    #[cfg(feature = "burn")]
    Plain(Box<Plain>),
}

/// The same asked of whichever form it is.
macro_rules! each {
    ($learner:expr, $form:ident => $asked:expr) => {
        match $learner {
            Learner::Cpu($form) => $asked,
            #[cfg(feature = "gpu")]
            Learner::Gpu($form) => $asked,
            #[cfg(feature = "burn")]
            Learner::Plain($form) => $asked,
        }
    };
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
    /// A network with what `state` holds, in this form; where the device can, it makes its batches itself, as `drawn`
    /// says.
    ///
    /// # Errors
    /// When burn refuses the device.
    pub fn of(
        form: &Form,
        architecture: &Architecture,
        recipe: Recipe,
        state: &State,
        _drawn: Option<&Drawn>,
    ) -> Learner {
        match form {
            Form::PackedCpu => Learner::Cpu(Box::new(Cpu::new(architecture, recipe, state))),
            #[cfg(feature = "gpu")]
            Form::PackedGpu(gpu) => {
                Learner::Gpu(Box::new(packed_gpu::Gpu::new(architecture, recipe, gpu, state, _drawn)))
            }
        }
    }

    /// What it computes.
    pub fn architecture(&self) -> &Architecture {
        each!(self, form => form.architecture())
    }

    /// The form that workers can share, where it is the one that runs.
    pub fn cpu(&self) -> Option<&Cpu> {
        match self {
            Learner::Cpu(cpu) => Some(cpu),
            #[cfg(feature = "gpu")]
            _ => None,
        }
    }

    /// The same, to be worked with.
    pub fn cpu_mut(&mut self) -> Option<&mut Cpu> {
        match self {
            Learner::Cpu(cpu) => Some(cpu),
            #[cfg(feature = "gpu")]
            _ => None,
        }
    }

    /// Takes one step: L = mean over points and dimensions of (v(xt, t) - ut)².
    ///
    /// Source: Lipman et al. 2023 (arXiv 2210.02747), equation 9.
    pub fn step(&mut self, batch: &TrainingBatch) {
        each!(self, form => form.step(batch));
    }

    /// Takes one step on a batch that the device draws; false, and no step, where it must be given.
    pub fn step_drawn(&mut self) -> bool {
        match self {
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.step_drawn(),
            _ => false,
        }
    }

    /// Ends when a device that works on its own has taken the steps so far; it holds nothing of this meanwhile. `None`
    /// where they are taken already, or where only reading them tells.
    pub fn done(&self) -> Option<Pin<Box<dyn Future<Output = ()>>>> {
        match self {
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => Some(Box::pin(gpu.done())),
            _ => None,
        }
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.architecture().input.dim
    }

    /// Sets the length of the whole run: see [`crate::optimiser::Rule::rate`].
    pub fn set_steps(&mut self, steps: usize) {
        each!(self, form => form.rule_mut().steps = steps);
    }

    /// Steps taken so far.
    pub fn steps_taken(&self) -> usize {
        each!(self, form => form.steps_taken())
    }

    /// The losses of the steps since the last call.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn take_losses(&mut self) -> Result<Vec<f32>, Error> {
        match self {
            Learner::Cpu(cpu) => Ok(cpu.take_losses()),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.take_losses().await,
            #[cfg(feature = "burn")]
            Learner::Plain(plain) => plain.take_losses().await,
        }
    }

    /// All that it knows.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn state(&self) -> Result<State, Error> {
        match self {
            Learner::Cpu(cpu) => Ok(cpu.state()),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => gpu.state().await,
            #[cfg(feature = "burn")]
            Learner::Plain(plain) => plain.state().await,
        }
    }

    /// Goes on from `state`, whose lists must fit the network.
    pub fn restore(&mut self, state: &State) {
        each!(self, form => form.restore(state));
    }

    /// The velocity, to be integrated.
    pub fn flow(&self, weights: Weights) -> Flow {
        match self {
            Learner::Cpu(cpu) => Flow::Cpu(Box::new(cpu.flow(weights))),
            #[cfg(feature = "gpu")]
            Learner::Gpu(gpu) => Flow::Gpu(Box::new(gpu.flow(weights))),
            #[cfg(feature = "burn")]
            Learner::Plain(plain) => Flow::Plain(Box::new(plain.network(weights))),
        }
    }
}
