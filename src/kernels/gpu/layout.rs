//! Where every number of a network stands on the GPU: values and weights padded to fours with zeros.

use crate::config::Activation;
use crate::network::Architecture;
use crate::network::dense::Dense;
use crate::network::input::{FEATURES, GIVEN, LABEL, POINTS};

/// Numbers of a vec4.
pub const FOUR: usize = 4;
/// Values that a layer may read side by side.
const PARTS_MAX: usize = 4;
/// Layers that the kernels' uniform has room for.
pub const LAYERS_MAX: usize = 32;

/// A value's place; all in vec4s.
#[derive(Clone, Copy, Debug)]
struct Value {
    /// Columns of all values before it.
    before: usize,
    columns: usize,
}

/// A layer's place; all in vec4s.
#[derive(Clone, Debug)]
struct Place {
    reads: Vec<usize>,
    weight: usize,
    /// Those of the inputs, and one whose first number is the bias.
    rows: usize,
    columns: usize,
    activation: Option<Activation>,
}

/// The places of a network's numbers.
#[derive(Clone, Debug)]
pub struct Net {
    layers: Vec<Dense>,
    values: Vec<Value>,
    places: Vec<Place>,
    /// Numbers of every value.
    numbers: Vec<usize>,
    /// vec4s of all weights, and as many of their transposes.
    pub len: usize,
}

impl Net {
    /// The places of a network's dense layers.
    pub fn of(architecture: &Architecture) -> Net {
        let mut net = Net { values: Vec::new(), places: Vec::new(), numbers: Vec::new(), len: 0, layers: Vec::new() };
        let layers = architecture.dense().to_vec();
        architecture.input.columns().iter().for_each(|&columns| net.push(columns));
        for layer in &layers {
            let rows = layer.reads.iter().map(|&value| net.values[value].columns).sum::<usize>() + 1;
            let columns = layer.outputs.div_ceil(FOUR);
            let (reads, activation) = (layer.reads.clone(), layer.activation);
            net.places.push(Place { reads, weight: net.len, rows, columns, activation });
            net.len += FOUR * rows * columns;
            net.push(layer.outputs);
        }
        net.layers = layers;
        net
    }

    fn push(&mut self, numbers: usize) {
        let before = self.columns();
        self.values.push(Value { before, columns: numbers.div_ceil(FOUR) });
        self.numbers.push(numbers);
    }

    /// The activation of the hidden layers, of which the kernels know one beside the time network's own.
    pub fn activation(&self) -> Activation {
        self.layers.iter().rev().find_map(|layer| layer.activation).unwrap_or(Activation::Relu)
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.numbers[POINTS]
    }

    /// Columns of all values together, in vec4s.
    pub fn columns(&self) -> usize {
        self.values.last().map_or(0, |last| last.before + last.columns)
    }

    /// Layers.
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Columns of the points, in vec4s.
    pub fn points(&self) -> usize {
        self.values[POINTS].columns
    }

    /// Columns of the time features, in vec4s.
    pub fn features(&self) -> usize {
        self.values[FEATURES].columns
    }

    /// Columns of the label, in vec4s.
    pub fn label(&self) -> usize {
        self.values[LABEL].columns
    }

    /// Where the labels begin among the values of so many samples, in vec4s.
    pub fn labels_at(&self, room: usize) -> usize {
        self.values[LABEL].before * room
    }

    /// vec4s of a batch's row: what is given, ut, and the scale of the output.
    pub fn row(&self) -> usize {
        2 * self.points() + self.features() + self.label() + 1
    }

    /// Columns of the layer in the middle when they are put in order by width, in vec4s.
    pub fn usual(&self) -> usize {
        let mut columns: Vec<usize> = self.places.iter().map(|place| place.columns).collect();
        columns.sort_unstable();
        columns.get(columns.len() / 2).copied().unwrap_or(1)
    }

