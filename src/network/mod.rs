//! Velocity networks v(x, t).

pub mod divergence;
pub mod layers;
mod mlp;
mod state;
pub mod time;

pub use mlp::Mlp;
