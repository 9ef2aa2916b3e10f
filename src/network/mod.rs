//! Velocity networks v(x, t).

pub mod layers;
#[cfg(feature = "burn")]
mod mlp;
#[cfg(feature = "burn")]
mod state;
pub mod time;
mod told;

#[cfg(feature = "burn")]
pub use mlp::Mlp;
pub use told::{BETA_MIN, Label, Telling, Told};