    /// Squares of `side × side` vec4s that cover all weights.
    pub fn tiles(&self, side: usize) -> usize {
        self.places.iter().map(|place| place.rows.div_ceil(side) * place.columns.div_ceil(side)).sum()
    }

    /// What `net.wgsl` calls `Net`, with room for so many samples.
    pub fn uniform(&self, room: usize) -> Vec<u32> {
        let mut numbers = vec![room, self.places.len(), self.points(), self.features(), self.len, self.label(), 0, 0];
        for (k, place) in self.places.iter().enumerate() {
            let kind = match place.activation {
                None => 0,
                Some(Activation::Relu) => 1,
                Some(_) => 2,
            };
            let out = self.values[k + GIVEN];
            numbers.extend([place.weight, place.rows, kind, place.reads.len(), out.before, out.columns, 0, 0]);
            let mut row = 0;
            for &read in &place.reads {
                let value = self.values[read];
                let asked = read >= GIVEN;
                numbers.extend([value.before, value.columns, row, asked as usize]);
                row += value.columns;
            }
            numbers.extend(std::iter::repeat_n(0, FOUR * (PARTS_MAX - place.reads.len())));
        }
        let len = 2 * FOUR + LAYERS_MAX * (2 + PARTS_MAX) * FOUR;
        numbers.resize(len, 0);
        numbers.into_iter().map(|number| number as u32).collect()
    }

    /// The packed weights of parameters in their natural order: for every layer its weight, `inputs × outputs`, and its
    /// bias.
    pub fn pack(&self, parameters: &[Vec<f32>]) -> Vec<f32> {
        let mut packed = vec![0.0; FOUR * self.len];
        self.walk(|parameter, at, place, _| packed[place] = parameters[parameter][at]);
        packed
    }

    /// The same with every layer's weight turned: what the way back multiplies with.
    pub fn pack_transposed(&self, parameters: &[Vec<f32>]) -> Vec<f32> {
        let mut packed = vec![0.0; FOUR * self.len];
        self.walk(|parameter, at, _, place| packed[place] = parameters[parameter][at]);
        packed
    }

    /// The parameters of packed weights, in their natural order.
    pub fn unpack(&self, packed: &[f32]) -> Vec<Vec<f32>> {
        let mut parameters: Vec<Vec<f32>> = Vec::new();
        self.walk(|parameter, at, place, _| {
            parameters.resize(parameter + 1, Vec::new());
            debug_assert_eq!(parameters[parameter].len(), at);
            parameters[parameter].push(packed[place]);
        });
        parameters
    }

    /// Calls `visit` with every number's parameter, place in it, and places in the packed and the transposed weights.
    fn walk(&self, mut visit: impl FnMut(usize, usize, usize, usize)) {
        for (k, (layer, place)) in self.layers.iter().zip(&self.places).enumerate() {
            let base = FOUR * place.weight;
            let (rows, columns) = (FOUR * place.rows, FOUR * place.columns);
            let (mut first, mut at) = (0, 0);
            for &read in &place.reads {
                for row in first..first + self.numbers[read] {
                    for o in 0..layer.outputs {
                        visit(2 * k, at, base + row * columns + o, base + o * rows + row);
                        at += 1;
                    }
                }
                first += FOUR * self.values[read].columns;
            }
            for o in 0..layer.outputs {
                visit(2 * k + 1, o, base + first * columns + o, base + o * rows + first);
            }
        }
    }

    /// `rows × numbers` numbers of value `value`, each row padded to whole vec4s.
    pub fn padded(&self, value: usize, rows: &[f32]) -> Vec<f32> {
        let (numbers, columns) = (self.numbers[value], FOUR * self.values[value].columns);
        if numbers == 0 {
            return Vec::new();
        }
        let mut padded = vec![0.0; rows.len() / numbers * columns];
        for (padded, row) in padded.chunks_exact_mut(columns).zip(rows.chunks_exact(numbers)) {
            padded[..numbers].copy_from_slice(row);
        }
        padded
    }
}
