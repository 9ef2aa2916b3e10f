//! Which form of a learner runs: the one place that picks it, by what the network is and by what is open.

use crate::device::OpenDevice;
#[cfg(feature = "gpu")]
use crate::kernels::gpu;
use crate::network::Architecture;

/// A form of the same mathematics.
#[derive(Clone, Debug)]
pub enum Form {
    /// Flat arrays, on the CPU.
    PackedCpu,
    /// Flat buffers, on this GPU.
    #[cfg(feature = "gpu")]
    PackedGpu(crate::device::gpu::Gpu),
}

/// The form of this network, in batches of so many samples, and the device that it then runs on: the one that is open,
/// or the CPU with a sentence where the GPU's kernels have no room.
pub fn form(architecture: &Architecture, batch: usize, opened: &OpenDevice) -> (Form, OpenDevice) {
    #[cfg(feature = "gpu")]
    if let Some(device) = &opened.gpu {
        if gpu::training::Training::fits(&gpu::layout::Net::of(architecture), batch) {
            return (Form::PackedGpu(device.clone()), opened.clone());
        }
        let reason = format!(
            "The CPU runs, because the GPU's kernels have no room for batch = {batch} of a network with {} numbers \
             in {} layers: choose a smaller width, depth or batch for the GPU.",
            architecture.parameters().iter().map(crate::network::parameter::Parameter::count).sum::<usize>(),
            architecture.dense().len()
        );
        return (Form::PackedCpu, crate::device::open_cpu(reason));
    }
    let _ = (architecture, batch);
    (Form::PackedCpu, opened.clone())
}
