//! A step of Adam and of the weights' average, in one pass over the packed parameters.

use macerator::{AutoArch, Simd, WithSimd};

use crate::optimiser::{AdamScalars, BETA_1, BETA_2, EPSILON};

/// The parameters with all that training keeps about them; equally long.
pub struct Packed<'a> {
    /// The parameters.
    pub weights: &'a mut [f32],
    /// Their gradient.
    pub gradient: &'a [f32],
    /// First and second moment of the gradient.
    pub moments: [&'a mut [f32]; 2],
}

/// A step of Adam or AdamW.
///
/// # Shapes
/// The parameters, their gradient and both moments are equally long.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub fn adam(scalars: &AdamScalars, packed: Packed) {
    AutoArch::new().dispatch(Task { scalars, packed });
}

/// average ← kept · average + (1 - kept) · weights, both equally long.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub fn average(average: &mut [f32], weights: &[f32], kept: f64) {
    let (kept, fresh) = (kept as f32, (1.0 - kept) as f32);
    for (average, weight) in average.iter_mut().zip(weights) {
        *average = kept * *average + fresh * weight;
    }
}

struct Task<'a> {
    scalars: &'a AdamScalars,
    packed: Packed<'a>,
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self) {
        let Task { scalars, packed: Packed { weights, gradient, moments: [m, v] } } = self;
        let (b1, b2, epsilon) = (BETA_1 as f32, BETA_2 as f32, EPSILON as f32);
        let (c1, c2) = ((1.0 - BETA_1) as f32, (1.0 - BETA_2) as f32);
        let (rate, root, kept) = (scalars.rate as f32, scalars.root as f32, scalars.kept_weight as f32);
        for (((w, g), m), v) in weights.iter_mut().zip(gradient).zip(m).zip(v) {
            *m = b1 * *m + c1 * g;
            *v = b2 * *v + c2 * (g * g);
            *w = kept * *w - rate * *m / (v.sqrt() * root + epsilon);
        }
    }
}
