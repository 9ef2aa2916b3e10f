//! Points, tables and pictures from outside.

mod csv;
mod kd_tree;
pub mod points;
pub mod raster;
