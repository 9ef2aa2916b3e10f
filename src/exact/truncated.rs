//! The standard normal cut to an interval, to full precision wherever the interval lies.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// ln √(2π).
pub(super) const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_7;

/// Nodes and weights of the ten-point Gauss–Legendre rule on [-1, 1]; the other five nodes are their mirror images.
const GAUSS_LEGENDRE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// The ten nodes on [-1, 1] with their weights, which sum to 2.
pub(super) fn gauss_legendre() -> impl Iterator<Item = (f64, f64)> {
    GAUSS_LEGENDRE.into_iter().flat_map(|(node, weight)| [(node, weight), (-node, weight)])
}

/// A standard normal z cut to [p, p + w].
#[derive(Clone, Copy, Debug)]
pub(super) struct Truncated {
    /// ln (1/w ∫ φ(z) dz) over the interval.
    pub log_density: f64,
    /// (E(z) - p) / w, from 0 to 1.
    pub position: f64,
    /// Var z.
    pub variance: f64,
}

/// Mass, mean and variance of the standard normal on [p, p + w], w ≥ 0.
///
/// Mass ∫ φ = Φ(q) - Φ(p) and mean (φ(p) - φ(q)) / (Φ(q) - Φ(p)), q = p + w, lose all digits where the interval is
/// narrow or far out. So: where φ changes by less than e⁴ over it, quadrature; where it holds 0 and a good part of the
/// mass, those formulas; else, with s = z - p and the functions R and K of [`tails`],
/// ∫ φ / φ(p) = R(p) - e R(q) and ∫ s φ / φ(p) = K(p) - e (w R(q) + K(q)), e = φ(q) / φ(p).
/// E(s²) = 1 - p E(s) - w e / (∫ φ / φ(p)) by parts; for large p this loses digits, but never against 1.
pub(super) fn truncated(p: f64, w: f64) -> Truncated {
    let (half, middle) = (0.5 * w, p + 0.5 * w);
    if middle < 0.0 {
        let mirrored = right_of_zero(-(p + w), -middle, w, half);
        return Truncated { position: 1.0 - mirrored.position, ..mirrored };
    }
    right_of_zero(p, middle, w, half)
}

/// As [`truncated`], for an interval whose middle is not negative.
fn right_of_zero(p: f64, middle: f64, w: f64, half: f64) -> Truncated {
    let q = p + w;
    if half * (middle + half) <= 2.0 {
        let (mut mass, mut moment, mut square) = (0.0, 0.0, 0.0);
        for (node, weight) in gauss_legendre() {
            let s = half * node;
            let density = weight * (-s * (middle + 0.5 * s)).exp();
            mass += density;
            moment += density * node;
            square += density * node * node;
        }
        let (mean, square) = (moment / mass, square / mass);
        let log_density = (0.5 * mass).ln() - 0.5 * middle * middle - LN_SQRT_TAU;
        return Truncated { log_density, position: 0.5 + 0.5 * mean, variance: half * half * (square - mean * mean) };
    }
    if p < 0.0 {
        let upper_tail = |z: f64| 0.5 * libm::erfc(z * FRAC_1_SQRT_2);
        let density = |z: f64| (-0.5 * z * z - LN_SQRT_TAU).exp();
        let mass = 1.0 - upper_tail(-p) - upper_tail(q);
        let mean = (density(p) - density(q)) / mass;
        let variance = 1.0 + (p * density(p) - q * density(q)) / mass - mean * mean;
        return Truncated { log_density: (mass / w).ln(), position: (mean - p) / w, variance };
    }
    let ((mills_p, excess_p), (mills_q, excess_q)) = (tails(p), tails(q));
    let e = (-w * middle).exp();
    let mass = mills_p - e * mills_q;
    let moment = excess_p - e * (w * mills_q + excess_q);
    let mean = moment / mass;
    let variance = (1.0 - p * mean - w * e / mass - mean * mean).clamp(0.0, 1.0);
    Truncated { log_density: (mass / w).ln() - 0.5 * p * p - LN_SQRT_TAU, position: mean / w, variance }
}

