//! The class of a point.

/// The class of a point, from 0; `None` where it is not told.
pub type Label = Option<u8>;
