//! Adam and AdamW against a second, independent implementation.

use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::config::{Config, Optimiser};
use flow_lab::optimiser::Adam;

// The reference numbers below were printed by this NumPy program (float64):
//
//     import numpy as np
//     a = np.array([[1, 2, 0.5], [4, 0.1, 3]]); c = np.array([[1, -2, 3], [0.5, 4, -1]])
//     for name, decay in [("AdamW", 0.01), ("Adam", 0.0)]:
//         w = np.array([[0.3, -0.7, 1.1], [2.0, -1.5, 0.0]]); m = v = np.zeros_like(w)
//         for k in range(1, 101):
//             g = 2 * a * (w - c) - np.sin(w)      # of  Σ a (w - c)² + cos w
//             m = 0.9 * m + 0.1 * g
//             v = 0.999 * v + 0.001 * g * g
//             w = w * (1 - 0.01 * decay)
//             w = w - 0.01 * (m / (1 - 0.9**k)) / (np.sqrt(v / (1 - 0.999**k)) + 1e-8)
//             if k in (1, 10, 100): print(name, k, w.ravel().tolist())
const REFERENCE: [(Optimiser, usize, [f32; 6]); 6] = [
    (
        Optimiser::Adamw,
        1,
        [
            0.309970000,
            -0.709930000,
            1.109890000,
            1.989800000,
            -1.489850001,
            -0.010000000,
        ],
    ),
    (
        Optimiser::Adamw,
        10,
        [
            0.399444850,
            -0.799068838,
            1.198788451,
            1.898310276,
            -1.398867932,
            -0.099667722,
        ],
    ),
    (
        Optimiser::Adamw,
        100,
        [
            1.142640816,
            -1.567750953,
            2.023605034,
            1.140574354,
            -0.201414040,
            -0.813379379,
        ],
    ),
    (
        Optimiser::Adam,
        1,
        [
            0.310000000,
            -0.710000000,
            1.110000000,
            1.990000000,
            -1.490000001,
            -0.010000000,
        ],
    ),
    (
        Optimiser::Adam,
        10,
        [
            0.399788917,
            -0.799812025,
            1.199932107,
            1.900259033,
            -1.400319169,
            -0.099712557,
        ],
    ),
    (
        Optimiser::Adam,
        100,
        [
            1.148597244,
            -1.577507922,
            2.037881005,
            1.152757779,
            -0.213937948,
            -0.816867988,
        ],
    ),
];

#[test]
fn one_ten_and_a_hundred_steps_agree_with_numpy() {
    let device = Device::flex();
    let tensor = |values: [f32; 6]| {
        Tensor::<2>::from_data(TensorData::new(values.to_vec(), [2, 3]), &device)
    };
    let (a, c) = (
        tensor([1.0, 2.0, 0.5, 4.0, 0.1, 3.0]),
        tensor([1.0, -2.0, 3.0, 0.5, 4.0, -1.0]),
    );
    for (optimiser, steps, expected) in REFERENCE {
        let config = Config {
            optimiser,
            learning_rate: 0.01,
            weight_decay: 0.01,
            ..Config::default()
        };
        let mut adam = Adam::new(&config);
        let mut weights = [tensor([0.3, -0.7, 1.1, 2.0, -1.5, 0.0])
            .autodiff()
            .require_grad()];
        for _ in 0..steps {
            let w = weights[0].clone();
            let loss = (a.clone() * (w.clone() - c.clone()).square() + w.cos()).sum();
            adam.step(&mut weights, &mut loss.backward());
        }
        let found = weights[0]
            .clone()
            .inner()
            .into_data()
            .try_into_vec::<f32>()
            .unwrap();
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 2e-6,
                "{optimiser:?} after {steps} steps: {found} for {expected}"
            );
        }
    }
}
