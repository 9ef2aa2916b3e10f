//! Random numbers that are the same on every machine.

pub mod seed;
pub mod threefry;
