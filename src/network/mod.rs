//! Velocity networks v(x, t).

mod mlp;
mod time;

pub use mlp::Mlp;
