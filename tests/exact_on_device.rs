//! The exact velocity in tensors, against the one in float64.

use burn::tensor::{Device, Tensor, TensorData};
use flow_lab::config::{Config, Schedule, Shape};
use flow_lab::data::distribution;
use flow_lab::exact::Field;
use flow_lab::path::Path;
use flow_lab::seed::{Purpose, stream};

/// Largest difference of tensors and float64, relative to the largest velocity, over points that the path reaches.
fn difference(source: Shape, target: Shape, schedule: Schedule, t: f64, device: &Device) -> f64 {
    let config = Config::default();
    let (a, b) = (distribution(source, &config, None).unwrap(), distribution(target, &config, None).unwrap());
    let path = Path { schedule, sigma_min: 0.0, sigma: 0.0 };
    let field = Field::new(&a.mixture(), &b.mixture(), path).unwrap();
    let mut rng = stream(4, Purpose::Metrics, 0);
    let n = 300;
    let (x0, x1) = (a.sample(n, &mut rng), b.sample(n, &mut rng));
    let x = path.sample(&x0, &x1, &vec![t as f32; n], &[]).xt;
    let tensor = Tensor::<2>::from_data(TensorData::new(x.clone(), [n, 2]), device);
    let found = field.on_device(&tensor, t).unwrap().into_data().try_into_vec::<f32>().unwrap();
    let expected = field.velocities(&x, t as f32);
    let largest = expected.iter().fold(0.0f64, |largest, v| largest.max(v.abs() as f64));
    found.iter().zip(&expected).map(|(a, b)| (a - b).abs() as f64 / largest).fold(0.0, f64::max)
}

#[test]
fn mixtures_boards_and_curves_agree_with_float64() {
    let device = Device::flex();
    for (source, target) in [
        (Shape::Gaussian, Shape::EightGaussians),
        (Shape::Gaussian, Shape::Checkerboard),
        (Shape::Checkerboard, Shape::Gaussian),
        (Shape::EightGaussians, Shape::Checkerboard),
        (Shape::Gaussian, Shape::Moons),
        (Shape::Gaussian, Shape::Text),
        (Shape::Gaussian, Shape::Pinwheel),
    ] {
        for schedule in [Schedule::Linear, Schedule::Cosine, Schedule::Vp] {
            for (t, tolerance) in [(0.02, 1e-3), (0.3, 1e-4), (0.7, 1e-4), (0.95, 1e-3)] {
                let found = difference(source, target, schedule, t, &device);
                assert!(found < tolerance, "{source:?} to {target:?}, {schedule:?}, t = {t}: {found:.1e}");
            }
        }
    }
}

#[test]
fn far_points_and_ends_of_time_stay_finite_and_uniform_pairs_are_left_to_the_cpu() {
    let config = Config::default();
    let mixture = |shape| distribution(shape, &config, None).unwrap().mixture();
    let field = Field::new(&mixture(Shape::Gaussian), &mixture(Shape::Checkerboard), Path::LINEAR).unwrap();
    let values = vec![0.0f32, 0.0, 2.0, -2.0, 1e3, -1e3, 1e6, 0.5];
    let x = Tensor::<2>::from_data(TensorData::new(values, [4, 2]), &Device::flex());
    for t in [0.0, 1e-3, 0.5, 0.999, 1.0] {
        let velocity = field.on_device(&x, t).unwrap().into_data().try_into_vec::<f32>().unwrap();
        assert!(velocity.iter().all(|v| v.is_finite()), "t = {t}: {velocity:?}");
    }
    let field = Field::new(&mixture(Shape::Uniform), &mixture(Shape::Checkerboard), Path::LINEAR).unwrap();
    assert!(field.on_device(&x, 0.5).is_none());
}
