//! On the CPU [`layout`] says where every number stands, [`product`] multiplies, [`activation`] holds the activations and their
//! slopes, [`mlp_pass`] takes a block of points forward and back, [`tangent_pass`] takes directions forward, [`tree_sum`]
//! divides a batch, [`threads`] works on its parts side by side, [`adam`] corrects the weights.

mod activation;
pub mod adam;
pub mod layout;
pub mod mlp_pass;
mod product;
#[cfg(test)]
mod side_by_side;
mod tangent_pass;
pub mod threads;
pub mod tree_sum;
