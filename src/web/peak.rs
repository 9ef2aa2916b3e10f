//! How fast this thread multiplies and adds float32 numbers at best: what the bench measures a training step against.

use core::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat, v128};
use std::hint::black_box;

/// Vectors that are worked on side by side, so that none waits for its last result; with the two constants they fit into
/// 16 registers.
const CHAINS: usize = 12;
/// Numbers of a vector.
const LANES: usize = 4;
const ROUNDS: usize = 1_000_000;
const TRIES: usize = 20;

/// Multiplications and additions a second, each counted: the best of 20 tries of some milliseconds.
pub fn flops() -> f64 {
    let (factor, term) = (f32x4_splat(black_box(0.999)), f32x4_splat(black_box(0.001)));
    let seconds = (0..TRIES).map(|_| {
        let start = web_time::Instant::now();
        black_box(chains(factor, term));
        start.elapsed().as_secs_f64()
    });
    (2 * LANES * CHAINS * ROUNDS) as f64 / seconds.fold(f64::INFINITY, f64::min)
}

#[inline(never)]
fn chains(factor: v128, term: v128) -> v128 {
    let mut sums = [term; CHAINS];
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            *sum = f32x4_add(f32x4_mul(*sum, factor), term);
        }
    }
    sums.into_iter().fold(term, |a, b| f32x4_add(a, b))
}
