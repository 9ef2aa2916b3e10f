//! The network forward and backward on the CPU: a block of points at a time goes through all layers and back while it
//! is in the cache.
//!
//! In a browser every part is a function of its own: the engine makes fast code of a function at a time, and of one
//! that held all of this only after a hundred milliseconds, which the first fifty steps felt.

use std::ops::Range;

use macerator::{AutoArch, Simd, WithSimd};

use super::activation;
use super::layout::Layout;
use super::product::{self, Columns, LANES, panels};
use crate::network::input::{FEATURES, GIVEN, LABEL, POINTS};

/// Room for one block of points on its way through the network; made once, so that a step allocates nothing.
pub struct Passes {
    pub(super) layout: Layout,
    /// Rows of a block.
    pub(super) block: usize,
    /// What every buffer holds, the derivative of its activation, and the gradient of the loss by it.
    pub(super) values: Vec<Vec<f32>>,
    pub(super) slopes: Vec<Vec<f32>>,
    pub(super) gradients: Vec<Vec<f32>>,
    /// Every layer's transposed weight.
    transposed: Vec<Vec<f32>>,
}

/// Rows of a block are a multiple of this, as are tiles.
const ROWS_MAX: usize = 8;

/// What the network is given, row after row.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// `n × dim`.
    pub x: &'a [f32],
    /// `n × features`.
    pub features: &'a [f32],
    /// `n × classes`; empty where there are none.
    pub labels: &'a [f32],
}

/// What a training step compares.
#[derive(Clone, Copy)]
pub struct Examples<'a> {
    /// `n`.
    pub count: usize,
    /// What the network is given.
    pub rows: Rows<'a>,
    /// What its output is multiplied with, one a row; empty where all are 1.
    pub scales: &'a [f32],
    /// What it shall be then, `n × dim`.
    pub ut: &'a [f32],
}

impl<'a> Examples<'a> {
    /// Those of some rows.
    pub fn part(self, rows: Range<usize>) -> Examples<'a> {
        let of = |numbers: &'a [f32]| {
            let columns = numbers.len() / self.count.max(1);
            &numbers[rows.start * columns..rows.end * columns]
        };
        let Rows { x, features, labels } = self.rows;
        let given = Rows { x: of(x), features: of(features), labels: of(labels) };
        Examples { count: rows.len(), rows: given, scales: of(self.scales), ut: of(self.ut) }
    }
}

impl Passes {
    /// Room for the network of `layout`.
    pub fn new(layout: Layout) -> Passes {
        let widest = layout.columns.iter().map(|&columns| panels(columns) * LANES).max().unwrap_or(LANES);
        let block = (BLOCK / widest).clamp(32, 128).next_multiple_of(ROWS_MAX);
        let room = |columns: &usize| vec![0.0; panels(*columns) * LANES * block];
        let values: Vec<Vec<f32>> = layout.columns.iter().map(room).collect();
        let transposed =
            layout.layers.iter().map(|layer| vec![0.0; layer.rows() * panels(layer.outputs) * LANES]).collect();
        Passes { block, slopes: values.clone(), gradients: values.clone(), values, transposed, layout }
    }

