//! The multi-layer perceptron that learns the velocity.

use burn::tensor::{Device, Tensor, TensorData, activation};
use rand_chacha::ChaCha8Rng;

use super::architecture::{self, LABEL, Layer};
use super::{Telling, Told};
use crate::config::{Activation, Config};
use crate::data::Label;

/// v(x, t): the layers of [`architecture::layers`].
///
/// The parameters are a plain list, not a burn `Module`: the optimiser, the file and the tests
/// walk the same list, and its moments can be saved from a browser's GPU, where a burn optimiser
/// record's blocking read panics.
#[derive(Clone, Debug)]
pub struct Mlp {
    dim: usize,
    telling: Telling,
    /// For every layer its weight `[inputs, outputs]` and its bias `[1, outputs]`.
    pub parameters: Vec<Tensor<2>>,
    names: Vec<String>,
    layers: Vec<Layer>,
}

impl Mlp {
    /// The network with freshly drawn weights: see [`architecture::initial`].
    pub fn init(config: &Config, dim: usize, device: &Device, rng: &mut ChaCha8Rng) -> Mlp {
        Mlp::new(config, dim, device, architecture::initial(&architecture::layers(config, dim), rng))
    }

    /// The network with these parameters, in the order of [`architecture::parameters`].
    pub fn new(config: &Config, dim: usize, device: &Device, values: Vec<Vec<f32>>) -> Mlp {
        let layers = architecture::layers(config, dim);
        let (names, shapes): (Vec<_>, Vec<_>) = architecture::parameters(&layers).into_iter().unzip();
        let tensor = |(values, shape)| Tensor::from_data(TensorData::new(values, shape), device);
        let parameters = values.into_iter().zip(shapes).map(tensor).collect();
        Mlp { dim, telling: Telling::of(config), parameters, names, layers }
    }

    /// A name for every parameter, in their order: `time.0.weight`, `layers.2.bias`, …
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The velocity at points `x`, each at its own time or all at one.
    ///
    /// # Shapes
    /// `x` and the result are `[n, dim]`.
    pub fn forward(&self, x: Tensor<2>, told: Told) -> Tensor<2> {
        let device = x.device();
        let points = x.dims()[0];
        let column = |values: Vec<f32>| {
            let shape = [told.t.len(), values.len() / told.t.len()];
            Tensor::<2>::from_data(TensorData::new(values, shape), &device)
        };
        let output = self.output(x.clone(), column(self.telling.features(told.t)), told.labels);
        let forms: Option<Vec<(f32, f32)>> = told.t.iter().map(|&t| self.telling.form(t)).collect();
        let Some(forms) = forms else { return output };
        let (scales, shifts): (Vec<f32>, Vec<f32>) = forms.into_iter().unzip();
        let of_all = |values: Vec<f32>| column(values).expand([points, self.dim]);
        output * of_all(scales) + x * of_all(shifts)
    }

    /// What the last layer gives.
    fn output(&self, x: Tensor<2>, features: Tensor<2>, labels: &[Label]) -> Tensor<2> {
        let points = x.dims()[0];
        let classes = self.telling.classes;
        // A tensor of no columns would do nowhere: without classes no layer reads it.
        let labels = match classes {
            0 => Tensor::zeros([1, 1], &x.device()),
            _ => {
                Tensor::from_data(TensorData::new(self.telling.columns(labels, points), [points, classes]), &x.device())
            }
        };
        let of_all = |value: &Tensor<2>| match value.dims() {
            [rows, columns] if rows != points => value.clone().expand([points, columns]),
            _ => value.clone(),
        };
        let mut values = vec![x, features, labels];
        debug_assert_eq!(values.len() - 1, LABEL);
        for (layer, parameters) in self.layers.iter().zip(self.parameters.chunks_exact(2)) {
            let input = match layer.reads.as_slice() {
                &[value] => values[value].clone(),
                reads => Tensor::cat(reads.iter().map(|&value| of_all(&values[value])).collect(), 1),
            };
            let z = input.matmul(parameters[0].clone()) + parameters[1].clone();
            values.push(match layer.activation {
                Some(activation) => activate(activation, z),
                None => z,
            });
        }
        values.pop().expect("a network has a last layer")
    }

    /// The velocity at points `x` `[n, dim]`, all at time `t`; of their classes the network is told nothing.
    pub fn velocity(&self, x: Tensor<2>, t: f32) -> Tensor<2> {
        self.forward(x, Told::times(&[t]))
    }

    /// The same network outside autodiff: for sampling, where no gradient is asked for.
    pub fn without_autodiff(&self) -> Mlp {
        let parameters = self.parameters.iter().map(|p| p.clone().inner()).collect();
        Mlp { parameters, ..self.clone() }
    }

    /// Coordinates of a point.
    pub fn dim(&self) -> usize {
        self.dim
    }
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
