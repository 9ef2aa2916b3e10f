//! Every random draw of a run comes from one seed.
//!
//! A draw is named by its purpose and a running number, never by what was drawn before it: batch
//! 4,000 is the same whether the run was resumed, moved to another device, or sampled from in
//! between.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// Initial weights.
    Weights = 1,
    /// The training points that are drawn once (option `points`).
    Points = 2,
    /// The order in which those are visited; numbered by epoch.
    Order = 3,
    /// Source points, fresh target points and times of a batch; numbered by step.
    Batch = 4,
    /// Source points of generated samples.
    Sample = 5,
    /// Held-out target points that samples are measured against.
    Metrics = 6,
    /// The source points that are drawn once (option `sourcePoints`).
    SourcePoints = 7,
    /// The order in which those are visited; numbered by epoch.
    SourceOrder = 8,
    /// The noise around the path; numbered by step.
    Noise = 9,
    /// Probes of a trace.
    Probes = 10,
    /// The Monte-Carlo sum of the loss floor.
    LossFloor = 11,
    /// Source points of reflow's pairs.
    Reflow = 12,
    /// Which classes are withheld; numbered by step.
    Labels = 13,
}

/// The stream of `purpose` number `index` (below 2⁵⁶) of the run with this seed.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(((purpose as u64) << 56) | index);
    rng
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    #[test]
    fn streams_differ_by_seed_purpose_and_index_and_repeat() {
        let first = |seed, purpose, index| stream(seed, purpose, index).random::<u64>();
        let draws = [
            first(1, Purpose::Batch, 0),
            first(2, Purpose::Batch, 0),
            first(1, Purpose::Sample, 0),
            first(1, Purpose::Batch, 1),
        ];
        for (i, draw) in draws.iter().enumerate() {
            assert!(!draws[..i].contains(draw));
        }
        assert_eq!(draws[0], first(1, Purpose::Batch, 0));
    }
}
