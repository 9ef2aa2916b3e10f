//! Batches made ahead of the training, on a second thread where there are threads.
//!
//! Pairing a batch by optimal transport costs as much as training on it. A browser's wasm has no threads; there the
//! pairing overlaps with the GPU's own work, whose queue runs on while the next batch is made.

use crate::batch::sampler::Batches;
use crate::network::Label;
use crate::path::PathSample;

/// What one training step sees, ready for the device.
pub struct Prepared {
    /// Points on the path and their velocities.
    pub sample: PathSample,
    /// Their times.
    pub t: Vec<f32>,
    /// Their classes; empty where the network is told none.
    pub labels: Vec<Label>,
}

#[cfg(not(target_arch = "wasm32"))]
mod ahead {
    use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

    use super::*;

    /// Batches that wait: one in hand, one in the making, is enough.
    const AHEAD: usize = 2;

    /// A thread that makes the batches of successive steps.
    pub struct Prefetch {
        restart: Sender<usize>,
        prepared: Receiver<(usize, Prepared)>,
        next: Option<usize>,
    }

    impl Prefetch {
        /// Starts the thread; it ends when this is dropped.
        pub fn new(mut batches: Batches) -> Prefetch {
            let (restart, restarts) = channel::<usize>();
            let (ready, prepared) = sync_channel(AHEAD);
            std::thread::spawn(move || {
                let mut step = restarts.recv().ok();
                while let Some(now) = step {
                    if ready.send((now, batches.prepared(now))).is_err() {
                        return; // nobody trains any more
                    }
                    step = restarts.try_iter().last().or(Some(now + 1));
                }
            });
            Prefetch { restart, prepared, next: None }
        }

        /// What the given step sees.
        pub fn step(&mut self, step: usize) -> Prepared {
            if self.next != Some(step) {
                self.restart.send(step).expect("the thread lives as long as this");
            }
            self.next = Some(step + 1);
            loop {
                let (made, prepared) = self.prepared.recv().expect("the thread lives as long as this");
                if made == step {
                    return prepared;
                }
            }
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod ahead {
    use super::*;

    /// Makes the batches when they are asked for.
    pub struct Prefetch(Batches);

    impl Prefetch {
        /// Nothing is made ahead here.
        pub fn new(batches: Batches) -> Prefetch {
            Prefetch(batches)
        }

        /// What the given step sees.
        pub fn step(&mut self, step: usize) -> Prepared {
            self.0.prepared(step)
        }
    }
}

pub use ahead::Prefetch;
