//! The network written anew from its definition, in f64: nothing of the crate's own arithmetic is in it.

use flow_lab::config::{Activation, Config, Predict, TimeInput};
use flow_lab::data::Label;
use flow_lab::learner::State;
use flow_lab::network::{Architecture, BETA_MIN};
use flow_lab::path::Path;

/// Rows, columns and values of a weight or bias.
pub type Parameter = (usize, usize, Vec<f64>);

/// v(x, t).
pub struct Reference {
    config: Config,
    /// For every layer its weight and its bias.
    pub parameters: Vec<Parameter>,
}

impl Reference {
    /// The network that the options describe, with the weights of `state`.
    pub fn new(config: &Config, dim: usize, state: &State) -> Reference {
        let shapes = Architecture::of(config, dim).parameters().into_iter().map(|parameter| parameter.shape);
        let wide = |values: &Vec<f32>| values.iter().map(|&x| x as f64).collect();
        let parameters = shapes.zip(&state.weights).map(|(shape, values)| (shape[0], shape[1], wide(values))).collect();
        Reference { config: config.clone(), parameters }
    }

    /// The velocity at one point of this class.
    pub fn velocity(&self, x: &[f64], t: f64, label: Label) -> Vec<f64> {
        let output = self.output(x, t, label);
        if self.config.predict == Predict::Velocity {
            return output;
        }
        // The output is x1; x0 = (x - alpha x1) / beta.
        let at = Path::of(&self.config).at(t);
        let beta = at.beta.max(BETA_MIN);
        output.iter().zip(x).map(|(x1, x)| at.alpha_dot * x1 + at.beta_dot * (x - at.alpha * x1) / beta).collect()
    }

    fn output(&self, x: &[f64], t: f64, label: Label) -> Vec<f64> {
        let mut layers = self.parameters.chunks(2);
        let mut layer = |input: &[f64]| linear(input, layers.next().unwrap());
        let relu = |v: Vec<f64>| v.into_iter().map(|x| x.max(0.0)).collect::<Vec<_>>();
        let mut points = x.to_vec();
        let embedding = match self.config.time {
            TimeInput::Raw => vec![t],
            TimeInput::Sinusoidal => {
                let angles = (0..64).map(|k| t * (6.0 * k as f64 / 63.0).exp());
                angles.clone().map(f64::sin).chain(angles.map(f64::cos)).collect()
            }
            TimeInput::Joined => {
                let hidden = relu(layer(&[t]));
                let embedding = layer(&hidden);
                points = layer(&points);
                embedding
            }
            TimeInput::Mlp => {
                let first = relu(layer(&[t]));
                let second = relu(layer(&first));
                layer(&second)
            }
        };
        let mut hidden = [points, embedding].concat();
        let classes = self.config.classes.count();
        if classes > 0 {
            let one = |class: usize| if label == Some(class as u8) { 1.0 } else { 0.0 };
            hidden.extend(layer(&(0..classes).map(one).collect::<Vec<_>>()));
        }
        if self.config.time == TimeInput::Joined {
            hidden = layer(&hidden);
        }
        for _ in 0..self.config.depth {
            hidden = layer(&hidden);
            hidden.iter_mut().for_each(|x| *x = activate(self.config.activation, *x));
        }
        layer(&hidden)
    }
}

fn linear(input: &[f64], layer: &[Parameter]) -> Vec<f64> {
    let (rows, columns, weight) = &layer[0];
    assert_eq!(*rows, input.len());
    (0..*columns)
        .map(|j| layer[1].2[j] + input.iter().enumerate().map(|(i, x)| x * weight[i * columns + j]).sum::<f64>())
        .collect()
}

fn activate(kind: Activation, x: f64) -> f64 {
    match kind {
        Activation::Relu => x.max(0.0),
        Activation::Silu => x / (1.0 + (-x).exp()),
        Activation::Gelu => x * normal_cdf(x),
        Activation::Selu => 1.0507009873554805 * if x > 0.0 { x } else { 1.6732632423543772 * (x.exp() - 1.0) },
        Activation::Tanh => x.tanh(),
    }
}

/// Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/15 + …), the series of the error function, to rounding.
fn normal_cdf(x: f64) -> f64 {
    let (mut term, mut sum) = (x, x);
    for k in 1..200 {
        term *= x * x / (2 * k + 1) as f64;
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}
