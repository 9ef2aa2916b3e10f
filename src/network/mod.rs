//! Velocity networks v(x, t).

pub mod architecture;
mod conditioning;
pub mod dense;
pub mod input;
#[cfg(feature = "burn")]
mod mlp;
#[cfg(feature = "burn")]
mod module;
pub mod parameter;
#[cfg(feature = "burn")]
pub mod parameters;
pub mod time;

pub use architecture::Architecture;
pub use conditioning::{BETA_MIN, Telling, Told};
#[cfg(feature = "burn")]
pub use module::Network;
