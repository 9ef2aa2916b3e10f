//! The batches that a GPU draws against those that the CPU would have sent it.

use pollster::block_on;

use super::layout::Net;
use super::training::Training;
use crate::batch::sampler::Batches;
use crate::config::Config;
use crate::data::inputs::Ends;
use crate::device;
use crate::network::{Architecture, Telling};
use crate::optimiser::AdamScalars;

fn config(options: &[(&str, &str)]) -> Config {
    let pairs: Vec<(String, String)> = options.iter().map(|&(name, text)| (name.into(), text.into())).collect();
    let (config, notes) = Config::read(&pairs);
    assert!(notes.is_empty(), "{notes:?}");
    config
}

/// The rows that the kernels see, against those that the CPU would have sent.
fn rows_agree(options: &[(&str, &str)]) {
    let config = config(&[options, &[("device", "gpu"), ("width", "8"), ("depth", "1")]].concat());
    let opened = block_on(device::open_gpu(config.device)).unwrap();
    assert!(matches!(opened.info.kind, device::Kind::WebGpu), "{:?}", opened.info);
    let ends = Ends::default();
    let gpu = opened.gpu.expect("it was opened");
    let (source, target) = (ends.source(&config).unwrap(), ends.target(&config).unwrap());
    let (dim, n) = (target.dim(), config.batch);
    let mut batches = Batches::new(&config, source, target, Vec::new());
    let architecture = Architecture::of(&config, dim);
    let net = Net::of(&architecture);
    let (points, features) = (4 * net.points(), 4 * net.features());
    let drawn = batches.drawn().expect("this can be drawn");
    let mut training = Training::new(&gpu, net, n, Some(drawn));
    let telling = Telling::of(&architecture);
    for step in [0, 1, 70_000] {
        let scalars = AdamScalars { rate: 0.0, root: 1.0, kept_weight: 1.0, kept_average: None };
        assert!(training.step_drawn(step, scalars));
        let found = block_on(training.rows()).unwrap();
        let prepared = batches.prepared(step);
        let (xt, mut ut, mut scales) = (prepared.sample.xt, prepared.sample.ut, vec![1.0; n]);
        if let Some((scale, rest)) = telling.compared(&xt, &prepared.t, &ut) {
            (scales, ut) = (scale, rest);
        }
        let told = telling.features(&prepared.t);
        let count = told.len() / n;
        for (k, row) in found.chunks_exact(2 * points + features + 4).enumerate() {
            let parts = [
                ("xt", &row[..points], &xt[k * dim..][..dim]),
                ("features", &row[points..][..features], &told[k * count..][..count]),
                ("ut", &row[points + features..][..points], &ut[k * dim..][..dim]),
                ("scale", &row[2 * points + features..][..4], &scales[k..=k]),
            ];
            for (name, found, expected) in parts {
                for (i, found) in found.iter().enumerate() {
                    let expected = expected.get(i).copied().unwrap_or(0.0);
                    let off = (found - expected).abs() / expected.abs().max(1.0);
                    assert!(off < 1e-3, "{options:?}, step {step}, {name} {i} of sample {k}: {found} for {expected}");
                }
            }
        }
    }
}

#[test]
fn a_gpu_draws_the_batches_that_the_cpu_draws() {
    rows_agree(&[]);
    rows_agree(&[("source", "8gaussians"), ("target", "text"), ("schedule", "cosine"), ("batch", "77")]);
    rows_agree(&[("target", "checkerboard"), ("dim", "5"), ("sigma", "0.3"), ("timeSampling", "late")]);
    rows_agree(&[("source", "uniform"), ("target", "scurve"), ("schedule", "vp"), ("time", "sinusoidal")]);
    rows_agree(&[("target", "spiral"), ("sigmaMin", "0.2"), ("predict", "target"), ("batch", "3000")]);
    rows_agree(&[("target", "circles"), ("schedule", "vp"), ("predict", "target"), ("seed", "4294967295")]);
}
