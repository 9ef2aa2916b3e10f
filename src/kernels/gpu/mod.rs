//! The network, its training step and its sampling as WGSL kernels of our own, on the device that `device/open.rs` has opened.
//!
//! A step is three dispatches: a tile of samples is drawn (`draw.wgsl`) or read, and goes through all layers and back (`pass.wgsl`), the weights' gradient is
//! summed over the samples (`outer.wgsl`), Adam and the average correct the weights (`update.wgsl`). A whole trajectory is
//! one dispatch (`sample.wgsl`). Written in WGSL rather than CubeCL because a small network is bound by launches: here
//! many steps are recorded into one submission whose scalars wait in a buffer, four kernels are compiled instead of
//! dozens, and the browser gets them as they stand.

#[cfg(test)]
mod drawn_rows;
pub mod layout;
pub mod sampling;
pub mod training;
pub mod wgsl;
