//! What JavaScript gives, made ours, and given back.

use js_sys::{Float32Array, Float64Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::fault::Fault;
use crate::data::given::picture::{self, Ink};
use crate::data::given::points::Points;
use crate::data::given::raster::Raster;
use crate::data::given::{BYTES_MAX, csv, text};
use crate::data::{Distribution, Given, Units};
use crate::error::Error;

const EXPECTED: &str = "must be { csv }, { values: Float64Array, dim }, \
    { values: Float32Array, dim, mean: Float64Array, std } or { values: Float32Array, width, height }";

/// Reads what was given for one end; with it the sentence that says what was done to the points.
///
/// `{ csv }` and `{ values: Float64Array, dim }` are standardised; with `inPlace` such values stay where they are; with
/// `mean: Float64Array` and `std` they are a Float32Array, and were standardised before: what [`given_back`] gives.
/// `{ values: Float32Array, width, height }` is a picture's ink.
pub fn given(end: &str, value: &JsValue) -> Result<(Option<Given>, Option<String>), Error> {
    if value.is_undefined() || value.is_null() {
        return Ok((None, None));
    }
    let field = |name: &str| Reflect::get(value, &name.into()).ok().filter(|v| !v.is_undefined());
    let number = |name: &str| field(name).and_then(|v| v.as_f64()).unwrap_or(f64::NAN);
    let floats = || field("values").and_then(|v| v.dyn_into::<Float32Array>().ok()).map(|values| values.to_vec());
    let doubles =
        |name: &str| field(name).and_then(|v| v.dyn_into::<Float64Array>().ok()).map(|values| values.to_vec());
    let named = |error: Error| Error::Input(format!("{end}: {error}"));
    let points = |(points, note): (Points, String)| (Some(Given::Points(points)), Some(format!("{end}: {note}")));
    if let Some(csv) = field("csv").and_then(|v| v.as_string()) {
        return csv::points(&csv).map(points).map_err(named);
    }
    if field("width").is_some() {
        let (width, height) = (whole("width", number("width"))?, whole("height", number("height"))?);
        let values = floats().ok_or_else(|| named(Error::Input(EXPECTED.into())))?;
        let raster = Raster::new(width, height, values).map_err(named)?;
        return Ok((Some(Given::Raster(raster)), None));
    }
    let dim = whole("dim", number("dim"))?;
    if let (Some(mean), Some(values)) = (doubles("mean"), floats()) {
        let all = Points::standardised(values, dim, mean, number("std")).map_err(named)?;
        let note = all.note();
        return Ok(points((all, note)));
    }
    let values = doubles("values").ok_or_else(|| named(Error::Input(EXPECTED.into())))?;
    if field("inPlace").is_some_and(|v| v.is_truthy()) {
        let values = values.into_iter().map(|x| x as f32).collect();
        return Ok((Some(Given::Points(Points::in_place(values, dim).map_err(named)?)), None));
    }
    Points::new(values, dim).map(points).map_err(named)
}

/// What [`given`] takes, with no digit lost: points as they were standardised, or a picture's ink.
pub fn given_back(given: Option<&Given>) -> JsValue {
    let object = Object::new();
    let set =
        |key: &str, value: JsValue| Reflect::set(&object, &key.into(), &value).expect("a plain object takes any key");
    match given {
        Some(Given::Points(points)) => {
            set("dim", (points.dim() as f64).into());
            if points.is_in_place() {
                let values: Vec<f64> = points.values().iter().copied().map(f64::from).collect();
                set("values", Float64Array::from(values.as_slice()).into());
                set("inPlace", true.into());
            } else {
                set("values", Float32Array::from(points.values()).into());
                set("mean", Float64Array::from(points.mean()).into());
                set("std", points.std().into());
            }
        }
        Some(Given::Raster(raster)) => return ink_back(raster),
        Some(Given::Digits(_)) | None => return JsValue::UNDEFINED,
    }
    object.into()
}

fn ink_back(raster: &Raster) -> JsValue {
    let object = Object::new();
    let set =
        |key: &str, value: JsValue| Reflect::set(&object, &key.into(), &value).expect("a plain object takes any key");
    set("values", Float32Array::from(raster.values()).into());
    set("width", (raster.width() as f64).into());
    set("height", (raster.height() as f64).into());
    object.into()
}

/// The units of an end's data, `{ mean: Float64Array, std, places }`: x_data = mean + std · x. 0 and 1 where the model
/// has the same; `places` are the decimal places that keep all digits.
pub fn units(distribution: &dyn Distribution) -> Object {
    let found = distribution.units();
    let places = found.as_ref().map_or(JsValue::NULL, |units| (units.decimal_places() as f64).into());
    let Units { mean, std } = found.unwrap_or_else(|| Units { mean: vec![0.0; distribution.dim()], std: 1.0 });
    let object = Object::new();
    let fields = [("mean", Float64Array::from(mean.as_slice()).into()), ("std", std.into()), ("places", places)];
    for (key, value) in fields {
        Reflect::set(&object, &key.into(), &value).expect("a plain object takes any key");
    }
    object
}

/// Most bytes of a file that are read.
#[wasm_bindgen(js_name = bytesMax)]
pub fn bytes_max() -> f64 {
    BYTES_MAX as f64
}

/// Whether a file is a picture, by its first bytes.
///
/// # Errors
/// When its header tells of more pixels than are read.
#[wasm_bindgen(js_name = isPicture)]
pub fn is_picture(bytes: &[u8]) -> Result<bool, Fault> {
    match picture::header(bytes) {
        Some(header) => Ok(header.check().map(|()| true)?),
        None => Ok(false),
    }
}

/// A file's bytes as text, whatever their encoding.
#[wasm_bindgen(js_name = textOf)]
pub fn text_of(bytes: &[u8]) -> Result<String, Fault> {
    Ok(text::decode(bytes)?.into_owned())
}

/// The numbers of a table as they stand there, `{ values: Float64Array, dim }`.
#[wasm_bindgen(js_name = tableOf)]
pub fn table_of(csv: &str) -> Result<Object, Fault> {
    let table = csv::read(csv)?;
    let object = Object::new();
    let fields = [("values", Float64Array::from(table.values.as_slice()).into()), ("dim", (table.dim as f64).into())];
    for (key, value) in fields {
        Reflect::set(&object, &key.into(), &value).expect("a plain object takes any key");
    }
    Ok(object)
}

/// A picture that comes row by row: see [`Ink`].
#[wasm_bindgen(js_name = Ink)]
pub struct InkReader(Ink);

#[wasm_bindgen(js_class = Ink)]
impl InkReader {
    /// A picture of so many pixels.
    #[wasm_bindgen(constructor)]
    pub fn new(width: f64, height: f64) -> Result<InkReader, Fault> {
        Ok(InkReader(Ink::new(whole("width", width)?, whole("height", height)?)?))
    }

    /// Takes the next rows: red, green, blue and alpha of every pixel.
    #[wasm_bindgen(js_name = addRows)]
    pub fn add_rows(&mut self, rgba: &[u8]) -> Result<(), Fault> {
        Ok(self.0.add_rows(rgba)?)
    }

    /// `{ values: Float32Array, width, height }`, which [`given()`] takes.
    pub fn raster(&self) -> Result<JsValue, Fault> {
        Ok(ink_back(&self.0.raster()?))
    }
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
