//! Activations with their derivatives, in vectors: no branch, no call.

use macerator::Simd;

use crate::config::Activation;

/// Numbers of one turn of the loop, a divisor of every block: in a browser each turn sets up all constants anew.
const TURN: usize = 16;

/// z ← f(z), and f'(z) into `slope`, where that is asked for.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub fn activate<S: Simd>(activation: Activation, z: &mut [f32], slope: Option<&mut [f32]>) {
    match activation {
        Activation::Relu => each(z, slope, |z| if z > 0.0 { (z, 1.0) } else { (0.0, 0.0) }),
        Activation::Silu => in_turns(z, slope, silu::<S>),
        Activation::Gelu => in_turns(z, slope, gelu::<S>),
        Activation::Selu => in_turns(z, slope, selu::<S>),
        Activation::Tanh => in_turns(z, slope, tanh::<S>),
    }
}

#[inline(always)]
fn each(z: &mut [f32], slope: Option<&mut [f32]>, f: impl Fn(f32) -> (f32, f32)) {
    match slope {
        Some(slope) => z.iter_mut().zip(slope).for_each(|(z, slope)| (*z, *slope) = f(*z)),
        None => z.iter_mut().for_each(|z| *z = f(*z).0),
    }
}

/// The same where `f` has many constants. In a browser each `f` has a function of its own here: see [`super::mlp_pass`].
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn in_turns(z: &mut [f32], slope: Option<&mut [f32]>, f: impl Fn(f32) -> (f32, f32)) {
    let z = z.as_chunks_mut::<TURN>().0;
    match slope {
        Some(slope) => z.iter_mut().zip(slope.as_chunks_mut::<TURN>().0).for_each(|(z, slope)| {
            z.iter_mut().zip(slope).for_each(|(z, slope)| (*z, *slope) = f(*z));
        }),
        None => z.iter_mut().for_each(|z| z.iter_mut().for_each(|z| *z = f(*z).0)),
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
    let series = polynomial::<S, _>([1.061_405_4, -1.453_152, 1.421_413_8, -0.284_496_74, 0.254_829_6], t) * t;
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
    let near = polynomial::<S, _>([-0.002_721_5, 0.021_869_488, -0.053_968_254, 0.133_333_33, -0.333_333_33], z2);
    let near = multiply_add::<S>(near * z2, z, z);
    let a = if z.abs() < 0.3 { near } else { far.copysign(z) };
    (a, multiply_add::<S>(-a, a, 1.0))
}

/// eˣ, relative error below 1.5e-7 (1 + |x|); what would overflow or vanish stays at the ends of float32.
#[expect(clippy::approx_constant, reason = "a coefficient of the best polynomial, which is not quite ln 2")]
#[inline(always)]
fn exp<S: Simd>(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to whole numbers
    let y = x.clamp(-87.0, 88.0) * std::f32::consts::LOG2_E;
    let shifted = y + ROUND;
    let r = y - (shifted - ROUND);
    // 2ʳ for |r| up to one half, 1.1e-7 off at most: the best polynomial that is 1 at 0.
    let near = polynomial::<S, _>([0.001_326_472_7, 0.009_671_513, 0.055_507_336, 0.240_222_42, 0.693_147, 1.0], r);
    let power = (shifted.to_bits() as i32 - ROUND.to_bits() as i32 + 127) << 23;
    near * f32::from_bits(power as u32)
}

/// c₀ xⁿ + c₁ xⁿ⁻¹ + … + cₙ.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(coefficients: [f32; N], x: f32) -> f32 {
    coefficients.into_iter().reduce(|sum, c| multiply_add::<S>(sum, x, c)).expect("coefficients")
}

/// a b + c, in one instruction where this machine has it.
#[inline(always)]
fn multiply_add<S: Simd>(a: f32, b: f32, c: f32) -> f32 {
    if S::lanes32() > 4 || cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use macerator::{AutoArch, WithSimd};

    use super::*;
    use crate::config::option::Choice;

    struct All<'a>(Activation, &'a mut [f32], Option<&'a mut [f32]>);

    impl WithSimd for All<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self) {
            activate::<S>(self.0, self.1, self.2);
        }
    }

    fn exact(activation: Activation, z: f64) -> (f64, f64) {
        let sigmoid = 1.0 / (1.0 + (-z).exp());
        let phi = 0.5 * (1.0 + libm::erf(z / 2f64.sqrt()));
        let (lambda, alpha) = (1.0507009873554805, 1.6732632423543772);
        match activation {
            Activation::Relu if z > 0.0 => (z, 1.0),
            Activation::Relu => (0.0, 0.0),
            Activation::Silu => (z * sigmoid, sigmoid * (1.0 + z * (1.0 - sigmoid))),
            Activation::Gelu => (z * phi, phi + z * (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()),
            Activation::Selu if z > 0.0 => (lambda * z, lambda),
            Activation::Selu => (lambda * alpha * z.exp_m1(), lambda * alpha * z.exp()),
            Activation::Tanh => (z.tanh(), 1.0 - z.tanh().powi(2)),
        }
    }

    #[test]
    fn activations_and_slopes_are_those_in_f64_with_slopes_and_without() {
        let points: Vec<f32> = (0..=64_000).map(|k| (k as f32 - 32_000.0) / 320.0).take(64_000).collect();
        for &activation in Activation::ALL {
            let (mut values, mut slopes, mut alone) = (points.clone(), vec![0.0; points.len()], points.clone());
            AutoArch::new().dispatch(All(activation, &mut values, Some(&mut slopes)));
            AutoArch::new().dispatch(All(activation, &mut alone, None));
            assert_eq!(values, alone);
            for ((&z, &value), &slope) in points.iter().zip(&values).zip(&slopes) {
                let (expected, steep) = exact(activation, z as f64);
                let tolerance = 5e-7 * (1.0 + z.abs() as f64);
                assert!((value as f64 - expected).abs() < tolerance, "{activation:?}({z}) = {value} for {expected}");
                assert!((slope as f64 - steep).abs() < tolerance, "{activation:?}'({z}) = {slope} for {steep}");
            }
        }
    }
}
