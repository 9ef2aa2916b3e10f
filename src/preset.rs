//! The published experiments, as values of the options. Sources: see each [`Preset`]'s doc.

use crate::config::Preset;

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
