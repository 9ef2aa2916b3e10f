//! How fast this thread multiplies and adds float32 numbers at best: what the bench measures a training step against.

use std::hint::black_box;

/// Vectors that are worked on side by side, so that none waits for its last result; all fit into registers.
const CHAINS: usize = 12;
/// Numbers of a vector of SSE, NEON and wasm's simd128.
const LANES: usize = 4;
const ROUNDS: usize = 20_000;
const TRIES: usize = 20;

/// Multiplications and additions a second, each counted: the best of 20 tries of a few milliseconds.
pub fn flops() -> f64 {
    let (factor, term) = (black_box(0.999_f32), black_box(0.001_f32));
    let seconds = (0..TRIES).map(|_| {
        let start = web_time::Instant::now();
        let mut sums = black_box([[1.0_f32; LANES]; CHAINS]);
        for _ in 0..ROUNDS {
            for chain in &mut sums {
                for lane in chain {
                    *lane = *lane * factor + term;
                }
            }
        }
        black_box(sums);
        start.elapsed().as_secs_f64()
    });
    (2 * LANES * CHAINS * ROUNDS) as f64 / seconds.fold(f64::INFINITY, f64::min)
}