/// R(z) = ∫₀^∞ e^(-zs - s²/2) ds, Mills' ratio (1 - Φ(z)) / φ(z), and K(z) = ∫₀^∞ s e^(-zs - s²/2) ds = 1 - z R(z).
///
/// z ≥ 0. From 12 on by K = 1/z² - 3/z⁴ + 3·5/z⁶ - … (Abramowitz and Stegun 1964, 26.2.12), since 1 - z R would cancel.
fn tails(z: f64) -> (f64, f64) {
    if z < 12.0 {
        let mills = (0.5 * PI).sqrt() * libm::erfc(z * FRAC_1_SQRT_2) * (0.5 * z * z).exp();
        return (mills, 1.0 - z * mills);
    }
    let y = 1.0 / (z * z);
    let excess = y * (1..=15).rev().fold(1.0, |sum, k| 1.0 - f64::from(2 * k + 1) * y * sum);
    ((1.0 - excess) / z, excess)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares with Simpson's rule in s = z - (the point nearest to 0), over the part of the interval that matters.
    fn check(p: f64, w: f64) {
        let nearest = 0f64.clamp(p, p + w);
        let reach = 80.0 / (nearest.abs() + (nearest * nearest + 80.0).sqrt());
        let (low, high) = ((p - nearest).max(-reach), (p + w - nearest).min(reach));
        let (n, mut mass, mut moment, mut square) = (20_000, 0.0, 0.0, 0.0);
        for k in 0..=n {
            let s = low + (high - low) * k as f64 / n as f64;
            let weight =
                if k == 0 || k == n { 1.0 } else { 2.0 + 2.0 * (k % 2) as f64 } * (high - low) / 3.0 / n as f64;
            let density = weight * (-s * (nearest + 0.5 * s)).exp();
            mass += density;
            moment += density * s;
            square += density * s * s;
        }
        let found = truncated(p, w);
        let log_density = (mass / w).ln() - 0.5 * nearest * nearest - LN_SQRT_TAU;
        let found_moment = (p - nearest) + found.position * w;
        // Simpson's own error: (40/20,000)⁴ / 180 on the exponential's 40 units; then rounding of w and p.
        assert!((found.log_density / log_density - 1.0).abs() < 1e-12, "p {p}, w {w}: {found:?} for {log_density}");
        let tolerance = 1e-12 * high.max(-low) + 4.0 * f64::EPSILON * (w + nearest.abs());
        assert!((found_moment - moment / mass).abs() < tolerance, "p {p}, w {w}: {found_moment}, {}", moment / mass);
        let variance = square / mass - (moment / mass).powi(2);
        assert!((found.variance - variance).abs() < 1e-11, "p {p}, w {w}: {found:?}, {variance}");
    }

    #[test]
    fn mass_mean_and_variance_are_those_of_a_quadrature_near_and_far() {
        for p in [-1000.0, -40.0, -13.0, -11.99, -5.0, -1.0, -0.1, 0.0, 0.5, 3.0, 11.99, 12.0, 12.5, 37.0, 1e3, 1e5] {
            for w in [1e-3, 0.1, 0.9, 1.1, 3.9, 4.1, 12.0, 50.0, 999.0, 2e3] {
                check(p, w);
            }
        }
    }

    #[test]
    fn narrow_intervals_have_their_mean_in_the_middle_and_wide_ones_at_the_near_end() {
        for p in [-1e6f64, -3.0, 0.0, 3.0, 1e6] {
            let narrow = truncated(p, 1e-12);
            assert!((narrow.position - 0.5).abs() < 1e-6);
            assert!((narrow.log_density + 0.5 * p * p + LN_SQRT_TAU).abs() < 1e-5, "{p}: {narrow:?}");
        }
        for z in [1e2f64, 1e8, 1e16, 1e30] {
            // K / R = 1/z - 2/z³ + …
            assert!((truncated(z, 1e3).position * 1e3 * z - 1.0).abs() < 3.0 / z.powi(2) + 1e-15, "{z}");
            assert_eq!(truncated(-z, 2.0 * z).position, 0.5);
        }
    }
}
