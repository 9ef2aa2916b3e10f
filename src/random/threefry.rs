//! Random numbers by their place: a function of a key and a counter, with no state between, so that the CPU and every
//! invocation of a GPU can make any of them, in any order, and get the same ones.
//!
//! Threefry-4×32 with 20 rounds: additions, rotations and exclusive ors of 32-bit words, which WGSL has. Source: Salmon,
//! Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"; it passes TestU01's BigCrush.
//! `kernels/gpu/draw.wgsl` says the same in WGSL.

const ROTATIONS: [[u32; 2]; 8] = [[10, 26], [11, 21], [13, 27], [23, 5], [6, 20], [17, 11], [25, 10], [18, 20]];
const PARITY: u32 = 0x1bd1_1bda;
const ROUNDS: usize = 20;

/// Four words that depend on all bits of `key` and `counter`.
pub fn words(key: [u32; 4], counter: [u32; 4]) -> [u32; 4] {
    let keys = [key[0], key[1], key[2], key[3], key.iter().fold(PARITY, |all, k| all ^ k)];
    let mut x: [u32; 4] = std::array::from_fn(|i| counter[i].wrapping_add(keys[i]));
    for round in 0..ROUNDS {
        let [first, second] = ROTATIONS[round % 8];
        let (a, b) = if round % 2 == 0 { (1, 3) } else { (3, 1) };
        x[0] = x[0].wrapping_add(x[a]);
        x[a] = x[a].rotate_left(first) ^ x[0];
        x[2] = x[2].wrapping_add(x[b]);
        x[b] = x[b].rotate_left(second) ^ x[2];
        if round % 4 == 3 {
            let turn = round / 4 + 1;
            for (i, x) in x.iter_mut().enumerate() {
                *x = x.wrapping_add(keys[(i + turn) % 5]);
            }
            x[3] = x[3].wrapping_add(turn as u32);
        }
    }
    x
}

/// 2⁻²⁴: a word's upper 24 bits make a float32 in [0, 1), each of the same chance.
const UNIT: f32 = 1.0 / (1 << 24) as f32;

/// Uniform on [0, 1).
pub fn unit(word: u32) -> f32 {
    (word >> 8) as f32 * UNIT
}

/// Two independent draws of N(0, 1) out of two words, none further than 5.8 from 0 (Box and Muller 1958).
pub fn normals(radius: u32, angle: u32) -> [f32; 2] {
    let radius = (-2.0 * (unit(radius) + UNIT).ln()).sqrt();
    let [sin, cos] = turned(unit(angle));
    [radius * cos, radius * sin]
}

/// Sine and cosine of an angle in turns. Devices differ in theirs by up to 2⁻¹¹, so here are the Taylor series, which err by
/// less than 10⁻⁷ an eighth of a turn from 0.
pub fn turned(turns: f32) -> [f32; 2] {
    let rest = turns - (turns + 0.5).floor();
    let quarter = (4.0 * rest + 0.5).floor();
    let x = std::f32::consts::TAU * (rest - 0.25 * quarter);
    let y = x * x;
    let sin = x * (1.0 + y * (-1.0 / 6.0 + y * (1.0 / 120.0 + y * (-1.0 / 5040.0 + y / 362_880.0))));
    let cos = 1.0 + y * (-0.5 + y * (1.0 / 24.0 + y * (-1.0 / 720.0 + y / 40_320.0)));
    match quarter as i32 & 3 {
        0 => [sin, cos],
        1 => [cos, -sin],
        2 => [-sin, -cos],
        _ => [-cos, sin],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_random123s_known_answers() {
        assert_eq!(words([0; 4], [0; 4]), [0x9c6c_a96a, 0xe17e_ae66, 0xfc10_ecd4, 0x5256_a7d8]);
        assert_eq!(words([u32::MAX; 4], [u32::MAX; 4]), [0x2a88_1696, 0x5701_2287, 0xf6c7_446e, 0xa16a_6732]);
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let key = [0xa409_3822, 0x299f_31d0, 0x082e_fa98, 0xec4e_6c89];
        assert_eq!(words(key, counter), [0x59cd_1dbb, 0xb887_9579, 0x86b5_d00c, 0xac8b_6d84]);
    }

    #[test]
    fn turns_have_the_sine_and_cosine_of_their_angle() {
        for k in -4000..=4000 {
            let turns = k as f32 / 1000.0;
            let (sin, cos) = (turns as f64 * std::f64::consts::TAU).sin_cos();
            let [found_sin, found_cos] = turned(turns);
            assert!((found_sin as f64 - sin).abs() < 1e-6 && (found_cos as f64 - cos).abs() < 1e-6, "{turns} turns");
        }
    }

    #[test]
    fn the_most_extreme_words_make_finite_draws() {
        for radius in [0, u32::MAX] {
            for angle in [0, 1 << 30, u32::MAX] {
                assert!(normals(radius, angle).iter().all(|x| x.abs() < 5.8));
            }
        }
        assert!(unit(u32::MAX) < 1.0);
    }
}
