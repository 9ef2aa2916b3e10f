//! Adam and AdamW against a second, independent implementation.

#[cfg(feature = "burn")]
use burn::tensor::{Device, Tensor, TensorData};
#[cfg(feature = "burn")]
use flow_lab::config::Optimiser;
use flow_lab::config::{Annealing, Config};
#[cfg(feature = "burn")]
use flow_lab::optimiser::Adam;
use flow_lab::optimiser::Rule;

// The reference numbers below were printed by this NumPy program (float64). With `scale` 1e-6 the
// gradients are near ε = 1e-8, so that another ε would show.
//
//     import numpy as np
//     a = np.array([[1, 2, 0.5], [4, 0.1, 3]]); c = np.array([[1, -2, 3], [0.5, 4, -1]])
//     for name, decay, scale in [("Adamw", 0.01, 1.0), ("Adam", 0.0, 1.0), ("Adamw", 0.01, 1e-6)]:
//         w = np.array([[0.3, -0.7, 1.1], [2.0, -1.5, 0.0]]); m = v = np.zeros_like(w)
//         for k in range(1, 101):
//             g = scale * (2 * a * (w - c) - np.sin(w))      # of  scale · Σ a (w - c)² + cos w
//             m = 0.9 * m + 0.1 * g
//             v = 0.999 * v + 0.001 * g * g
//             w = w * (1 - 0.01 * decay)
//             w = w - 0.01 * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-8)
//             if k in (1, 10, 100):
//                 print(f'    (Optimiser::{name}, {scale}, {k}, [{", ".join(f"{x:.7f}" for x in w.ravel())}]),')
#[cfg(feature = "burn")]
const REFERENCE: [(Optimiser, f64, usize, [f64; 6]); 9] = [
    (Optimiser::Adamw, 1.0, 1, [0.3099700, -0.7099300, 1.1098900, 1.9898000, -1.4898500, -0.0100000]),
    (Optimiser::Adamw, 1.0, 10, [0.3994448, -0.7990688, 1.1987885, 1.8983103, -1.3988679, -0.0996677]),
    (Optimiser::Adamw, 1.0, 100, [1.1426408, -1.5677510, 2.0236050, 1.1405744, -0.2014140, -0.8133794]),
    (Optimiser::Adam, 1.0, 1, [0.3100000, -0.7100000, 1.1100000, 1.9900000, -1.4900000, -0.0100000]),
    (Optimiser::Adam, 1.0, 10, [0.3997889, -0.7998120, 1.1999321, 1.9002590, -1.4003192, -0.0997126]),
    (Optimiser::Adam, 1.0, 100, [1.1485972, -1.5775079, 2.0378810, 1.1527578, -0.2139379, -0.8168680]),
    (Optimiser::Adamw, 1e-06, 1, [0.3099114, -0.7099129, 1.1098543, 1.9898090, -1.4907388, -0.0099834]),
    (Optimiser::Adamw, 1e-06, 10, [0.3988532, -0.7988966, 1.1984305, 1.8984014, -1.4078866, -0.0994992]),
    (Optimiser::Adamw, 1e-06, 100, [1.1381977, -1.5663225, 2.0203902, 1.1412998, -0.3216255, -0.8121653]),
];

#[cfg(feature = "burn")]
#[test]
fn one_ten_and_a_hundred_steps_agree_with_numpy() {
    let device = Device::flex();
    let tensor = |values: [f32; 6]| Tensor::<1>::from_data(TensorData::new(values.to_vec(), [6]), &device);
    let (a, c) = (tensor([1.0, 2.0, 0.5, 4.0, 0.1, 3.0]), tensor([1.0, -2.0, 3.0, 0.5, 4.0, -1.0]));
    for (optimiser, scale, steps, expected) in REFERENCE {
        let config = Config { optimiser, learning_rate: 0.01, weight_decay: 0.01, ..Config::default() };
        let mut adam = Adam::new(Rule::of(&config));
        let mut weights = [tensor([0.3, -0.7, 1.1, 2.0, -1.5, 0.0])];
        for _ in 0..steps {
            let w = weights[0].clone().autodiff().require_grad();
            let loss = (a.clone() * (w.clone() - c.clone()).square() + w.clone().cos()).sum().mul_scalar(scale);
            let gradient = w.grad(&loss.backward()).unwrap();
            adam.step(&mut weights, vec![gradient]);
        }
        // Each of the updates, of numbers near 2, rounds by up to 1.2e-7.
        let tolerance = 1e-6 + 1e-7 * steps as f64;
        let found = weights[0].clone().into_data().try_into_vec::<f32>().unwrap();
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (*found as f64 - expected).abs() < tolerance,
                "{optimiser:?} at scale {scale} after {steps} steps: {found} for {expected}"
            );
        }
    }
}

#[test]
fn an_annealed_rate_falls_along_half_a_cosine() {
    let config = Config { annealing: Annealing::Cosine, learning_rate: 0.02, steps: 100, ..Config::default() };
    let rule = Rule::of(&config);
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-15, "{found} for {expected}");
    near(rule.rate(1), 0.02);
    near(rule.rate(51), 0.01);
    near(rule.rate(26), 0.02 * (0.5 + 0.125f64.sqrt()));
    near(rule.rate(101), 0.0);
    near(rule.rate(1_000), 0.0);
    // The cosines of the others cancel.
    near((1..=100).map(|step| rule.rate(step)).sum::<f64>(), 0.02 * 101.0 / 2.0);
    near(rule.scalars(51).kept_weight, 1.0 - 0.01 * config.weight_decay);
    assert_eq!(Rule::of(&Config { annealing: Annealing::None, ..config }).rate(1_000), 0.02);
}
