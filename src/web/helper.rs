//! Workers that share a run's work on the CPU: what the run's own worker asks for, and what its helpers answer.

use js_sys::{Array, Float32Array, Object};
use wasm_bindgen::prelude::*;

use super::fault::Fault;
use super::{FlowLab, object_of, read, set};
use crate::config::Config;
use crate::error::Error;
use crate::experiment::SampleRequest;
use crate::learner::helper;
use crate::network::Architecture;

#[wasm_bindgen]
impl FlowLab {
    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.experiment.dim()
    }

    /// As many workers as two to the power of it can share a training step.
    pub fn halvings(&self) -> usize {
        self.experiment.halvings()
    }

    /// Divides the next step's batch into `2^shared` parts: `{ parts, total }`, those after the first, for helpers. A
    /// call of [`FlowLab::finish`] must follow.
    pub fn divide(&mut self, shared: usize) -> Result<Object, Fault> {
        let (parts, total) =
            self.experiment.divide(shared)?.ok_or_else(|| Error::Failed("Only a run on the CPU is shared.".into()))?;
        let result = Object::new();
        set(&result, "parts", parts.iter().map(|part| Float32Array::from(part.as_slice())).collect::<Array>().into());
        set(&result, "total", (total as f64).into());
        Ok(result)
    }

    /// Works out the first part.
    #[wasm_bindgen(js_name = workFirst)]
    pub fn work_first(&mut self) {
        self.experiment.work_first();
    }

    /// Takes the step with what helpers found, in the order of their parts; with nothing, alone.
    pub fn finish(&mut self, sums: &[f64], gradients: Vec<Float32Array>) {
        let gradients = gradients.iter().map(Float32Array::to_vec);
        self.experiment.finish(sums.iter().copied().zip(gradients).collect());
    }

    /// The weights in training as helpers take them.
    pub fn packed(&self) -> Float32Array {
        Float32Array::from(self.experiment.packed())
    }

    /// The same of the weights that samples come from, or of `weights` if there are any: see [`FlowLab::carry`].
    #[wasm_bindgen(js_name = packedFlow)]
    pub fn packed_flow(&self, weights: &[f32]) -> Result<Float32Array, Fault> {
        Ok(Float32Array::from(self.experiment.packed_flow(weights)?.as_slice()))
    }

    /// Where the points start that [`FlowLab::sample`] would carry.
    pub fn starts(&self, asked: &str) -> Result<Float32Array, Fault> {
        Ok(Float32Array::from(self.experiment.starts(self.request(asked)?)?.as_slice()))
    }

    /// How many points [`FlowLab::sample`] would carry.
    pub fn count(&self, asked: &str) -> Result<usize, Fault> {
        Ok(self.request(asked)?.count)
    }

    /// Multiplications and additions that carrying so many points takes; 0 where helpers can have no part in it.
    #[wasm_bindgen(js_name = sampleWork)]
    pub fn sample_work(&self, asked: &str, points: usize) -> Result<f64, Fault> {
        Ok(self.experiment.sample_work(self.request(asked)?, points))
    }
}

/// One who helps a run in another worker.
#[wasm_bindgen]
pub struct Helper {
    config: Config,
    dim: usize,
    helper: helper::Helper,
}

#[wasm_bindgen]
impl Helper {
    /// For a run with the options `pairs`, a JSON list of `[name, text]`, whose points have `dim` coordinates.
    #[wasm_bindgen(constructor)]
    pub fn new(pairs: &str, dim: usize) -> Result<Helper, Fault> {
        let (config, _) = read(pairs)?;
        let helper = helper::Helper::new(&Architecture::of(&config, dim), config.batch);
        Ok(Helper { config, dim, helper })
    }

    /// Works out a part that [`FlowLab::divide`] gave: `{ sum, gradient }`.
    pub fn work(&mut self, weights: &[f32], part: &[f32], total: usize, shared: usize) -> Result<Object, JsError> {
        let (sum, gradient) = self.helper.work(weights, part, total, shared)?;
        let result = Object::new();
        set(&result, "sum", sum.into());
        set(&result, "gradient", Float32Array::from(gradient).into());
        Ok(result)
    }

    /// As [`FlowLab::carry`], by packed weights.
    pub async fn carry(&self, weights: Vec<f32>, points: Vec<f32>, asked: &str, first: usize) -> Result<Object, Fault> {
        let asked: Vec<(String, String)> = serde_json::from_str(asked)?;
        let request = SampleRequest::asked(&self.config, &asked)?;
        let flow = self.helper.flow(weights)?;
        Ok(object_of(&request.carry(&self.config, &flow, self.dim, &points, first).await?))
    }
}
