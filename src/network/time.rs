//! What the network is told of the time t.

use crate::config::TimeInput;

/// Widths of the small time network's layers (M. Fuge, chapter 17): 1→16→16→16.
pub const TIME_MLP: [usize; 4] = [1, 16, 16, 16];

/// Neurons that the time goes through on its way to a width of its own (L. Pinchbeck): t → 128 → ReLU → width.
pub const JOINED_WIDTH: usize = 128;

const FREQUENCIES: usize = 64;
const LOG_FREQUENCY_MAX: f64 = 6.0;

/// Numbers that [`features`] gives for each time.
pub fn feature_count(input: TimeInput) -> usize {
    match input {
        TimeInput::Raw | TimeInput::Mlp | TimeInput::Joined => 1,
        TimeInput::Sinusoidal => 2 * FREQUENCIES,
    }
}

/// The time features: t itself, or sin(f t) for all 64 frequencies f = exp(linspace(0, 6)), then cos(f t)
/// ("Sailing the Seas of Flow Matching").
///
/// f t reaches 403, and WGSL promises sine and cosine only on [-π, π]: a device that makes them itself counts in turns.
///
/// # Shapes
/// `t` holds `n` times, the result `n × feature_count(input)` numbers.
pub fn features(input: TimeInput, t: &[f32]) -> Vec<f32> {
    match input {
        TimeInput::Raw | TimeInput::Mlp | TimeInput::Joined => t.to_vec(),
        TimeInput::Sinusoidal => {
            let frequencies: Vec<f64> = frequencies().collect();
            let mut rows = Vec::with_capacity(t.len() * 2 * FREQUENCIES);
            for &t in t {
                rows.extend(frequencies.iter().map(|f| (f * t as f64).sin() as f32));
                rows.extend(frequencies.iter().map(|f| (f * t as f64).cos() as f32));
            }
            rows
        }
    }
}

fn frequencies() -> impl Iterator<Item = f64> {
    (0..FREQUENCIES).map(|k| (LOG_FREQUENCY_MAX * k as f64 / (FREQUENCIES - 1) as f64).exp())
}

/// The frequencies f of the features in turns, f / 2π; none where the feature is t itself.
pub fn turns(input: TimeInput) -> Vec<f32> {
    match input {
        TimeInput::Raw | TimeInput::Mlp | TimeInput::Joined => Vec::new(),
        TimeInput::Sinusoidal => frequencies().map(|f| (f / std::f64::consts::TAU) as f32).collect(),
    }
}
