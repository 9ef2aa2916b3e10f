//! Points, tables and pictures from outside.

mod cells;
pub mod csv;
#[cfg(not(target_arch = "wasm32"))] // the page has the browser's decoders
pub mod file;
mod kd_tree;
mod number;
pub mod picture;
pub mod points;
pub mod raster;
mod survey;
pub mod text;

/// Most bytes of a file that are read; 20 million numbers of twelve letters each have as many.
pub const BYTES_MAX: usize = 256 << 20;
