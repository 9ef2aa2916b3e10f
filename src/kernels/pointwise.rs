//! Activations with their derivatives, in vectors: no branch, no call.

use macerator::Simd;

use crate::config::Activation;

/// z ← f(z), and f'(z) into `slope`.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub fn activate<S: Simd>(activation: Activation, z: &mut [f32], slope: &mut [f32]) {
    match activation {
        Activation::Relu => each(z, slope, |z| if z > 0.0 { (z, 1.0) } else { (0.0, 0.0) }),
        Activation::Silu => each(z, slope, silu::<S>),
        Activation::Gelu => each(z, slope, gelu::<S>),
        Activation::Selu => each(z, slope, selu::<S>),
        Activation::Tanh => each(z, slope, tanh::<S>),
    }
}

#[inline(always)]
fn each(z: &mut [f32], slope: &mut [f32], f: impl Fn(f32) -> (f32, f32)) {
    for (z, slope) in z.iter_mut().zip(slope) {
        (*z, *slope) = f(*z);
    }
}

/// z σ(z), and σ(z) (1 + z (1 - σ(z))).
#[inline(always)]
fn silu<S: Simd>(z: f32) -> (f32, f32) {
    let s = 1.0 / (1.0 + exp::<S>(-z));
    let a = z * s;
    (a, multiply_add::<S>(a, 1.0 - s, s))
}

/// z Φ(z), and Φ(z) + z φ(z). Φ by formula 7.1.26 of Abramowitz and Stegun, 1.5e-7 off at most.
#[inline(always)]
fn gelu<S: Simd>(z: f32) -> (f32, f32) {
    let e = exp::<S>(-0.5 * z * z);
    let t = 1.0 / multiply_add::<S>(0.327_591_1 * std::f32::consts::FRAC_1_SQRT_2, z.abs(), 1.0);
    let series = [1.061_405_4, -1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6];
    let series = series.into_iter().fold(0.0, |sum, c| multiply_add::<S>(sum, t, c)) * t;
    let tail = 0.5 * series * e;
    let below = if z < 0.0 { tail } else { 1.0 - tail };
    (z * below, multiply_add::<S>(z * 0.398_942_3, e, below))
}

/// λ z above 0, λ α (eᶻ - 1) below.
#[inline(always)]
fn selu<S: Simd>(z: f32) -> (f32, f32) {
    const LAMBDA: f32 = 1.050_701;
    const ALPHA: f32 = 1.673_263_2;
    let e = LAMBDA * ALPHA * exp::<S>(if z < 0.0 { z } else { 0.0 });
    if z > 0.0 { (LAMBDA * z, LAMBDA) } else { (e - LAMBDA * ALPHA, e) }
}

/// tanh z, and 1 - tanh² z.
#[inline(always)]
fn tanh<S: Simd>(z: f32) -> (f32, f32) {
    // Away from 0 by the exponential; near it, where that cancels, by the series.
    let e = exp::<S>(2.0 * z.abs());
    let far = 1.0 - 2.0 / (e + 1.0);
    let z2 = z * z;
    let series = [-0.002_721_5, 0.021_869_488, -0.053_968_254, 0.133_333_33, -0.333_333_33];
    let near = series.into_iter().fold(0.0, |sum, c| multiply_add::<S>(sum, z2, c));
    let near = multiply_add::<S>(near * z2, z, z);
    let a = if z.abs() < 0.3 { near } else { far.copysign(z) };
    (a, multiply_add::<S>(-a, a, 1.0))
}

/// eˣ, relative error below 2e-7; what would overflow or vanish stays at the ends of float32.
#[inline(always)]
fn exp<S: Simd>(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to whole numbers
    let x = x.clamp(-87.0, 88.0);
    let shifted = multiply_add::<S>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = multiply_add::<S>(n, -0.693_359_4, x);
    let r = multiply_add::<S>(n, 2.121_944_4e-4, r);
    let series = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_66, 0.5];
    let series = series.into_iter().fold(0.0, |sum, c| multiply_add::<S>(sum, r, c));
    let near = multiply_add::<S>(series * r, r, r + 1.0);
    let power = (shifted.to_bits() as i32 - ROUND.to_bits() as i32 + 127) << 23;
    near * f32::from_bits(power as u32)
}

/// a b + c, in one instruction where this machine has it.
#[inline(always)]
fn multiply_add<S: Simd>(a: f32, b: f32, c: f32) -> f32 {
    if S::lanes32() > 4 || cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
}
