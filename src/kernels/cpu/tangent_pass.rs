//! The divergence of the network's output by a tangent pass: how the output moves when the points move along a
//! direction.
//!
//! The way forward leaves every activation's slope behind; a direction then goes through the layers as the points did,
//! without biases, and times the slopes. It costs as much as a way forward, where automatic differentiation takes a way
//! back for it.

use macerator::{AutoArch, Simd, WithSimd};

use super::mlp_pass::Passes;
use super::product::{self, Columns, LANES};
use crate::network::input::{FEATURES, GIVEN, LABEL, POINTS};

impl Passes {
    /// state ← the network's output with its divergence beside it, all at the time whose features are given.
    ///
    /// Without `probes` the divergence is the trace of the Jacobian J, a tangent pass a coordinate; with probes ε it is
    /// Hutchinson's εᵀ J ε, one tangent pass.
    ///
    /// # Shapes
    /// `state` `n × (dim + 1)`, whose last column is not read, `features` those of one time, `labels` `n × classes`,
    /// `probes` `n × dim`.
    pub fn divergence(
        &mut self,
        weights: &[f32],
        state: &mut [f32],
        features: &[f32],
        labels: &[f32],
        probes: Option<&[f32]>,
    ) {
        AutoArch::new().dispatch(Divergence { passes: self, weights, state, features, labels, probes });
    }

    #[inline(always)]
    fn divergence_on<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        weights: &[f32],
        state: &mut [f32],
        features: &[f32],
        labels: &[f32],
        probes: Option<&[f32]>,
    ) {
        let (dim, classes) = (self.layout.columns[POINTS], self.layout.columns[LABEL]);
        let (stride, block) = (self.block * LANES, self.block);
        let mut points = Vec::with_capacity(block * dim);
        for (k, state) in state.chunks_mut(block * (dim + 1)).enumerate() {
            let rows = state.len() / (dim + 1);
            points.clear();
            points.extend(state.chunks_exact(dim + 1).flat_map(|row| &row[..dim]));
            self.fill(POINTS, &points, rows);
            self.fill(FEATURES, &features.repeat(rows), rows);
            self.fill(LABEL, &labels[k * block * classes..][..rows * classes], rows);
            self.forward::<S, ROWS, N>(weights, rows, true);
            let at = |row: usize, c: usize| c / LANES * stride + row * LANES + c % LANES;
            let output = self.values.last().expect("a layer");
            for (row, state) in state.chunks_exact_mut(dim + 1).enumerate() {
                (0..dim).for_each(|c| state[c] = output[at(row, c)]);
                state[dim] = 0.0;
            }
            if let Some(probes) = probes {
                let probes = &probes[k * block * dim..][..rows * dim];
                let moved = self.tangent::<S, ROWS, N>(weights, rows, |row, c| probes[row * dim + c]);
                for (row, state) in state.chunks_exact_mut(dim + 1).enumerate() {
                    state[dim] = (0..dim).map(|c| probes[row * dim + c] * moved[at(row, c)]).sum();
                }
                continue;
            }
            for d in 0..dim {
                let moved = self.tangent::<S, ROWS, N>(weights, rows, |_, c| if c == d { 1.0 } else { 0.0 });
                for (row, state) in state.chunks_exact_mut(dim + 1).enumerate() {
                    state[dim] += moved[at(row, d)];
                }
            }
        }
    }

    /// The way of a direction of the points through all layers, after the points' own: how the output moves, in panels.
    ///
    /// The buffers of the gradients hold it, which a training step writes before it reads them.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn tangent<S: Simd, const ROWS: usize, const N: usize>(
        &mut self,
        weights: &[f32],
        rows: usize,
        direction: impl Fn(usize, usize) -> f32,
    ) -> &[f32] {
        let stride = self.block * LANES;
        let used = rows.next_multiple_of(ROWS) * LANES;
        for row in 0..rows {
            for c in 0..self.layout.columns[POINTS] {
                self.gradients[POINTS][c / LANES * stride + row * LANES + c % LANES] = direction(row, c);
            }
        }
        // Of what is given only the points move; a layer that reads nothing that moves (the time's own) makes zeros.
        let mut moves = vec![false; self.gradients.len()];
        moves[POINTS] = true;
        for (k, layer) in self.layout.layers.iter().enumerate() {
            let mut out = std::mem::take(&mut self.gradients[k + GIVEN]);
            moves[k + GIVEN] = layer.inputs.iter().any(|input| moves[input.buffer]);
            for input in layer.inputs.iter().filter(|input| !moves[input.buffer]) {
                self.gradients[input.buffer].fill(0.0);
            }
            let mut parts = [Columns { values: &[], columns: 0 }; 4];
            for (part, input) in parts.iter_mut().zip(&layer.inputs) {
                *part = Columns { values: &self.gradients[input.buffer], columns: input.columns };
            }
            let parts = &parts[..layer.inputs.len()];
            let panel_weights = weights[layer.weight..].chunks_exact(layer.rows() * LANES);
            let panel_slopes = self.slopes[k + GIVEN].chunks_exact(stride);
            for ((out, slope), weights) in out.chunks_exact_mut(stride).zip(panel_slopes).zip(panel_weights) {
                product::product::<S, ROWS, N>(parts, weights, &[0.0; LANES], rows, self.block, out);
                if layer.activation.is_some() {
                    out[..used].iter_mut().zip(&slope[..used]).for_each(|(z, slope)| *z *= slope);
                }
            }
            self.gradients[k + GIVEN] = out;
        }
        self.gradients.last().expect("a layer")
    }
}

struct Divergence<'a> {
    passes: &'a mut Passes,
    weights: &'a [f32],
    state: &'a mut [f32],
    features: &'a [f32],
    labels: &'a [f32],
    probes: Option<&'a [f32]>,
}

impl WithSimd for Divergence<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Divergence { passes, weights, state, features, labels, probes } = self;
        match LANES / S::lanes32() {
            1 => passes.divergence_on::<S, 8, 1>(weights, state, features, labels, probes),
            2 => passes.divergence_on::<S, 4, 2>(weights, state, features, labels, probes),
            4 => passes.divergence_on::<S, 2, 4>(weights, state, features, labels, probes),
            _ => passes.divergence_on::<S, 1, LANES>(weights, state, features, labels, probes),
        }
    }
}
