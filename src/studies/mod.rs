//! Studies: many trained models, one table each.

pub mod boards;
pub mod tong_table;
