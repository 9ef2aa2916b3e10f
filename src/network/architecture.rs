//! The layers of the network that the options describe: what every form of it is built from.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::time;
use crate::config::{Activation, Config, TimeInput};

/// The points, as the first of the values that layers read.
pub const POINTS: usize = 0;
/// The time features, the second.
pub const FEATURES: usize = 1;
/// The label, the third: 1 in the column of its class, 0 in the others; no columns where the network is told none.
pub const LABEL: usize = 2;
/// Values that are given: layer `k` makes value `k + GIVEN`.
pub const GIVEN: usize = 3;

/// Reads ↦ activation(reads side by side · weight + bias).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
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

/// Layers in the making.
struct Layers {
    layers: Vec<Layer>,
    /// Columns of every value.
    columns: Vec<usize>,
}

impl Layers {
    /// Adds a layer; gives the value that it makes.
    fn push(&mut self, name: &str, reads: &[usize], outputs: usize, activation: Option<Activation>) -> usize {
        let inputs = reads.iter().map(|&value| self.columns[value]).sum();
        self.layers.push(Layer { name: name.into(), reads: reads.to_vec(), inputs, outputs, activation });
        self.columns.push(outputs);
        self.columns.len() - 1
    }
}

/// Columns of the values that are given.
pub fn columns(config: &Config, dim: usize) -> Vec<usize> {
    vec![dim, time::feature_count(config.time), config.classes.count()]
}

/// Every layer, in the order in which they run: what prepares the time and the points, then `depth` hidden layers of
/// `width` neurons, then the velocity.
pub fn layers(config: &Config, dim: usize) -> Vec<Layer> {
    let Config { width, depth, activation, .. } = *config;
    let columns = columns(config, dim);
    let labelled = columns[LABEL] > 0;
    let mut layers = Layers { layers: Vec::new(), columns };
    let joined = if config.embedding == 0 { width } else { config.embedding };
    let mut reads = match config.time {
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
    if config.time == TimeInput::Joined {
        reads = vec![layers.push("joined", &reads, width, None)];
    }
    for k in 0..depth {
        reads = vec![layers.push(&format!("layers.{k}"), &reads, width, Some(activation))];
    }
    layers.push(&format!("layers.{depth}"), &reads, dim, None);
    layers.layers
}

/// Name and shape of every parameter: for every layer its weight `[inputs, outputs]` and its bias `[1, outputs]`.
pub fn parameters(layers: &[Layer]) -> Vec<(String, [usize; 2])> {
    let of = |layer: &Layer| {
        [
            (format!("{}.weight", layer.name), [layer.inputs, layer.outputs]),
            (format!("{}.bias", layer.name), [1, layer.outputs]),
        ]
    };
    layers.iter().flat_map(of).collect()
}

/// Draws the weights and biases from U(-1/√inputs, 1/√inputs), PyTorch's default for a linear layer; in the order of [`parameters`].
///
/// Of a label's inputs one is 1 and the others are 0: it counts as one input.
pub fn initial(layers: &[Layer], rng: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
    let mut values = Vec::with_capacity(2 * layers.len());
    for layer in layers {
        let inputs = if layer.reads == [LABEL] { 1 } else { layer.inputs };
        let bound = 1.0 / (inputs as f32).sqrt();
        for rows in [layer.inputs, 1] {
            values.push((0..rows * layer.outputs).map(|_| rng.random_range(-bound..bound)).collect());
        }
    }
    values
}
