//! Velocity networks v(x, t).

pub mod divergence;
mod mlp;
mod state;
mod time;

pub use mlp::Mlp;
