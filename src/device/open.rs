//! The GPU opened: its adapter, and what is asked of it.

use std::sync::{Arc, Mutex, MutexGuard};

use super::gpu::Gpu;
use super::{Info, Kind, OpenDevice, SelfCheck};
use crate::config::DeviceChoice;
use crate::error::Error;

/// An open GPU, kept for every run of this process.
struct Opened {
    #[cfg_attr(not(feature = "burn"), expect(dead_code, reason = "burn is given it"))]
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    gpu: Gpu,
}

static OPENED: Mutex<Option<Opened>> = Mutex::new(None);

fn opened() -> MutexGuard<'static, Option<Opened>> {
    OPENED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Opens the GPU, once.
pub async fn open(choice: DeviceChoice) -> Result<OpenDevice, Error> {
    if opened().is_none() {
        let fresh = request(choice).await?;
        opened().get_or_insert(fresh);
    }
    match opened().as_ref() {
        Some(Opened { adapter, gpu, .. }) => described(adapter, gpu, choice),
        None => Err(Error::Device("The GPU was closed while it was opened.".into())),
    }
}

async fn request(choice: DeviceChoice) -> Result<Opened, Error> {
    let failed = |error: String| Error::Device(format!("No GPU could be opened: {error}."));
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let asked =
        wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
    let adapter = instance.request_adapter(&asked).await.map_err(|error| failed(error.to_string()))?;
    refuse_software(&adapter, choice)?;
    let (required_features, required_limits) = needs(&adapter);
    let asked = wgpu::DeviceDescriptor { required_features, required_limits, ..Default::default() };
    let (device, queue) = adapter.request_device(&asked).await.map_err(|error| failed(error.to_string()))?;
    // On the web a kernel that the browser rejects says so only here, and is skipped.
    device.on_uncaptured_error(Arc::new(|error: wgpu::Error| log::error!("{error}")));
    Ok(Opened { instance, adapter, gpu: Gpu::new(device, queue) })
}

/// Features and limits that our kernels need: none beyond what every WebGPU device has. Above `downlevel_defaults` it
/// is the six storage buffers of the pass that draws its batches.
#[cfg(not(feature = "burn"))]
fn needs(_: &wgpu::Adapter) -> (wgpu::Features, wgpu::Limits) {
    let limits = wgpu::Limits { max_storage_buffers_per_shader_stage: 6, ..wgpu::Limits::downlevel_defaults() };
    (wgpu::Features::empty(), limits)
}

/// All that the adapter has, because cubecl takes what the adapter has for what the device has.
#[cfg(feature = "burn")]
fn needs(adapter: &wgpu::Adapter) -> (wgpu::Features, wgpu::Limits) {
    let unwanted = wgpu::Features::MAPPABLE_PRIMARY_BUFFERS.union(wgpu::Features::all_experimental_mask());
    (adapter.features().difference(unwanted), adapter.limits())
}

fn is_software(adapter: &wgpu::Adapter) -> bool {
    // In a browser the type is unknown; there `www/lab/adapter.js` has looked at the adapter already.
    adapter.get_info().device_type == wgpu::DeviceType::Cpu
}

fn refuse_software(adapter: &wgpu::Adapter, choice: DeviceChoice) -> Result<(), Error> {
    if is_software(adapter) && choice == DeviceChoice::Auto {
        let name = adapter.get_info().name;
        return Err(Error::Device(format!("The only GPU adapter, {name}, is software: the CPU is faster.")));
    }
    Ok(())
}

fn described(adapter: &wgpu::Adapter, gpu: &Gpu, choice: DeviceChoice) -> Result<OpenDevice, Error> {
    refuse_software(adapter, choice)?;
    let reason = match (choice, is_software(adapter)) {
        (DeviceChoice::Gpu, true) => "The GPU was asked for; the adapter is software, so expect the CPU to be faster.",
        (DeviceChoice::Gpu, false) => "The GPU was asked for.",
        _ => "A GPU is there.",
    };
    let about = adapter.get_info();
    let name = if about.name.is_empty() { "adapter without a name" } else { &about.name };
    let info = Info {
        kind: Kind::WebGpu,
        adapter: format!("{name} ({})", about.backend),
        reason: reason.into(),
        self_check: SelfCheck::NotNeeded,
    };
    Ok(OpenDevice { gpu: Some(gpu.clone()), info })
}

/// The open GPU as burn takes it.
#[cfg(feature = "burn")]
pub fn setup() -> Option<burn::tensor::wgpu::WgpuSetup> {
    opened().as_ref().map(|Opened { instance, adapter, gpu, .. }| burn::tensor::wgpu::WgpuSetup {
        instance: instance.clone(),
        adapter: adapter.clone(),
        device: gpu.device.clone(),
        queue: gpu.queue.clone(),
        backend: adapter.get_info().backend,
    })
}
