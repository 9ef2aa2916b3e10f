//! Every claim about the crate, in one program: one link instead of twenty, and burn's crates linked once.
//!
//! `cargo test --profile tests --features burn` holds the kernels against burn's automatic differentiation as well;
//! without the feature those modules are left out, and nothing of burn is compiled.

mod builds;
mod checkerboard;
mod cli;
mod counter_based;
mod coupling;
mod data;
mod digits;
mod divergence;
mod docs;
mod draws;
mod exact;
mod files;
#[cfg(feature = "gpu")]
mod gpu;
mod gradients;
mod likelihood;
mod optimiser;
mod options;
#[cfg(feature = "burn")]
mod packed_cpu;
#[cfg(feature = "gpu")]
mod packed_gpu;
mod path;
mod pictures;
mod points;
mod reference;
mod replay;
mod saved_run;
mod shared_step;
mod solver;
mod tables;
mod training;
