//! Batches made ahead of the training, on a second thread where there are threads.
//!
//! Pairing a batch by optimal transport costs as much as training on it. A browser's wasm has no threads; there the
//! pairing overlaps with the GPU's own work, whose queue runs on while the next batch is made.

use super::TrainingBatch;

#[cfg(not(target_arch = "wasm32"))]
mod ahead {
    use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};

    use super::*;

    /// Batches that wait: one in hand, one in the making, is enough.
    const AHEAD: usize = 2;

    /// A thread that makes the batches of successive steps.
    pub struct Prefetch {
        restart: Sender<usize>,
        prepared: Receiver<(usize, TrainingBatch)>,
        next: Option<usize>,
    }

    impl Prefetch {
        /// Starts the thread, which makes the batch of any step; it ends when this is dropped.
        pub fn new(mut make: impl FnMut(usize) -> TrainingBatch + Send + 'static) -> Prefetch {
            let (restart, restarts) = channel::<usize>();
            let (ready, prepared) = sync_channel(AHEAD);
            std::thread::spawn(move || {
                let mut step = restarts.recv().ok();
                while let Some(now) = step {
                    if ready.send((now, make(now))).is_err() {
                        return; // nobody trains any more
                    }
                    step = restarts.try_iter().last().or(Some(now + 1));
                }
            });
            Prefetch { restart, prepared, next: None }
        }

        /// What the given step sees.
        pub fn step(&mut self, step: usize) -> TrainingBatch {
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
    pub struct Prefetch(Box<dyn FnMut(usize) -> TrainingBatch>);

    impl Prefetch {
        /// Nothing is made ahead here.
        pub fn new(make: impl FnMut(usize) -> TrainingBatch + 'static) -> Prefetch {
            Prefetch(Box::new(make))
        }

        /// What the given step sees.
        pub fn step(&mut self, step: usize) -> TrainingBatch {
            (self.0)(step)
        }
    }
}

pub use ahead::Prefetch;
