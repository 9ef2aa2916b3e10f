//! The multi-layer perceptron in burn.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation};

use super::dense::Dense;
use crate::config::Activation;

/// Dense layers over what is given: see [`super::dense`].
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Affine>,
    #[module(skip)]
    plan: Vec<Dense>,
}

/// x ↦ x · weight + bias.
#[derive(Module, Debug)]
struct Affine {
    /// `[inputs, outputs]`.
    weight: Param<Tensor<2>>,
    /// `[1, outputs]`.
    bias: Param<Tensor<2>>,
}

impl Mlp {
    /// The layers with zeros for their parameters.
    pub fn zeros(plan: &[Dense], device: &Device) -> Mlp {
        let affine = |layer: &Dense| Affine {
            weight: Param::from_tensor(Tensor::zeros([layer.inputs, layer.outputs], device)),
            bias: Param::from_tensor(Tensor::zeros([1, layer.outputs], device)),
        };
        Mlp { layers: plan.iter().map(affine).collect(), plan: plan.to_vec() }
    }

    /// What the last layer gives.
    ///
    /// # Shapes
    /// `given` are the points `[n, dim]`, the time features `[n or 1, features]` and the label `[n, classes]`, which no
    /// layer reads where there are no classes; the result is `[n, dim]`.
    pub fn forward(&self, given: [Tensor<2>; 3]) -> Tensor<2> {
        let points = given[0].dims()[0];
        let of_all = |value: &Tensor<2>| match value.dims() {
            [rows, columns] if rows != points => value.clone().expand([points, columns]),
            _ => value.clone(),
        };
        let mut values = given.to_vec();
        for (layer, Affine { weight, bias }) in self.plan.iter().zip(&self.layers) {
            let input = match layer.reads.as_slice() {
                &[value] => values[value].clone(),
                reads => Tensor::cat(reads.iter().map(|&value| of_all(&values[value])).collect(), 1),
            };
            let z = input.matmul(weight.val()) + bias.val();
            values.push(match layer.activation {
                Some(activation) => activate(activation, z),
                None => z,
            });
        }
        values.pop().expect("a network has a last layer")
    }
}

/// An activation, number by number.
pub(super) fn activate<const D: usize>(kind: Activation, x: Tensor<D>) -> Tensor<D> {
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
fn selu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    const ALPHA: f64 = 1.673_263_242_354_377_2;
    const LAMBDA: f64 = 1.050_700_987_355_480_5;
    let negative = activation::relu(x.clone().neg()).neg();
    activation::relu(x).mul_scalar(LAMBDA) + negative.exp().sub_scalar(1.0).mul_scalar(LAMBDA * ALPHA)
}
