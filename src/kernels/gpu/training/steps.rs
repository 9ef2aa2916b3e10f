//! Steps that wait for a submission, what one submits, and their losses.

use super::{RING, SCALARS, Training};
#[cfg(not(target_arch = "wasm32"))]
use crate::device::gpu::Gpu;
use crate::error::Error;
use crate::kernels::gpu::wgsl::UPDATE_THREADS;
use crate::network::input::{FEATURES, LABEL, POINTS};
use crate::optimiser::AdamScalars;

/// A batch, row after row.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// Points on the path, `batch × dim`.
    pub xt: &'a [f32],
    /// `batch × features`.
    pub features: &'a [f32],
    /// `batch × classes`; empty where there are none.
    pub labels: &'a [f32],
    /// What the output is compared with, `batch × dim`.
    pub ut: &'a [f32],
    /// What it is multiplied with before; empty where that is 1.
    pub scales: &'a [f32],
}

/// What has been asked for, and not been answered yet.
#[derive(Default)]
pub(super) struct Pending {
    /// Steps that the next submission takes, by their numbers.
    waiting: Vec<(usize, AdamScalars)>,
    /// Losses in the ring, and full rings that nobody has read.
    pub fresh: usize,
    pub kept: Vec<(wgpu::Buffer, usize)>,
    #[cfg(not(target_arch = "wasm32"))]
    submitted: std::collections::VecDeque<wgpu::SubmissionIndex>,
}

/// Submissions that may wait.
#[cfg(not(target_arch = "wasm32"))]
const QUEUE: usize = 2;

impl Training {
    /// Takes one step on a batch: L = mean over points and dimensions of (scale · output - ut)².
    ///
    /// # Panics
    /// If batches are drawn here.
    pub fn step(&mut self, rows: Rows, scalars: AdamScalars) {
        assert!(!self.drawn, "these batches are drawn on the device");
        let Rows { xt, features, labels, ut, scales } = rows;
        let parts = [(POINTS, xt), (FEATURES, features), (LABEL, labels), (POINTS, ut)];
        let [xt, features, labels, ut] = parts.map(|(value, rows)| self.net.padded(value, rows));
        let scales = (0..self.batch).flat_map(|k| [scales.get(k).copied().unwrap_or(1.0), 0.0, 0.0, 0.0]).collect();
        let parts: [Vec<f32>; 5] = [xt, features, labels, ut, scales];
        let widths = parts.each_ref().map(|part| part.len() / self.batch);
        let mut rows = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        for row in 0..self.batch {
            for (part, width) in parts.iter().zip(widths) {
                rows.extend_from_slice(&part[row * width..][..width]);
            }
        }
        let at = 4 * rows.len() * self.pending.get_mut().waiting.len();
        self.gpu.queue.write_buffer(&self.batches, at as u64, bytemuck::cast_slice(&rows));
        self.wait_for_more(0, scalars);
    }

    /// Takes step number `number` on the batch that is drawn for it; false where batches are given.
    pub fn step_drawn(&mut self, number: usize, scalars: AdamScalars) -> bool {
        if self.drawn {
            self.wait_for_more(number, scalars);
        }
        self.drawn
    }

    fn wait_for_more(&mut self, number: usize, scalars: AdamScalars) {
        let waiting = &mut self.pending.get_mut().waiting;
        waiting.push((number, scalars));
        if waiting.len() == self.slots {
            self.submit();
        }
    }

    /// Hands over the steps that wait.
    pub fn submit(&self) {
        let mut pending = self.pending.borrow_mut();
        let steps = std::mem::take(&mut pending.waiting);
        if steps.is_empty() {
            return;
        }
        if pending.fresh + steps.len() > RING {
            let full = (self.gpu.copied(&self.losses), pending.fresh);
            pending.kept.push(full);
            pending.fresh = 0;
        }
        let scalars = self.scalars_of(&steps, pending.fresh);
        self.gpu.queue.write_buffer(&self.scalars, 0, bytemuck::cast_slice(&scalars));

        let passes = self.batch.div_ceil(self.room);
        let squares = self.net.tiles(2).div_ceil(64) as u32;
        let fours = self.net.len.div_ceil(UPDATE_THREADS) as u32;
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        let mut dispatch = |k: usize, at: usize, x: u32, y: u32| {
            let (kernel, group) = &self.stages[k];
            pass.set_pipeline(&kernel.pipeline);
            pass.set_bind_group(0, group, &[at as u32 * SCALARS as u32]);
            pass.dispatch_workgroups(x, y, 1);
        };
        for step in 0..steps.len() {
            for part in 0..passes {
                let rows = self.room.min(self.batch - part * self.room);
                dispatch(0, step * passes + part, rows.div_ceil(self.cut.tile) as u32, 1);
                dispatch(1, step * passes + part, squares + 1, self.splits as u32);
            }
            dispatch(2, step * passes, fours, 1);
        }
        drop(pass);
        let _submitted = self.gpu.queue.submit([encoder.finish()]);
        pending.fresh += steps.len();
        #[cfg(not(target_arch = "wasm32"))]
        pending.wait(&self.gpu, _submitted);
    }

    /// Ends when the device has taken the steps so far.
    pub fn done(&self) -> impl Future<Output = ()> + use<> {
        self.submit();
        self.gpu.done()
    }

    /// `Step` of `step.wgsl` for every pass of these steps, whose losses go to the ring from place `slot` on.
    fn scalars_of(&self, steps: &[(usize, AdamScalars)], slot: usize) -> Vec<u32> {
        let passes = self.batch.div_ceil(self.room);
        let numbers = (self.batch * self.dim) as f32;
        let mut scalars = Vec::with_capacity(steps.len() * passes * SCALARS as usize / 4);
        for (k, (number, c)) in steps.iter().enumerate() {
            // Drawn batches follow one another in the same place.
            let begin = if self.drawn { 0 } else { k * self.batch };
            for part in 0..passes {
                let first = part * self.room;
                let rows = self.room.min(self.batch - first);
                let (kept, fresh) = c.kept_average.map_or((0.0, 0.0), |kept| (kept as f32, 1.0 - kept as f32));
                let whole = [begin + first, rows, usize::from(part > 0), slot + k];
                scalars.extend(whole.map(|number| number as u32));
                let fractions =
                    [2.0 / numbers, c.rate as f32, c.root as f32, c.kept_weight as f32, kept, fresh, 1.0 / numbers];
                scalars.extend(fractions.map(f32::to_bits));
                scalars.extend([self.splits, *number, first].map(|number| number as u32));
                scalars.resize(scalars.len().next_multiple_of(SCALARS as usize / 4), 0);
            }
        }
        scalars
    }

    /// The losses since the last call.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn losses(&mut self) -> Result<Vec<f32>, Error> {
        self.submit();
        let Pending { kept, fresh, .. } = std::mem::take(self.pending.get_mut());
        let mut losses = Vec::new();
        for (ring, full) in &kept {
            losses.extend(self.gpu.read(ring, *full).await?);
        }
        losses.extend(self.gpu.read(&self.losses, fresh).await?);
        Ok(losses)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Pending {
    /// Keeps the queue short: what waits there holds memory. A browser's worker waits for losses instead.
    fn wait(&mut self, gpu: &Gpu, submitted: wgpu::SubmissionIndex) {
        self.submitted.push_back(submitted);
        while self.submitted.len() > QUEUE {
            let submission_index = self.submitted.pop_front();
            // A lost device says so when it is read from.
            let _ = gpu.device.poll(wgpu::PollType::Wait { submission_index, timeout: None });
        }
    }
}
