//! A step of Adam and of the weights' average, in one pass over the packed parameters.

use macerator::{AutoArch, Simd, WithSimd};

use crate::optimiser::{BETA_1, BETA_2, EPSILON, Rule};

/// The parameters with all that training keeps about them; equally long.
pub struct Packed<'a> {
    /// The parameters.
    pub weights: &'a mut [f32],
    /// Their gradient.
    pub gradient: &'a [f32],
    /// First and second moment of the gradient.
    pub moments: [&'a mut [f32]; 2],
}

/// Step number `step` (from 1) of Adam or AdamW.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub fn adam(rule: &Rule, step: usize, packed: Packed) {
    AutoArch::new().dispatch(Task { rule, step, packed });
}

/// average ← kept · average + (1 - kept) · weights.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub fn average(average: &mut [f32], weights: &[f32], kept: f64) {
    let (kept, fresh) = (kept as f32, (1.0 - kept) as f32);
    for (average, weight) in average.iter_mut().zip(weights) {
        *average = kept * *average + fresh * weight;
    }
}

struct Task<'a> {
    rule: &'a Rule,
    step: usize,
    packed: Packed<'a>,
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Task { rule, step, packed: Packed { weights, gradient, moments: [m, v] } } = self;
        let correction = |beta: f64| 1.0 - beta.powf(step as f64);
        let (b1, b2, epsilon) = (BETA_1 as f32, BETA_2 as f32, EPSILON as f32);
        let (c1, c2) = ((1.0 - BETA_1) as f32, (1.0 - BETA_2) as f32);
        let scale = (1.0 / correction(BETA_2).sqrt()) as f32;
        let rate = (rule.rate(step) / correction(BETA_1)) as f32;
        let kept = rule.kept(step) as f32;
        for (((w, g), m), v) in weights.iter_mut().zip(gradient).zip(m).zip(v) {
            *m = b1 * *m + c1 * g;
            *v = b2 * *v + c2 * (g * g);
            *w = kept * *w - rate * *m / (v.sqrt() * scale + epsilon);
        }
    }
}
