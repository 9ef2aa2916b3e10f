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
#![warn(missing_docs)]

#[cfg(not(feature = "cpu"))]
compile_error!("choose a build: `--features gpu` (GPU and CPU) or `--no-default-features --features cpu` (small)");

pub mod config;
pub mod data;
pub mod device;
pub mod error;
pub mod experiment;
pub mod metrics;
pub mod network;
pub mod optimiser;
pub mod option;
pub mod path;
mod preset;
pub mod seed;
pub mod self_check;
pub mod solver;
pub mod store;
pub mod train;
#[cfg(target_arch = "wasm32")]
mod web;
