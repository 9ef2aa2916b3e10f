//! The layers of the network that the options describe: what every form of it is built from.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::time;
use crate::config::{Activation, Config, TimeInput};

/// The points, as the first of the values that layers read.
pub const POINTS: usize = 0;
/// The time features, the second; layer `k` makes value `k + 2`.
pub const FEATURES: usize = 1;

/// Reads ↦ activation(reads side by side · weight + bias).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// `time.0`, `layers.2`, …
    pub name: String,
    /// The values that it reads, side by side: [`POINTS`], [`FEATURES`], or an earlier layer's.
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

/// Every layer, in the order in which they run: what prepares the time and the points, then `depth` hidden layers of
/// `width` neurons, then the velocity.
pub fn layers(config: &Config, dim: usize) -> Vec<Layer> {
    let Config { width, depth, activation, .. } = *config;
    let mut layers = Layers { layers: Vec::new(), columns: vec![dim, time::feature_count(config.time)] };
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
            let embedding = layers.push("time.1", &[hidden], width, None);
            let points = layers.push("points", &[POINTS], width, None);
            vec![layers.push("joined", &[points, embedding], width, None)]
        }
    };
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
pub fn initial(layers: &[Layer], rng: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
    let mut values = Vec::with_capacity(2 * layers.len());
    for layer in layers {
        let bound = 1.0 / (layer.inputs as f32).sqrt();
        for rows in [layer.inputs, 1] {
            values.push((0..rows * layer.outputs).map(|_| rng.random_range(-bound..bound)).collect());
        }
    }
    values
}