    /// Where the numbers of the packed array stand.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.layout.columns[POINTS]
    }

    /// The sum over points and dimensions of (scale · output - ut)², and the gradient by the packed weights of so much
    /// of the mean over `total` numbers. [`Passes::prepare`] comes before it.
    pub fn loss(&mut self, weights: &[f32], examples: Examples, total: usize, gradient: &mut [f32]) -> f64 {
        AutoArch::new().dispatch(Loss { passes: self, weights, examples, total, gradient })
    }

    /// x ← the network's output.
    ///
    /// # Shapes
    /// `x` `n × dim`, `features` those of each point's time, or of one time for all, `labels` `n × classes`.
    pub fn output(&mut self, weights: &[f32], x: &mut [f32], features: &[f32], labels: &[f32]) {
        AutoArch::new().dispatch(Output { passes: self, weights, x, features, labels });
    }

    #[inline(always)]
    fn output_on<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        weights: &[f32],
        x: &mut [f32],
        features: &[f32],
        labels: &[f32],
    ) {
        let [dim, told, classes] = [POINTS, FEATURES, LABEL].map(|buffer| self.layout.columns[buffer]);
        let one_time = features.len() == told;
        if one_time {
            let rows = self.block.min(x.len() / dim);
            self.fill(FEATURES, &features.repeat(rows), rows);
        }
        for (k, x) in x.chunks_mut(self.block * dim).enumerate() {
            let rows = x.len() / dim;
            if !one_time {
                self.fill(FEATURES, &features[k * self.block * told..][..rows * told], rows);
            }
            self.fill(POINTS, x, rows);
            self.fill(LABEL, &labels[k * self.block * classes..][..rows * classes], rows);
            self.forward::<S, ROWS, N>(weights, rows, false);
            let (velocity, stride) = (self.values.last().expect("a layer"), self.block * LANES);
            for (row, x) in x.chunks_exact_mut(dim).enumerate() {
                for (c, x) in x.iter_mut().enumerate() {
                    *x = velocity[c / LANES * stride + row * LANES + c % LANES];
                }
            }
        }
    }

    #[inline(always)]
    fn loss_on<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        weights: &[f32],
        examples: Examples,
        total: usize,
        gradient: &mut [f32],
    ) -> f64 {
        gradient.fill(0.0);
        let mut sum = 0.0;
        for start in (0..examples.count).step_by(self.block) {
            let rows = self.block.min(examples.count - start);
            let Examples { rows: given, scales, ut, .. } = examples.part(start..start + rows);
            self.fill(POINTS, given.x, rows);
            self.fill(FEATURES, given.features, rows);
            self.fill(LABEL, given.labels, rows);
            self.forward::<S, ROWS, N>(weights, rows, true);
            sum += self.compare(ut, scales, 2.0 / total as f32, rows);
            self.backward::<S, ROWS, N>(gradient, rows);
        }
        sum
    }

    /// Puts `rows × columns` numbers into panels.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn fill(&mut self, buffer: usize, numbers: &[f32], rows: usize) {
        let columns = self.layout.columns[buffer];
        let stride = self.block * LANES;
        if columns == 0 {
            return;
        }
        for (row, numbers) in numbers.chunks_exact(columns).take(rows).enumerate() {
            for (c, &number) in numbers.iter().enumerate() {
                self.values[buffer][c / LANES * stride + row * LANES + c % LANES] = number;
            }
        }
    }

    /// All layers, with the slopes of their activations where the way back will ask for them.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn forward<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        weights: &[f32],
        rows: usize,
        slopes: bool,
    ) {
        let stride = self.block;
        for (k, layer) in self.layout.layers.iter().enumerate() {
            let mut out = std::mem::take(&mut self.values[k + GIVEN]);
            let mut parts = [Columns { values: &[], columns: 0 }; 4];
            for (part, input) in parts.iter_mut().zip(&layer.inputs) {
                *part = Columns { values: &self.values[input.buffer], columns: input.columns };
            }
            let parts = &parts[..layer.inputs.len()];
            let panel_weights = weights[layer.weight..].chunks_exact(layer.rows() * LANES);
            let biases = weights[layer.bias..].as_chunks::<LANES>().0;
            let panel_slopes = self.slopes[k + GIVEN].chunks_exact_mut(stride * LANES);
            for (((out, slope), weights), bias) in
                out.chunks_exact_mut(stride * LANES).zip(panel_slopes).zip(panel_weights).zip(biases)
            {
                product::product::<S, ROWS, N>(parts, weights, bias, rows, stride, out);
                if let Some(activation) = layer.activation {
                    let used = rows.next_multiple_of(ROWS) * LANES;
                    let slope = slopes.then_some(&mut slope[..used]);
                    activation::activate::<S>(activation, &mut out[..used], slope);
                }
            }
            self.values[k + GIVEN] = out;
        }
    }

    /// The sum of the squared errors; their gradient times `share / 2` becomes that of the last buffer.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn compare(&mut self, ut: &[f32], scales: &[f32], share: f32, rows: usize) -> f64 {
        let dim = self.layout.columns[POINTS];
        let stride = self.block * LANES;
        let (values, gradients) = (self.values.last().expect("a layer"), self.gradients.last_mut().expect("a layer"));
        gradients.fill(0.0); // so that rows past the last point count for nothing
        let mut sum = 0.0;
        for (row, ut) in ut.chunks_exact(dim).take(rows).enumerate() {
            let scale = scales.get(row).copied().unwrap_or(1.0);
            for (c, ut) in ut.iter().enumerate() {
                let at = c / LANES * stride + row * LANES + c % LANES;
                let error = scale * values[at] - ut;
                gradients[at] = share * scale * error;
                sum += (error * error) as f64;
            }
        }
        sum
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn backward<S: Simd, const ROWS: usize, const N: usize>(&mut self, gradient: &mut [f32], rows: usize) {
        let stride = self.block;
        let used = rows.next_multiple_of(ROWS);
        for (k, layer) in self.layout.layers.iter().enumerate().rev() {
            let mut z = std::mem::take(&mut self.gradients[k + GIVEN]);
            let slopes = self.slopes[k + GIVEN].chunks_exact(stride * LANES);
            let biases = layer.bias..layer.bias + panels(layer.outputs) * LANES;
            let biases = gradient[biases].as_chunks_mut::<LANES>().0;
            for ((z, slope), bias) in z.chunks_exact_mut(stride * LANES).zip(slopes).zip(biases) {
                let slope = layer.activation.map(|_| &slope[..used * LANES]);
                through(slope, &mut z[..used * LANES], bias);
            }

            let panel_rows = layer.rows();
            let weight = &mut gradient[layer.weight..layer.bias];
            for (z, weight) in z.chunks_exact(stride * LANES).zip(weight.chunks_exact_mut(panel_rows * LANES)) {
                let mut weight = weight.chunks_exact_mut(LANES * LANES);
                for input in &layer.inputs {
                    let x = self.values[input.buffer].chunks_exact(stride * LANES).enumerate();
                    for (p, x) in x.take(panels(input.columns)) {
                        let weight = weight.next().expect("a row for every column");
                        product::outer::<S, ROWS, N>(x, z, input.columns - p * LANES, used, weight);
                    }
                }
            }

            let outputs = panels(layer.outputs) * LANES * LANES;
            let mut transposed = self.transposed[k].chunks_exact(outputs);
            for input in &layer.inputs {
                let transposed = transposed.by_ref().take(panels(input.columns));
                if input.buffer < GIVEN {
                    transposed.for_each(drop);
                    continue;
                }
                let parts = [Columns { values: &z, columns: layer.outputs }];
                let out = self.gradients[input.buffer].chunks_exact_mut(stride * LANES);
                for (out, weights) in out.zip(transposed) {
                    product::product::<S, ROWS, N>(&parts, weights, &[0.0; LANES], used, stride, out);
                }
            }
            self.gradients[k + GIVEN] = z;
        }
    }

    /// Makes ready for [`Passes::loss`] by these weights: every layer's with outputs for rows, in panels of inputs.
    pub fn prepare(&mut self, weights: &[f32]) {
        AutoArch::new().dispatch(Prepare { passes: self, weights });
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn transpose(&mut self, weights: &[f32]) {
        for (layer, transposed) in self.layout.layers.iter().zip(&mut self.transposed) {
            let (rows, outputs) = (layer.rows(), panels(layer.outputs) * LANES);
            for (o, panel) in weights[layer.weight..layer.bias].chunks_exact(rows * LANES).enumerate() {
                for (i, tile) in panel.chunks_exact(LANES * LANES).enumerate() {
                    let out = &mut transposed[(i * outputs + o * LANES) * LANES..][..LANES * LANES];
                    for r in 0..LANES {
                        for c in 0..LANES {
                            out[c * LANES + r] = tile[r * LANES + c];
                        }
                    }
                }
            }
        }
    }
}

