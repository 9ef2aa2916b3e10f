//! Flow Lab trains flow-matching models in the reader's browser and shows what is learned.
//!
//! ```text
//! Config ──▶ Experiment { source, target, network } ──▶ Trainer::step ──▶ losses, weights
//!                │                                          │
//!                ▼                                          ▼
//!    web.rs ──▶ www/worker.js ──▶ www/lab.js       Solver: velocity, x0, times ──▶ trajectories
//!    main.rs (the same Experiment, headless)
//! ```
//!
//! Arrows never turn back: the mathematics knows nothing of the session, the session nothing of
//! the web. Time t = 0 is the source x0, t = 1 the target x1, everywhere.
//!
//! Three builds, by feature: `cpu` has our packed kernels, `gpu` our WGSL kernels as well, `burn` burn's tensors with automatic
//! differentiation on the same device, which the tests hold every kernel against.
#![warn(missing_docs)]

pub mod assignment;
pub mod batches;
#[cfg(not(target_arch = "wasm32"))]
pub mod benchmark;
pub mod config;
pub mod counter;
pub mod coupling;
pub mod data;
pub mod device;
pub mod drawn;
pub mod ends;
pub mod error;
pub mod evaluation;
pub mod exact;
pub mod experiment;
mod kernels;
pub mod learner;
pub mod likelihood;
pub mod metrics;
pub mod network;
pub mod optimiser;
pub mod option;
pub mod path;
#[cfg(target_arch = "wasm32")]
mod peak;
pub mod prefetch;
mod preset;
#[cfg(not(target_arch = "wasm32"))]
pub mod scaling;
pub mod seed;
pub mod self_check;
pub mod solver;
pub mod store;
pub mod train;
#[cfg(target_arch = "wasm32")]
mod web;
