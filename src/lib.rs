//! Flow Lab trains flow-matching models in the reader's browser and shows what is learned.
//!
//! ```text
//! Config ──▶ Experiment { source, target, coupling, path, network } ──▶ Trainer::step ──▶ losses, weights, their
//! average │ │ ▼ ▼ src/web ──▶ www/worker.js ──▶ www/lab.js Solver: velocity, x0, times ──▶ trajectories src/cli (the
//! same Experiment, headless)
//! ```
//!
//! The modules in the order of the data's way. Arrows never turn back: the mathematics knows nothing of the session,
//! the session nothing of the web. Time t = 0 is the source x0, t = 1 the target x1, everywhere.
//!
//! - [`error`] – what went wrong, as a sentence for a reader.
//! - [`config`] – the one table of options, their presets, and what combinations of them are possible.
//! - [`random`] – streams by purpose and number, and words by counter, alike on every machine.
//! - [`data`] – distributions: shapes, points and pictures from outside, digits.
//! - [`assignment`], [`coupling`] – which x0 goes with which x1.
//! - [`path`] – xt and ut between them.
//! - [`batch`] – pairs in batches, drawn ahead on a thread, or by number on either device.
//! - [`network`] – the layers that the options describe, and what they are told besides xt.
//! - [`optimiser`] – Adam.
//! - [`device`] – which device runs, and why.
//! - `kernels` – a training step in one pass on the CPU, in three dispatches of WGSL on the GPU.
//! - [`learner`] – what learns, in every form.
//! - [`solver`], [`likelihood`] – Euler to Dormand–Prince; log p along the way.
//! - [`exact`] – the marginal velocity without a network, and the loss that no network can go below.
//! - [`metrics`] – W2, path energy, straightness.
//! - [`store`] – saved runs.
//! - [`train`] – the training loop.
//! - [`experiment`] – one run, and all that can be asked of it.
//! - `studies` – many runs, a table each.
//! - `web` – the door for JavaScript; the command line's is the program beside this library, in `src/cli`.
//!
//! Three builds, by feature: `cpu` has our packed kernels, `gpu` our WGSL kernels as well, `burn` burn's tensors with
//! automatic differentiation on the same device, which the tests hold every kernel against.

pub mod assignment;
pub mod batch;
pub mod config;
pub mod coupling;
pub mod data;
pub mod device;
pub mod error;
pub mod exact;
pub mod experiment;
mod kernels;
pub mod learner;
pub mod likelihood;
pub mod metrics;
pub mod network;
pub mod optimiser;
pub mod path;
pub mod random;
pub mod solver;
pub mod store;
#[cfg(not(target_arch = "wasm32"))]
pub mod studies;
pub mod train;
#[cfg(target_arch = "wasm32")]
mod web;