/// A panel's gradient goes back through the activation, z ← slope · z, and its sums into the bias.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn through(slope: Option<&[f32]>, z: &mut [f32], bias: &mut [f32; LANES]) {
    let z = z.as_chunks_mut::<LANES>().0;
    let mut sums = [0.0; LANES];
    if let Some(slope) = slope {
        for (z, slope) in z.iter_mut().zip(slope.as_chunks::<LANES>().0) {
            (0..LANES).for_each(|l| z[l] *= slope[l]);
            (0..LANES).for_each(|l| sums[l] += z[l]);
        }
    } else {
        z.iter().for_each(|z| (0..LANES).for_each(|l| sums[l] += z[l]));
    }
    (0..LANES).for_each(|l| bias[l] += sums[l]);
}

/// Numbers of a block's widest buffer: with its weights it stays in the first cache.
const BLOCK: usize = 4096;

struct Prepare<'a> {
    passes: &'a mut Passes,
    weights: &'a [f32],
}

impl WithSimd for Prepare<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        self.passes.transpose(self.weights);
    }
}

struct Loss<'a> {
    passes: &'a mut Passes,
    weights: &'a [f32],
    examples: Examples<'a>,
    total: usize,
    gradient: &'a mut [f32],
}

impl WithSimd for Loss<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self) -> f64 {
        let Loss { passes, weights, examples, total, gradient } = self;
        match LANES / S::lanes32() {
            1 => passes.loss_on::<S, 8, 1>(weights, examples, total, gradient),
            2 => passes.loss_on::<S, 4, 2>(weights, examples, total, gradient),
            4 => passes.loss_on::<S, 2, 4>(weights, examples, total, gradient),
            _ => passes.loss_on::<S, 1, LANES>(weights, examples, total, gradient),
        }
    }
}

struct Output<'a> {
    passes: &'a mut Passes,
    weights: &'a [f32],
    x: &'a mut [f32],
    features: &'a [f32],
    labels: &'a [f32],
}

impl WithSimd for Output<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Output { passes, weights, x, features, labels } = self;
        match LANES / S::lanes32() {
            1 => passes.output_on::<S, 8, 1>(weights, x, features, labels),
            2 => passes.output_on::<S, 4, 2>(weights, x, features, labels),
            4 => passes.output_on::<S, 2, 4>(weights, x, features, labels),
            _ => passes.output_on::<S, 1, LANES>(weights, x, features, labels),
        }
    }
}
