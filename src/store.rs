//! A run as a safetensors file: weights, optimiser moments and losses, with the options in its metadata.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::data::Given;
use crate::data::given::points::Points;
use crate::data::given::raster::Raster;
use crate::data::inputs::Ends;
use crate::error::Error;

/// The metadata key by which a file is known as ours; its value is the version of this layout.
const FORMAT_KEY: &str = "flow-lab";
const FORMAT: &str = "1";
/// Bytes of the header's length, which is a multiple of as many.
const LENGTH: usize = 8;

/// Numbers with their name and extents.
#[derive(Clone, Debug, PartialEq)]
pub struct Named<T = f32> {
    /// `layers.0.weight`, `m.layers.0.weight`, `losses`, …
    pub name: String,
    /// Its extents; the last one runs fastest.
    pub shape: Vec<usize>,
    /// As many numbers as the extents multiply to.
    pub values: Vec<T>,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The options of the run.
    pub config: Config,
    /// Training steps taken.
    pub step: usize,
    /// Every weight and bias; moments under `m.` and `v.` and the losses beside them.
    pub tensors: Vec<Named>,
    /// What needs more digits: the units of points from outside.
    pub doubles: Vec<Named<f64>>,
}

/// Writes a run as safetensors.
///
/// # Errors
/// When the tensors' sizes contradict their shapes.
pub fn to_bytes(saved: &Saved) -> Result<Vec<u8>, Error> {
    let floats = saved.tensors.iter().map(|Named { name, shape, values }| {
        (name, shape, Dtype::F32, values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())
    });
    let doubles = saved.doubles.iter().map(|Named { name, shape, values }| {
        (name, shape, Dtype::F64, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    });
    let all: Vec<_> = floats.chain(doubles).collect();
    let failed = |error| Error::File(format!("The model could not be written: {error}."));
    let views = all
        .iter()
        .map(|(name, shape, dtype, bytes)| {
            Ok((name.as_str(), TensorView::new(*dtype, shape.to_vec(), bytes).map_err(failed)?))
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let options: Map<String, Value> =
        saved.config.pairs().into_iter().map(|(name, text)| (name.into(), text.into())).collect();
    let bytes = safetensors::serialize(views, None).map_err(failed)?;
    let notes =
        [(FORMAT_KEY, FORMAT.into()), ("options", json!(options).to_string()), ("step", saved.step.to_string())];
    Ok(with_metadata(&bytes, &notes))
}

/// A safetensors file with these notes in its header, in this order: the crate's own way goes through a hash table,
/// whose order changes from run to run, so that the same run saved twice would be two files.
fn with_metadata(bytes: &[u8], notes: &[(&str, String)]) -> Vec<u8> {
    let (length, rest) = bytes.split_at(LENGTH);
    let length = length.iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte));
    let (tensors, data) = rest.split_at(length);
    let notes: Vec<String> = notes.iter().map(|(name, text)| format!("{}:{}", json!(name), json!(text))).collect();
    let comma = if tensors.starts_with(b"{}") { "" } else { "," };
    let mut header = format!("{{\"__metadata__\":{{{}}}{comma}", notes.join(",")).into_bytes();
    header.extend(&tensors[1..]); // after its brace
    header.resize(header.len().next_multiple_of(LENGTH), b' '); // the numbers stay aligned
    [&(header.len() as u64).to_le_bytes()[..], &header, data].concat()
}

/// Reads a run back.
///
/// # Errors
/// When the bytes are cut short, are no safetensors file, were not written by Flow Lab, hold
/// options out of range, or numbers that are not finite.
pub fn from_bytes(bytes: &[u8]) -> Result<Saved, Error> {
    let broken =
        |error| Error::File(format!("The file is not a whole safetensors file ({error}): save the model again."));
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let file = SafeTensors::deserialize(bytes).map_err(broken)?;
    let foreign = |what: &str| {
        Error::File(format!(
            "The file was not saved by Flow Lab: {what}. Open one saved by `flow-lab train --save` or by the page."
        ))
    };

    let notes = metadata.metadata().clone().unwrap_or_default();
    match notes.get(FORMAT_KEY).map(String::as_str) {
        Some(FORMAT) => (),
        Some(other) => {
            return Err(foreign(&format!("its layout is version {other}, and this program reads version {FORMAT}")));
        }
        None => return Err(foreign("its metadata does not name Flow Lab")),
    }
    let options = notes.get("options").ok_or_else(|| foreign("its metadata has no options"))?;
    let options: HashMap<String, String> =
        serde_json::from_str(options).map_err(|error| foreign(&format!("its options cannot be read ({error})")))?;
    let (config, problems) = Config::read(&options.into_iter().collect::<Vec<_>>());
    if let Some(problem) = problems.first() {
        return Err(foreign(&format!("its option {problem}")));
    }
    let step =
        notes.get("step").and_then(|step| step.parse().ok()).ok_or_else(|| foreign("its metadata has no step"))?;

    let (mut tensors, mut doubles) = (Vec::new(), Vec::new());
    for (name, view) in file.iter() {
        let (name, shape) = (name.to_string(), view.shape().to_vec());
        let bad = match view.dtype() {
            Dtype::F32 => {
                let values: Vec<f32> = view.data().as_chunks().0.iter().copied().map(f32::from_le_bytes).collect();
                tensors.push(Named { name: name.clone(), shape, values });
                tensors[tensors.len() - 1].values.iter().find(|x| !x.is_finite()).map(f32::to_string)
            }
            Dtype::F64 => {
                let values: Vec<f64> = view.data().as_chunks().0.iter().copied().map(f64::from_le_bytes).collect();
                doubles.push(Named { name: name.clone(), shape, values });
                doubles[doubles.len() - 1].values.iter().find(|x| !x.is_finite()).map(f64::to_string)
            }
            _ => return Err(foreign(&format!("its tensor {name} holds neither 32-bit nor 64-bit floats"))),
        };
        if let Some(bad) = bad {
            return Err(Error::File(format!(
                "The file's tensor {name} holds {bad}: that run had diverged; train again with a smaller learningRate."
            )));
        }
    }
    Ok(Saved { config, step, tensors, doubles })
}

/// Writes what was given for the two ends as tensors: `source.points`, standardised, and `source.standard` (mean and
/// standard deviation in float64, which give the data's own units back), or `source.raster`; the same for `target`; and
/// `pairs`.
///
/// # Shapes
/// `points` is `n × dim`, `standard` `1 × (dim + 1)`, `raster` `height × width`, `pairs` `n × pair`.
pub fn of_ends(ends: &Ends, pair: usize) -> (Vec<Named>, Vec<Named<f64>>) {
    let (mut tensors, mut doubles) = (Vec::new(), Vec::new());
    for (end, given) in [("source", &ends.source), ("target", &ends.target)] {
        match given {
            Some(Given::Points(points)) => {
                let values = points.values().to_vec();
                let standard = [points.mean(), &[points.std()]].concat();
                let shape = vec![values.len() / points.dim(), points.dim()];
                tensors.push(Named { name: format!("{end}.points"), shape, values });
                doubles.push(Named {
                    name: format!("{end}.standard"),
                    shape: vec![1, standard.len()],
                    values: standard,
                });
            }
            Some(Given::Raster(raster)) => {
                let shape = vec![raster.height(), raster.width()];
                tensors.push(Named { name: format!("{end}.raster"), shape, values: raster.values().to_vec() });
            }
            Some(Given::Digits(_)) | None => (),
        }
    }
    if !ends.pairs.is_empty() {
        let shape = vec![ends.pairs.len() / pair, pair];
        tensors.push(Named { name: "pairs".into(), shape, values: ends.pairs.clone() });
    }
    (tensors, doubles)
}

/// Takes out of `tensors` what [`of_ends`] wrote, but the pairs.
///
/// # Errors
/// When they are not what it writes.
pub fn to_ends(tensors: &mut HashMap<String, Named>, doubles: &[Named<f64>]) -> Result<Ends, Error> {
    let mut take = |name: &str| tensors.remove(name);
    let mut given = |end: &str| -> Result<Option<Given>, Error> {
        if let Some(raster) = take(&format!("{end}.raster")) {
            let [height, width] = matrix(&raster)?;
            return Ok(Some(Given::Raster(Raster::new(width, height, raster.values)?)));
        }
        let name = format!("{end}.standard");
        let exact = doubles.iter().find(|tensor| tensor.name == name).map(|tensor| tensor.values.clone());
        // Files of before 2026-11-27 have it in float32.
        let standard = exact.or_else(|| Some(take(&name)?.values.into_iter().map(f64::from).collect()));
        let (Some(points), Some(mut mean)) = (take(&format!("{end}.points")), standard) else {
            return Ok(None);
        };
        let std = mean.pop().unwrap_or(1.0);
        let [_, dim] = matrix(&points)?;
        Ok(Some(Given::Points(Points::standardised(points.values, dim, mean, std)?)))
    };
    Ok(Ends { source: given("source")?, target: given("target")?, ..Ends::default() })
}

/// The rows and columns of a tensor that must have them.
fn matrix(tensor: &Named) -> Result<[usize; 2], Error> {
    <[usize; 2]>::try_from(tensor.shape.as_slice())
        .map_err(|_| Error::File(format!("The file's tensor {} is not a matrix: save the model again.", tensor.name)))
}

/// Takes reflow's pairs out of `tensors`; empty where there are none.
///
/// # Errors
/// When its rows are not of `width` numbers.
pub fn to_pairs(tensors: &mut HashMap<String, Named>, width: usize) -> Result<Vec<f32>, Error> {
    let Some(pairs) = tensors.remove("pairs") else { return Ok(Vec::new()) };
    match matrix(&pairs)? {
        [_, columns] if columns == width => Ok(pairs.values),
        [_, columns] => Err(Error::File(format!(
            "The file's tensor pairs has rows of {columns} numbers where its options ask for {width}: save the model \
             again."
        ))),
    }
}
