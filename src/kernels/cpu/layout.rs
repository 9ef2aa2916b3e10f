//! A network as a list of layers over numbered buffers, and where each of its numbers stands in one packed array.

use super::product::{LANES, panels};
use crate::config::Activation;
use crate::network::Architecture;

/// Columns that a layer reads: those of one buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
    /// The buffer's number.
    pub buffer: usize,
    /// All of its columns.
    pub columns: usize,
}

/// activation(inputs · weight + bias).
#[derive(Clone, Debug)]
pub struct Layer {
    /// Read side by side, in the order of the weight's rows.
    pub inputs: Vec<Input>,
    /// Columns of the buffer that it writes.
    pub outputs: usize,
    /// What follows the product, if anything.
    pub activation: Option<Activation>,
    /// Where its weight begins in the packed array: panels of outputs, in each a row of lanes for every input, every
    /// part of the inputs padded to whole panels.
    pub weight: usize,
    /// Where its bias begins: panels of outputs.
    pub bias: usize,
}

/// All layers. Buffers are the values of [`crate::network::dense`]: the points, the time features, the label, and what
/// the layers make.
#[derive(Clone, Debug)]
pub struct Layout {
    /// In the order in which they run.
    pub layers: Vec<Layer>,
    /// Columns of every buffer.
    pub columns: Vec<usize>,
    /// Length of the packed array.
    pub len: usize,
}

impl Layout {
    /// The places of a network's dense layers.
    pub fn of(architecture: &Architecture) -> Layout {
        let columns = architecture.input.columns().to_vec();
        let mut layout = Layout { layers: Vec::new(), columns, len: 0 };
        for layer in architecture.dense() {
            layout.push(&layer.reads, layer.outputs, layer.activation);
        }
        layout
    }

    fn push(&mut self, inputs: &[usize], outputs: usize, activation: Option<Activation>) {
        let inputs: Vec<Input> = inputs.iter().map(|&buffer| Input { buffer, columns: self.columns[buffer] }).collect();
        let weight = self.len;
        let bias = weight + panels(outputs) * padded_rows(&inputs) * LANES;
        self.len = bias + panels(outputs) * LANES;
        self.layers.push(Layer { inputs, outputs, activation, weight, bias });
        self.columns.push(outputs);
    }

    /// The packed array of parameters in their natural order: for every layer its weight, `inputs × outputs`, and its
    /// bias.
    pub fn pack(&self, parameters: &[Vec<f32>]) -> Vec<f32> {
        let mut packed = vec![0.0; self.len];
        self.walk(|parameter, at, place| packed[place] = parameters[parameter][at]);
        packed
    }

    /// The parameters of a packed array, in their natural order.
    pub fn unpack(&self, packed: &[f32]) -> Vec<Vec<f32>> {
        let mut parameters: Vec<Vec<f32>> = Vec::new();
        self.walk(|parameter, at, place| {
            parameters.resize(parameter + 1, Vec::new());
            debug_assert_eq!(parameters[parameter].len(), at);
            parameters[parameter].push(packed[place]);
        });
        parameters
    }

    /// Calls `visit` with every number's parameter, place in it, and place in the packed array.
    fn walk(&self, mut visit: impl FnMut(usize, usize, usize)) {
        for (k, layer) in self.layers.iter().enumerate() {
            let rows = padded_rows(&layer.inputs);
            let (mut row, mut at) = (0, 0);
            for input in &layer.inputs {
                for i in 0..input.columns {
                    for o in 0..layer.outputs {
                        visit(2 * k, at, layer.weight + ((o / LANES) * rows + row + i) * LANES + o % LANES);
                        at += 1;
                    }
                }
                row += panels(input.columns) * LANES;
            }
            (0..layer.outputs).for_each(|o| visit(2 * k + 1, o, layer.bias + o));
        }
    }
}

impl Layer {
    /// Rows of its packed weight.
    pub fn rows(&self) -> usize {
        padded_rows(&self.inputs)
    }
}

fn padded_rows(inputs: &[Input]) -> usize {
    inputs.iter().map(|input| panels(input.columns) * LANES).sum()
}
