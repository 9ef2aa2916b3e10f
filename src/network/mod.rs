//! Velocity networks v(x, t).

pub mod architecture;
mod conditioning;
#[cfg(feature = "burn")]
mod mlp;
pub mod time;

pub use conditioning::{BETA_MIN, Telling, Told};
#[cfg(feature = "burn")]
pub use mlp::Mlp;
