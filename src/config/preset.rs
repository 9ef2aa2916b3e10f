//! The published experiments, as values of the options. Sources: see each [`Preset`]'s doc.

use crate::config::Preset;

/// L. Pinchbeck's network and training, on a board of so many cells a side.
const fn pinchbeck(board: &'static str) -> [(&'static str, &'static str); 10] {
    [
        ("target", "checkerboard"),
        ("board", board),
        ("width", "512"),
        ("depth", "5"),
        ("activation", "relu"),
        ("time", "joined"),
        ("learningRate", "0.001"),
        ("batch", "256"),
        ("steps", "2000"),
        ("count", "5000"),
    ]
}

/// The same author's network for MNIST. Its output is x1, not the velocity, which differs from the published program:
/// 128 neurons can put out 128 directions only, so that noise in the other 656 would stay; and weights are averaged.
const fn digits(
    digit: &'static str,
    classes: &'static str,
    learning_rate: &'static str,
    batch: &'static str,
) -> [(&'static str, &'static str); 15] {
    [
        ("target", "digits"),
        ("dim", "784"),
        ("digit", digit),
        ("classes", classes),
        ("width", "128"),
        ("depth", "8"),
        ("activation", "relu"),
        ("time", "joined"),
        ("embedding", "512"),
        ("predict", "target"),
        ("learningRate", learning_rate),
        ("batch", batch),
        ("steps", "20000"),
        ("ema", "0.999"),
        ("count", "64"),
    ]
}

/// The `(option, text)` pairs that a preset sets; all else keeps its default.
pub fn values(preset: Preset) -> &'static [(&'static str, &'static str)] {
    match preset {
        Preset::None => &[],
        Preset::Moons => &[("source", "8gaussians"), ("target", "moons"), ("steps", "5000")],
        Preset::MoonsOt => &[("source", "8gaussians"), ("target", "moons"), ("coupling", "ot"), ("steps", "5000")],
        Preset::Ring => &[
            ("target", "ring"),
            ("points", "1000"),
            ("width", "128"),
            ("depth", "4"),
            ("activation", "relu"),
            ("time", "mlp"),
            ("learningRate", "0.001"),
            ("batch", "1000"),
            ("steps", "500"),
            ("solverSteps", "500"),
        ],
        Preset::Checkerboard8 => &const { pinchbeck("8") },
        Preset::Checkerboard5 => &const { pinchbeck("5") },
        Preset::Digit3 => &const { digits("3", "ignored", "0.001", "32") },
        Preset::Digits => &const { digits("all", "told", "0.0005", "128") },
        Preset::Checkerboard => &[
            ("target", "checkerboard"),
            ("board", "4"),
            ("width", "128"),
            ("depth", "4"),
            ("activation", "gelu"),
            ("optimiser", "adam"),
            ("learningRate", "0.006"),
            ("annealing", "cosine"),
            ("batch", "4096"),
            ("steps", "5001"),
            ("timeSampling", "late"),
            ("ema", "0.995"),
            ("solver", "midpoint"),
            ("solverSteps", "20"),
            ("count", "5000"),
        ],
    }
}
