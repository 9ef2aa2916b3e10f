//! What JavaScript gives, made ours.

use js_sys::{Float32Array, Reflect};
use wasm_bindgen::prelude::*;

use crate::data::Given;
use crate::data::given::points::Points;
use crate::data::given::raster::Raster;
use crate::error::Error;

/// Reads what was given for one end: `{ csv }`, `{ values, dim }` or `{ width, height, values }`; with it the sentence
/// that says what was done to the points. With `inPlace`, points of `values` stay where they are.
pub fn given(end: &str, value: &JsValue) -> Result<(Option<Given>, Option<String>), Error> {
    if value.is_undefined() || value.is_null() {
        return Ok((None, None));
    }
    let field = |name: &str| Reflect::get(value, &name.into()).ok().filter(|v| !v.is_undefined());
    let number = |name: &str| field(name).and_then(|v| v.as_f64()).unwrap_or(f64::NAN);
    let named = |error: Error| Error::Input(format!("{end}: {error}"));
    let points = |(points, note): (Points, String)| (Some(Given::Points(points)), Some(format!("{end}: {note}")));
    if let Some(csv) = field("csv").and_then(|v| v.as_string()) {
        return Points::from_csv(&csv).map(points).map_err(named);
    }
    let Some(values) = field("values").and_then(|v| v.dyn_into::<Float32Array>().ok()) else {
        let sentence = "must be { csv }, { values: Float32Array, dim } or { values: Float32Array, width, height }";
        return Err(Error::Input(format!("{end}: {sentence}")));
    };
    if field("width").is_some() {
        let (width, height) = (whole("width", number("width"))?, whole("height", number("height"))?);
        let raster = Raster::new(width, height, values.to_vec()).map_err(named)?;
        return Ok((Some(Given::Raster(raster)), None));
    }
    let dim = whole("dim", number("dim"))?;
    if field("inPlace").is_some_and(|v| v.is_truthy()) {
        let points = Points::in_place(values.to_vec(), dim).map_err(named)?;
        return Ok((Some(Given::Points(points)), None));
    }
    Points::new(values.to_vec(), dim).map(points).map_err(named)
}

/// A count that came as a number.
///
/// # Errors
/// When it is no whole number, or is out of range.
pub fn whole(name: &str, value: f64) -> Result<usize, Error> {
    if value.fract() == 0.0 && (0.0..=u32::MAX as f64).contains(&value) {
        Ok(value as usize)
    } else {
        Err(Error::Input(format!("{name} = {value}: must be a whole number from 0 to {}", u32::MAX)))
    }
}
