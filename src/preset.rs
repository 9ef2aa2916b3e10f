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
        Preset::Checkerboard => &[
            ("target", "checkerboard"),
            ("board", "4"),
            ("width", "128"),
            ("depth", "4"),
            ("activation", "gelu"),
            ("optimiser", "adam"),
            ("learningRate", "0.003"),
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
