//! The layers of a multi-layer perceptron: a directed graph of dense layers over what is given.

use super::input::{FEATURES, Input, LABEL, POINTS};
use super::parameter::Parameter;
use super::time;
use crate::config::{Activation, Config, TimeInput};

/// A dense layer: activation(reads side by side · weight + bias).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dense {
    /// `time.0`, `layers.2`, …
    pub name: String,
    /// The values that it reads, side by side: [`POINTS`], [`FEATURES`], [`LABEL`], or an earlier layer's.
    pub reads: Vec<usize>,
    /// Rows of its weight.
    pub inputs: usize,
    /// Columns of its weight.
    pub outputs: usize,
    /// What follows the product, if anything.
    pub activation: Option<Activation>,
}

impl Dense {
    /// Its weight, `inputs × outputs`, and its bias, `1 × outputs`.
    pub fn parameters(&self) -> [Parameter; 2] {
        // Of a label's inputs one is 1 and the others are 0: it counts as one input.
        let fan_in = if self.reads == [LABEL] { 1 } else { self.inputs };
        let of = |kind: &str, rows: usize| Parameter {
            name: format!("{}.{kind}", self.name),
            shape: vec![rows, self.outputs],
            fan_in,
        };
        [of("weight", self.inputs), of("bias", 1)]
    }
}

/// Layers in the making.
struct Layers {
    layers: Vec<Dense>,
    /// Columns of every value.
    columns: Vec<usize>,
}

impl Layers {
    /// Adds a layer; gives the value that it makes.
    fn push(&mut self, name: &str, reads: &[usize], outputs: usize, activation: Option<Activation>) -> usize {
        let inputs = reads.iter().map(|&value| self.columns[value]).sum();
        self.layers.push(Dense { name: name.into(), reads: reads.to_vec(), inputs, outputs, activation });
        self.columns.push(outputs);
        self.columns.len() - 1
    }
}

/// Every layer, in the order in which they run: what prepares the time and the points, then `depth` hidden layers of
/// `width` neurons, then the velocity.
pub fn layers(config: &Config, input: &Input) -> Vec<Dense> {
    let Config { width, depth, activation, .. } = *config;
    let columns = input.columns().to_vec();
    let labelled = columns[LABEL] > 0;
    let mut layers = Layers { layers: Vec::new(), columns };
    let joined = if config.embedding == 0 { width } else { config.embedding };
    let mut reads = match input.time {
        TimeInput::Raw | TimeInput::Sinusoidal => vec![POINTS, FEATURES],
        TimeInput::Mlp => {
            let last = time::TIME_MLP.len() - 2;
            let mut embedding = FEATURES;
            for (k, &outputs) in time::TIME_MLP[1..].iter().enumerate() {
                let relu = (k < last).then_some(Activation::Relu);
                embedding = layers.push(&format!("time.{k}"), &[embedding], outputs, relu);
            }
            vec![POINTS, embedding]
        }
        TimeInput::Joined => {
            let hidden = layers.push("time.0", &[FEATURES], time::JOINED_WIDTH, Some(Activation::Relu));
            let embedding = layers.push("time.1", &[hidden], joined, None);
            vec![layers.push("points", &[POINTS], joined, None), embedding]
        }
    };
    if labelled {
        reads.push(layers.push("label", &[LABEL], joined, None));
    }
    if input.time == TimeInput::Joined {
        reads = vec![layers.push("joined", &reads, width, None)];
    }
    for k in 0..depth {
        reads = vec![layers.push(&format!("layers.{k}"), &reads, width, Some(activation))];
    }
    layers.push(&format!("layers.{depth}"), &reads, input.dim, None);
    layers.layers
}
