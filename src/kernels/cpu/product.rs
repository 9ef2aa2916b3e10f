//! Matrix products on panels: blocks of rows, held [`LANES`] columns at a time, so that every loop runs through memory in order.
//!
//! A matrix of `rows × columns` is a series of panels; panel `p` holds columns `p · LANES` to `(p + 1) · LANES` as
//! `stride × LANES` numbers, of which the first `rows` rows count. Columns past the last one hold zeros.

use macerator::{Scalar, Simd, VMulAdd, Vector};

/// Columns of a panel.
pub const LANES: usize = if cfg!(target_arch = "wasm32") { 8 } else { 16 };

/// Panels that hold so many columns.
pub fn panels(columns: usize) -> usize {
    columns.div_ceil(LANES)
}

/// Some columns of a matrix.
#[derive(Clone, Copy)]
pub struct Columns<'a> {
    pub values: &'a [f32],
    pub columns: usize,
}

/// out ← start + X W for one panel of `out`; X is `parts` side by side, `weights` the panel's, a row of lanes for each of
/// X's columns, padding included.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub fn product<S: Simd, const ROWS: usize, const N: usize>(
    parts: &[Columns],
    weights: &[f32],
    start: &[f32; LANES],
    rows: usize,
    stride: usize,
    out: &mut [f32],
) {
    let start = vectors::<S, N>(start);
    let weights = weights.as_chunks::<LANES>().0;
    for row in (0..rows).step_by(ROWS) {
        let mut sums = [start; ROWS];
        let mut weights = weights;
        for part in parts {
            let mut left = part.columns;
            for panel in part.values.chunks_exact(stride * LANES).take(panels(part.columns)) {
                let x = panel[row * LANES..][..ROWS * LANES].as_chunks::<LANES>().0;
                let x: &[[f32; LANES]; ROWS] = x.try_into().expect("a tile's rows");
                let (w, rest) = weights.split_first_chunk::<LANES>().expect("rows are padded");
                weights = rest;
                let count = left.min(LANES);
                let mut add = |k: usize| {
                    let w = vectors::<S, N>(&w[k]);
                    for r in 0..ROWS {
                        add_product(&mut sums[r], x[r][k], &w);
                    }
                    k + 1 < count
                };
                if cfg!(target_arch = "wasm32") {
                    // No loop: a browser takes a fifteenth less. The way out after each keeps LLVM from mixing them, for
                    // which there are too few registers: that took half as much again.
                    let _ = add(0) && add(1) && add(2) && add(3) && add(4) && add(5) && add(6) && add(7);
                } else {
                    (0..count).for_each(|k| _ = add(k));
                }
                left -= count;
            }
        }
        for (out, sums) in out[row * LANES..][..ROWS * LANES].as_chunks_mut::<LANES>().0.iter_mut().zip(&sums) {
            store(out, sums);
        }
    }
}

/// W' ← W' + Xᵀ Z for one panel of X and one of Z: `gradient` has a row of lanes for each of the panel's columns.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
pub fn outer<S: Simd, const ROWS: usize, const N: usize>(
    x: &[f32],
    z: &[f32],
    columns: usize,
    rows: usize,
    gradient: &mut [f32],
) {
    let x = &x.as_chunks::<LANES>().0[..rows];
    let z = &z.as_chunks::<LANES>().0[..rows];
    for first in (0..columns.min(LANES)).step_by(ROWS) {
        let gradient = gradient[first * LANES..][..ROWS * LANES].as_chunks_mut::<LANES>().0;
        let gradient: &mut [[f32; LANES]; ROWS] = gradient.try_into().expect("a tile's rows");
        let mut sums: [[Vector<S, f32>; N]; ROWS] = std::array::from_fn(|r| vectors(&gradient[r]));
        for (x, z) in x.iter().zip(z) {
            let x: &[f32; ROWS] = x[first..first + ROWS].try_into().expect("tiles divide panels");
            let z = vectors::<S, N>(z);
            for r in 0..ROWS {
                add_product(&mut sums[r], x[r], &z);
            }
        }
        for (gradient, sums) in gradient.iter_mut().zip(&sums) {
            store(gradient, sums);
        }
    }
}

#[inline(always)]
fn add_product<S: Simd, const N: usize>(sums: &mut [Vector<S, f32>; N], factor: f32, row: &[Vector<S, f32>; N]) {
    let factor = f32::splat::<S>(factor);
    for n in 0..N {
        sums[n] = f32::vmul_add(factor, row[n], sums[n]);
    }
}

/// [`LANES`] numbers as `N` vectors.
#[inline(always)]
fn vectors<S: Simd, const N: usize>(numbers: &[f32; LANES]) -> [Vector<S, f32>; N] {
    std::array::from_fn(|n| {
        bytemuck::pod_read_unaligned(bytemuck::cast_slice(&numbers[n * (LANES / N)..][..LANES / N]))
    })
}

#[inline(always)]
fn store<S: Simd, const N: usize>(numbers: &mut [f32; LANES], vectors: &[Vector<S, f32>; N]) {
    numbers.copy_from_slice(bytemuck::cast_slice(vectors));
}
