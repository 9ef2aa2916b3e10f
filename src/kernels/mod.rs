//! The network, its loss and its gradient over one packed array of parameters: in one pass on the CPU, in a few
//! dispatches on the GPU. Burn with automatic differentiation is what all of it is tested against.

pub mod cpu;
#[cfg(feature = "gpu")]
pub mod gpu;
