//! Batches for training: pairs of x0 and x1, and what the network is shown of them.

pub mod counter_based;
pub mod prefetch;
pub mod sampler;
