//! The multi-layer perceptron that learns the velocity.

use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::time;
use crate::config::{Activation, Config, TimeInput};

/// v(x, t): `depth` hidden layers of `width` neurons; the time joins the point at the first one.
///
/// The parameters are a plain list, not a burn `Module`: the optimiser, the file and the tests
/// walk the same list, and its moments can be saved from a browser's GPU, where a burn optimiser
/// record's blocking read panics.
#[derive(Clone, Debug)]
pub struct Mlp {
    dim: usize,
    activation: Activation,
    time: TimeInput,
    /// For every layer its weight `[inputs, outputs]` and its bias `[1, outputs]`; the time network's layers first.
    pub parameters: Vec<Tensor<2>>,
    names: Vec<String>,
}

impl Mlp {
    /// Draws the weights and biases from U(-1/√inputs, 1/√inputs), PyTorch's default for a linear layer.
    pub fn init(config: &Config, dim: usize, device: &Device, rng: &mut ChaCha8Rng) -> Mlp {
        let layers = layer_sizes(config, dim);
        let mut parameters = Vec::with_capacity(2 * layers.len());
        for &(_, inputs, outputs) in &layers {
            let bound = 1.0 / (inputs as f32).sqrt();
            for rows in [inputs, 1] {
                let values: Vec<f32> = (0..rows * outputs).map(|_| rng.random_range(-bound..bound)).collect();
                parameters.push(Tensor::from_data(TensorData::new(values, [rows, outputs]), device));
            }
        }
        let names = layers.iter().flat_map(|(name, ..)| [format!("{name}.weight"), format!("{name}.bias")]).collect();
        Mlp { dim, activation: config.activation, time: config.time, parameters, names }
    }

    /// A name for every parameter, in their order: `time.0.weight`, `layers.2.bias`, …
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The velocity at points `x`, each at its own time.
    ///
    /// # Shapes
    /// `x` is `[n, dim]`; `features` are [`Mlp::time_features`] of `n` times, or of one time for all
    /// points; the result is `[n, dim]`.
    pub fn forward(&self, x: Tensor<2>, features: Tensor<2>) -> Tensor<2> {
        let mut layers = self.parameters.chunks_exact(2);
        let linear = |input: Tensor<2>, layer: &[Tensor<2>]| input.matmul(layer[0].clone()) + layer[1].clone();

        let mut embedding = features;
        if self.time == TimeInput::Mlp {
            let time_layers = time::TIME_MLP.len() - 1;
            for (k, layer) in layers.by_ref().take(time_layers).enumerate() {
                embedding = linear(embedding, layer);
                if k + 1 < time_layers {
                    embedding = activation::relu(embedding);
                }
            }
        }
        let points = x.dims()[0];
        if embedding.dims()[0] != points {
            let columns = embedding.dims()[1];
            embedding = embedding.expand([points, columns]);
        }

        let mut hidden = Tensor::cat(vec![x, embedding], 1);
        let last = layers.len() - 1;
        for (k, layer) in layers.enumerate() {
            hidden = linear(hidden, layer);
            if k < last {
                hidden = activate(self.activation, hidden);
            }
        }
        hidden
    }

    /// What [`Mlp::forward`] needs to know of the times `t`.
    ///
    /// # Shapes
    /// `[t.len(), features]`.
    pub fn time_features(&self, t: &[f32], device: &Device) -> Tensor<2> {
        let columns = time::feature_count(self.time);
        Tensor::from_data(TensorData::new(time::features(self.time, t), [t.len(), columns]), device)
    }

    /// The velocity at points `x` `[n, dim]`, all at time `t`.
    pub fn velocity(&self, x: Tensor<2>, t: f32) -> Tensor<2> {
        let features = self.time_features(&[t], &x.device());
        self.forward(x, features)
    }

    /// The same network outside autodiff: for sampling, where no gradient is asked for.
    pub fn without_autodiff(&self) -> Mlp {
        let parameters = self.parameters.iter().map(|p| p.clone().inner()).collect();
        Mlp { parameters, ..self.clone() }
    }

    /// The same network, itself outside autodiff, on the autodiff side: for gradients by the point, not by the weights.
    pub fn frozen(&self) -> Mlp {
        let parameters = self.parameters.iter().map(|p| p.clone().autodiff()).collect();
        Mlp { parameters, ..self.clone() }
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.dim
    }
}

/// Every layer's name, inputs and outputs, in the order of [`Mlp::parameters`].
fn layer_sizes(config: &Config, dim: usize) -> Vec<(String, usize, usize)> {
    let mut layers = Vec::new();
    if config.time == TimeInput::Mlp {
        for (k, sizes) in time::TIME_MLP.windows(2).enumerate() {
            layers.push((format!("time.{k}"), sizes[0], sizes[1]));
        }
    }
    let mut inputs = dim + time::embedding_count(config.time);
    for k in 0..config.depth {
        layers.push((format!("layers.{k}"), inputs, config.width));
        inputs = config.width;
    }
    layers.push((format!("layers.{}", config.depth), inputs, dim));
    layers
}

fn activate(kind: Activation, x: Tensor<2>) -> Tensor<2> {
    match kind {
        Activation::Relu => activation::relu(x),
        Activation::Silu => activation::silu(x),
        Activation::Gelu => activation::gelu(x),
        Activation::Selu => selu(x),
        Activation::Tanh => activation::tanh(x),
    }
}

/// λ max(0, x) + λ α (exp(min(0, x)) - 1), Klambauer et al. 2017 (arXiv 1706.02515).
///
/// burn's own takes exp(x) of large positive x as well, whose infinity times a masked zero is a NaN gradient.
fn selu(x: Tensor<2>) -> Tensor<2> {
    const ALPHA: f64 = 1.673_263_242_354_377_2;
    const LAMBDA: f64 = 1.050_700_987_355_480_5;
    let negative = activation::relu(x.clone().neg()).neg();
    activation::relu(x).mul_scalar(LAMBDA) + negative.exp().sub_scalar(1.0).mul_scalar(LAMBDA * ALPHA)
}
