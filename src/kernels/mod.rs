//! The network, its loss and its gradient over one packed array of parameters: in one pass on the CPU, in a few
//! dispatches on the GPU.
//!
//! On the CPU [`layout`] says where every number stands, [`product`] multiplies, [`pointwise`] bends, [`passes`] takes a block of
//! points forward and back, [`tangents`] takes directions forward, [`shares`] divides a batch, [`threads`] works on its parts side by side, [`update`] corrects the
//! weights. Plain burn with automatic differentiation is what all of it is tested against.

#[cfg(feature = "gpu")]
pub mod gpu;
pub mod layout;
pub mod passes;
mod pointwise;
mod product;
pub mod shares;
#[cfg(test)]
mod side_by_side;
mod tangents;
pub mod threads;
pub mod update;
