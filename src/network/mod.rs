//! Velocity networks v(x, t).

pub mod divergence;
pub mod layers;
mod mlp;
mod state;
pub mod time;
mod told;

pub use mlp::Mlp;
pub use told::{BETA_MIN, Label, Telling, Told};
