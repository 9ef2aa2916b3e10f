//! A network in training on the GPU: buffers, and what a step submits.

use std::cell::RefCell;

use burn::tensor::wgpu::wgpu;

use super::kernel::{Binding, Gpu, Kernel};
use super::net::{FOUR, LAYERS_MAX, Net};
use super::text::{self, Cut};
use crate::config::Activation;
use crate::drawn::Drawn;
use crate::error::Error;
use crate::network::layers::{FEATURES, LABEL, POINTS};

/// What a step asks of the optimiser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correction {
    /// Learning rate over the first moment's correction.
    pub rate: f32,
    /// 1 over the root of the second moment's correction.
    pub root: f32,
    /// 1 - learning rate · decay.
    pub kept_weight: f32,
    /// The share of the average that stays; `None` without averaging.
    pub kept_average: Option<f32>,
}

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

/// A network's numbers on the GPU.
pub struct Training {
    gpu: Gpu,
    net: Net,
    /// Samples of a batch, and coordinates of one.
    batch: usize,
    dim: usize,
    cut: Cut,
    /// Are batches drawn here?
    drawn: bool,
    /// Samples that one pass has room for.
    room: usize,
    /// Parts into which the sum over a pass's samples is split.
    splits: usize,
    /// Steps that one submission holds.
    slots: usize,
    weights: wgpu::Buffer,
    transposed: wgpu::Buffer,
    moments: wgpu::Buffer,
    average: wgpu::Buffer,
    batches: wgpu::Buffer,
    losses: wgpu::Buffer,
    scalars: wgpu::Buffer,
    stages: [(Kernel, wgpu::BindGroup); 3],
    pending: RefCell<Pending>,
}

/// What has been asked for, and not been answered yet.
#[derive(Default)]
struct Pending {
    /// Steps that the next submission takes, by their numbers.
    waiting: Vec<(usize, Correction)>,
    /// Losses in the ring, and full rings that nobody has read.
    fresh: usize,
    kept: Vec<(wgpu::Buffer, usize)>,
    #[cfg(not(target_arch = "wasm32"))]
    submitted: std::collections::VecDeque<wgpu::SubmissionIndex>,
}

/// Losses that wait on the device.
const RING: usize = 1024;
/// Bytes of the values of one pass.
const VALUES_MAX: usize = 16 << 20;
/// Bytes of the batches of one submission.
const BATCHES_MAX: usize = 8 << 20;
/// Steps of one submission.
const SLOTS_MAX: usize = 32;
/// Samples that a weight's sum takes at least.
const SHARE: usize = 64;
/// Bytes of all such sums.
const PARTIALS_MAX: usize = 64 << 20;
/// Samples of the largest tile.
const TILE_MAX: usize = 256;
/// Parts of such a sum at most.
const SPLITS_MAX: usize = 16;
/// Bytes from one step's scalars to the next: WebGPU's promise.
const SCALARS: u64 = 256;
/// Bytes of them: `Step` of `step.wgsl`.
const SCALARS_SIZE: u64 = 64;
/// Submissions that may wait.
#[cfg(not(target_arch = "wasm32"))]
const QUEUE: usize = 2;

impl Training {
    /// Is there room for this network and such batches on every device?
    pub fn fits(net: &Net, batch: usize) -> bool {
        let largest = wgpu::Limits::default().max_storage_buffer_binding_size as usize;
        let width = FOUR * net.row();
        let numbers = (2 * FOUR * net.len).max(width * batch).max(TILE_MAX * FOUR * net.columns());
        net.layers() <= LAYERS_MAX && 4 * numbers <= largest
    }

    /// Room for this network and batches of so many samples; with `drawn` they are made here, else given to every step.
    pub fn new(
        gpu: &Gpu,
        net: Net,
        (batch, dim): (usize, usize),
        activation: Activation,
        drawn: Option<&Drawn>,
    ) -> Training {
        let cut = Cut::new(net.widest());
        let columns = FOUR * net.columns();
        let room = (VALUES_MAX / (4 * columns) / cut.tile).max(1) * cut.tile;
        let room = room.min(batch.next_multiple_of(cut.tile));
        let splits = room.div_ceil(SHARE).min(SPLITS_MAX).min(PARTIALS_MAX / (4 * FOUR * net.len)).max(1);
        let width = FOUR * net.row();
        let batches = if drawn.is_some() { SLOTS_MAX } else { BATCHES_MAX / (4 * width * batch) };
        let slots = batches.clamp(1, SLOTS_MAX);
        let passes = batch.div_ceil(room);

        let numbers = FOUR * net.len;
        let [weights, transposed, average] = std::array::from_fn(|_| gpu.zeros(numbers));
        let (moments, partials) = (gpu.zeros(2 * numbers), gpu.zeros(splits * numbers));
        let [values, gradients] = std::array::from_fn(|_| gpu.zeros(columns * room));
        let rows = if drawn.is_some() { batch } else { slots * batch };
        let (batches, losses) = (gpu.zeros(rows * width), gpu.zeros(RING));
        let scalars = gpu.uniform(slots * passes * SCALARS as usize / 4);
        let places = net.uniform(room);
        let uniform = gpu.uniform(places.len());
        gpu.queue.write_buffer(&uniform, 0, bytemuck::cast_slice(&places));

        use Binding::{Moving, Read, Uniform, Write};
        let (step, head) = (Moving(SCALARS_SIZE), [&uniform, &scalars]);
        let stage = |name: &str, text: String, bindings: &[Binding], buffers: &[&wgpu::Buffer]| {
            let kernel = gpu.kernel(name, text, &[&[Uniform, step], bindings].concat());
            let group = kernel.bind(gpu, &[&head, buffers].concat());
            (kernel, group)
        };
        let numbers = [&weights, &transposed, &batches, &values, &gradients];
        let pass = match drawn {
            None => stage("pass", text::pass(cut, activation, None), &[Read, Read, Read, Write, Write], &numbers),
            Some(drawn) => {
                let tables = gpu.numbers(&drawn.words());
                let buffers = [&numbers[..], &[&tables]].concat();
                let text = text::pass(cut, activation, Some(dim));
                stage("drawn pass", text, &[Read, Read, Write, Write, Write, Read], &buffers)
            }
        };
        let stages = [
            pass,
            stage("outer", text::outer(), &[Read, Read, Write, Write], &[&values, &gradients, &partials, &losses]),
            stage(
                "update",
                text::update(),
                &[Read, Write, Write, Write, Write],
                &[&partials, &weights, &transposed, &moments, &average],
            ),
        ];
        Training {
            gpu: gpu.clone(),
            net,
            batch,
            dim,
            cut,
            drawn: drawn.is_some(),
            room,
            splits,
            slots,
            weights,
            transposed,
            moments,
            average,
            batches,
            losses,
            scalars,
            stages,
            pending: RefCell::default(),
        }
    }

