//! Every claim about the crate, in one program: one link instead of twenty, and burn's crates linked once.
//!
//! `cargo test --profile tests --features burn` holds the kernels against burn's automatic differentiation as well; without the
//! feature those modules are left out, and nothing of burn is compiled.

mod builds;
mod checkerboard;
mod cli;
mod coupling;
mod data;
mod digits;
mod divergence;
mod docs;
mod drawn;
mod draws;
mod exact;
#[cfg(feature = "burn")]
mod fused;
#[cfg(feature = "gpu")]
mod fused_gpu;
#[cfg(feature = "gpu")]
mod gpu;
mod gradients;
mod likelihood;
mod optimiser;
mod path;
mod points;
mod reference;
mod replay;
mod shares;
mod solver;
mod training;
