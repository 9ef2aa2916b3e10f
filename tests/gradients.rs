//! The network's gradients against finite differences of an independent network in f64.

use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::config::{Activation, Config, TimeInput};
use flow_lab::network::{Mlp, Told};
use flow_lab::option::Choice;
use flow_lab::seed::{Purpose, stream};

const POINTS: usize = 5;

/// The mean square error of the network, written anew from its definition, in f64.
struct Reference<'a> {
    config: &'a Config,
    /// Rows, columns and values of every weight and bias.
    parameters: Vec<(usize, usize, Vec<f64>)>,
    x: [f64; 2 * POINTS],
    t: [f64; POINTS],
    ut: [f64; 2 * POINTS],
}

impl Reference<'_> {
    fn loss(&self) -> f64 {
        let mut total = 0.0;
        for i in 0..POINTS {
            let mut layers = self.parameters.chunks(2);
            let t = self.t[i];
            let relu = |v: Vec<f64>| v.into_iter().map(|x| x.max(0.0)).collect::<Vec<_>>();
            let mut points = self.x[2 * i..2 * i + 2].to_vec();
            let embedding = match self.config.time {
                TimeInput::Raw => vec![t],
                TimeInput::Sinusoidal => {
                    let angles = (0..64).map(|k| t * (6.0 * k as f64 / 63.0).exp());
                    angles.clone().map(f64::sin).chain(angles.map(f64::cos)).collect()
                }
                TimeInput::Joined => {
                    let hidden = relu(linear(&[t], layers.next().unwrap()));
                    let embedding = linear(&hidden, layers.next().unwrap());
                    points = linear(&points, layers.next().unwrap());
                    points = linear(&[points, embedding].concat(), layers.next().unwrap());
                    Vec::new()
                }
                TimeInput::Mlp => {
                    let first = relu(linear(&[t], layers.next().unwrap()));
                    let second = relu(linear(&first, layers.next().unwrap()));
                    linear(&second, layers.next().unwrap())
                }
            };
            let mut hidden = [points, embedding].concat();
            let last = layers.len() - 1;
            for (k, layer) in layers.enumerate() {
                hidden = linear(&hidden, layer);
                if k < last {
                    hidden.iter_mut().for_each(|x| *x = activate(self.config.activation, *x));
                }
            }
            total += (0..2).map(|d| (hidden[d] - self.ut[2 * i + d]).powi(2)).sum::<f64>();
        }
        total / (2 * POINTS) as f64
    }
}

fn linear(input: &[f64], layer: &[(usize, usize, Vec<f64>)]) -> Vec<f64> {
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

fn check(activation: Activation, time: TimeInput) {
    let config = Config { activation, time, width: 7, depth: 3, ..Config::default() };
    let device = Device::flex();
    let mut network = Mlp::init(&config, 2, &device, &mut stream(4, Purpose::Weights, 0));
    let values = |t: &Tensor<2>| t.clone().into_data().try_into_vec::<f32>().unwrap();
    let wide = |v: &[f32]| v.iter().map(|&x| x as f64).collect::<Vec<_>>();
    let parameters = network.parameters.iter().map(|p| (p.dims()[0], p.dims()[1], wide(&values(p)))).collect();
    let x: [f32; 2 * POINTS] = std::array::from_fn(|i| (i as f32 * 1.7).sin() * 2.0);
    let t: [f32; POINTS] = std::array::from_fn(|i| i as f32 / POINTS as f32 + 0.03);
    let ut: [f32; 2 * POINTS] = std::array::from_fn(|i| (i as f32 * 0.9).cos() * 3.0);
    let mut reference =
        Reference { config: &config, parameters, x: x.map(f64::from), t: t.map(f64::from), ut: ut.map(f64::from) };

    for parameter in &mut network.parameters {
        *parameter = parameter.clone().autodiff().require_grad();
    }
    let tensor = |values: &[f32]| Tensor::<2>::from_data(TensorData::new(values.to_vec(), [POINTS, 2]), &device);
    let loss = (network.forward(tensor(&x), Told::times(&t)) - tensor(&ut)).square().mean();
    let gradients = loss.backward();
    let found: f32 = loss.inner().into_data().try_into_vec::<f32>().unwrap()[0];
    assert!(
        (found as f64 - reference.loss()).abs() < 1e-5 * reference.loss(),
        "{activation:?}, {time:?}: loss {found}"
    );

    for k in 0..network.parameters.len() {
        let gradient = wide(&values(&network.parameters[k].grad(&gradients).unwrap()));
        let scale = gradient.iter().fold(1e-3f64, |largest, g| largest.max(g.abs()));
        for (i, found) in gradient.iter().enumerate() {
            let mut at = |shift: f64| {
                reference.parameters[k].2[i] += shift;
                let loss = reference.loss();
                reference.parameters[k].2[i] -= shift;
                loss
            };
            let h = 1e-5;
            let expected = (at(h) - at(-h)) / (2.0 * h);
            assert!(
                (found - expected).abs() < 2e-5 * scale.max(1.0),
                "{activation:?}, {time:?}, {}[{i}]: {found} for {expected}",
                network.names()[k]
            );
        }
    }
}

#[test]
fn gradients_equal_finite_differences_for_every_activation() {
    for &activation in Activation::ALL {
        check(activation, TimeInput::Raw);
    }
}

#[test]
fn gradients_equal_finite_differences_for_every_time_input() {
    for &time in TimeInput::ALL {
        check(Activation::Silu, time);
    }
}

#[test]
fn selu_has_finite_gradients_far_from_zero() {
    let config = Config { width: 3, depth: 1, ..Config::default() };
    let device = Device::flex();
    let mut network = Mlp::init(&config, 2, &device, &mut stream(4, Purpose::Weights, 0));
    for parameter in &mut network.parameters {
        *parameter = parameter.clone().autodiff().require_grad();
    }
    let x = Tensor::<2>::from_data([[1e4f32, -1e4]], &device);
    let gradients = network.velocity(x, 0.5).sum().backward();
    for parameter in &network.parameters {
        let gradient = parameter.grad(&gradients).unwrap().into_data().try_into_vec::<f32>().unwrap();
        assert!(gradient.iter().all(|g| g.is_finite()), "{gradient:?}");
    }
}
