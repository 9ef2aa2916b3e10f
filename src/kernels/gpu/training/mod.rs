//! A network in training on the GPU: its buffers and kernels.

mod numbers;
mod steps;

use std::cell::RefCell;

use super::layout::{FOUR, LAYERS_MAX, Net};
use super::wgsl::{self, Cut};
use crate::batch::counter_based::Drawn;
use crate::device::gpu::{Binding, Gpu, Kernel};
use steps::Pending;
pub use steps::Rows;

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

impl Training {
    /// Is there room for this network and such batches on every device?
    pub fn fits(net: &Net, batch: usize) -> bool {
        let largest = wgpu::Limits::default().max_storage_buffer_binding_size as usize;
        let width = FOUR * net.row();
        let numbers = (2 * FOUR * net.len).max(width * batch).max(TILE_MAX * FOUR * net.columns());
        net.layers() <= LAYERS_MAX && 4 * numbers <= largest
    }

    /// Room for this network and batches of so many samples; with `drawn` they are made here, else given to every step.
    pub fn new(gpu: &Gpu, net: Net, batch: usize, drawn: Option<&Drawn>) -> Training {
        let (dim, activation) = (net.dim(), net.activation());
        let cut = Cut::new(net.usual());
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
            None => stage("pass", wgsl::pass(cut, activation, None), &[Read, Read, Read, Write, Write], &numbers),
            Some(drawn) => {
                let tables = gpu.numbers(&drawn.words());
                let buffers = [&numbers[..], &[&tables]].concat();
                let text = wgsl::pass(cut, activation, Some(dim));
                stage("drawn pass", text, &[Read, Read, Write, Write, Write, Read], &buffers)
            }
        };
        let stages = [
            pass,
            stage("outer", wgsl::outer(), &[Read, Read, Write, Write], &[&values, &gradients, &partials, &losses]),
            stage(
                "update",
                wgsl::update(),
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
}
