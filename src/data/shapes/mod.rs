//! Shapes of the plane and of more dimensions, each with its exact density where it has one.

pub mod checkerboard;
pub(super) mod circles;
mod curve;
pub mod gaussian_mixture;
pub mod moons;
pub(super) mod pinwheel;
pub mod scurve;
pub(super) mod spiral;
pub mod text;
pub(super) mod uniform;
