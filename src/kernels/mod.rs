//! The network, its loss and its gradient in one pass on the CPU, over one packed array of parameters.
//!
//! [`layout`] says where every number stands, [`product`] multiplies, [`pointwise`] bends, [`passes`] takes a block of
//! points forward and back, [`update`] corrects the weights. Plain burn with automatic differentiation is what all of it
//! is tested against.

pub mod layout;
pub mod passes;
mod pointwise;
mod product;
pub mod update;