    /// Takes one step on a batch: L = mean over points and dimensions of (scale · output - ut)².
    ///
    /// # Panics
    /// If batches are drawn here.
    pub fn step(&mut self, rows: Rows, correction: Correction) {
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
        self.wait_for_more(0, correction);
    }

    /// Takes step number `number` on the batch that is drawn for it; false where batches are given.
    pub fn step_drawn(&mut self, number: usize, correction: Correction) -> bool {
        if self.drawn {
            self.wait_for_more(number, correction);
        }
        self.drawn
    }

    fn wait_for_more(&mut self, number: usize, correction: Correction) {
        let waiting = &mut self.pending.get_mut().waiting;
        waiting.push((number, correction));
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
        let tiles = [2, 1].map(|side| (self.net.tiles(side, side) as u32).div_ceil(64));
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
                dispatch(1, step * passes + part, tiles[0] + 1, self.splits as u32);
            }
            dispatch(2, step * passes, tiles[1], 1);
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
    fn scalars_of(&self, steps: &[(usize, Correction)], slot: usize) -> Vec<u32> {
        let passes = self.batch.div_ceil(self.room);
        let numbers = (self.batch * self.dim) as f32;
        let mut scalars = Vec::with_capacity(steps.len() * passes * SCALARS as usize / 4);
        for (k, (number, c)) in steps.iter().enumerate() {
            // Drawn batches follow one another in the same place.
            let begin = if self.drawn { 0 } else { k * self.batch };
            for part in 0..passes {
                let first = part * self.room;
                let rows = self.room.min(self.batch - first);
                let (kept, fresh) = c.kept_average.map_or((0.0, 0.0), |kept| (kept, 1.0 - kept));
                let whole = [begin + first, rows, usize::from(part > 0), slot + k];
                scalars.extend(whole.map(|number| number as u32));
                let fractions = [2.0 / numbers, c.rate, c.root, c.kept_weight, kept, fresh, 1.0 / numbers];
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

    /// The rows of the last batch that was drawn, `batch × 4 Net::row()` numbers.
    #[cfg(test)]
    pub async fn rows(&self) -> Result<Vec<f32>, Error> {
        self.submit();
        self.gpu.read(&self.batches, self.batch * FOUR * self.net.row()).await
    }

    /// The weights in their natural order.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn weights(&self) -> Result<Vec<Vec<f32>>, Error> {
        self.parameters(&self.weights).await
    }

    /// Their average in the same order.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn average(&self) -> Result<Vec<Vec<f32>>, Error> {
        self.parameters(&self.average).await
    }

    async fn parameters(&self, buffer: &wgpu::Buffer) -> Result<Vec<Vec<f32>>, Error> {
        self.submit();
        Ok(self.net.unpack(&self.gpu.read(buffer, FOUR * self.net.len).await?))
    }

    /// First and second moment of every parameter's gradient.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn moments(&self) -> Result<[Vec<Vec<f32>>; 2], Error> {
        self.submit();
        let packed = self.gpu.read(&self.moments, 2 * FOUR * self.net.len).await?;
        let (m, v) = packed.split_at(FOUR * self.net.len);
        Ok([self.net.unpack(m), self.net.unpack(v)])
    }

    /// Goes on from these numbers; empty lists are zeros.
    pub fn restore(&mut self, weights: &[Vec<f32>], moments: [&[Vec<f32>]; 2], average: &[Vec<f32>]) {
        self.submit(); // what is written here comes after it
        let pack = |lists: &[Vec<f32>]| match lists.len() {
            0 => vec![0.0; FOUR * self.net.len],
            _ => self.net.pack(lists),
        };
        let write = |buffer: &wgpu::Buffer, numbers: &[f32]| {
            self.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(numbers));
        };
        write(&self.weights, &pack(weights));
        write(&self.transposed, &self.net.pack_transposed(weights));
        write(&self.moments, &moments.map(pack).concat());
        write(&self.average, &pack(average));
        let pending = self.pending.get_mut();
        (pending.fresh, pending.kept) = (0, Vec::new());
    }

    /// A copy of the packed weights, or of their average, as the steps so far have left them.
    pub fn snapshot(&self, average: bool) -> wgpu::Buffer {
        self.submit();
        self.gpu.copied(if average { &self.average } else { &self.weights })
    }

    /// Where the numbers stand.
    pub fn net(&self) -> &Net {
        &self.net
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
