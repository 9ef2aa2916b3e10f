//! Which device runs the arithmetic, and why.

use burn::tensor::{Device, Tensor};
use serde::Serialize;

use crate::config::{Config, DeviceChoice};
use crate::error::Error;

/// What kind of device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A GPU through WebGPU: the browser's own, or Vulkan, Metal or DirectX natively.
    WebGpu,
    /// The CPU.
    Cpu,
}

/// An opened device, with what the reader is told about it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where tensors are made.
    pub device: Device,
    /// What it is and why it was chosen.
    pub info: Info,
}

/// What the reader is told about a device.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// GPU or CPU.
    pub kind: Kind,
    /// The adapter's name, with its graphics API; of the CPU, its instruction set.
    pub adapter: String,
    /// Why this device runs: one sentence.
    pub reason: String,
    /// `passed`, or `failed: ` and what differed from the CPU.
    pub self_check: String,
}

/// The CPU, with the reason why it was chosen.
pub fn open_cpu(reason: impl Into<String>) -> Opened {
    let adapter = if cfg!(target_feature = "simd128") { "wasm simd128" } else { std::env::consts::ARCH };
    let info = Info {
        kind: Kind::Cpu,
        adapter: adapter.into(),
        reason: reason.into(),
        self_check: "passed".into(), // it is what the others are compared with
    };
    Opened { device: Device::flex(), info }
}

/// Opens the device that the options ask for; where it cannot be had, or computes wrongly, the CPU with the reason.
///
/// The browser's gate (is there an adapter, is it hardware, has it timestamp queries) is passed
/// before this: `www/worker.js` asks the browser without starting burn, which would panic there.
pub async fn open(config: &Config) -> Opened {
    if config.device == DeviceChoice::Cpu {
        return open_cpu("The CPU was asked for.");
    }
    match gpu::open(config).await {
        Ok(opened) => opened,
        Err(Error::Device(reason)) => open_cpu(reason),
        Err(other) => open_cpu(other.to_string()),
    }
}

/// The opened GPU as wgpu knows it; `None` before it was opened.
#[cfg(feature = "gpu")]
pub fn gpu() -> Option<crate::kernels::gpu::kernel::Gpu> {
    gpu::handles().clone()
}

#[cfg(feature = "gpu")]
mod gpu {
    use std::sync::Mutex;

    use burn::tensor::wgpu::wgpu::DeviceType;

    use super::*;
    use crate::kernels::gpu::kernel::Gpu;
    use crate::self_check;

    /// burn's runtime can be initialised once in a process; opening again gives the same device, with the
    /// samples of options for which it passed its self-check.
    static OPENED: Mutex<Option<(Opened, Vec<Config>)>> = Mutex::new(None);
    /// The same device as wgpu knows it, for kernels of our own.
    static HANDLES: Mutex<Option<Gpu>> = Mutex::new(None);

    /// Work that is handed to the browser together; more would make a frame wait for it.
    const TASKS_MAX: usize = 64;

    pub async fn open(config: &Config) -> Result<Opened, Error> {
        let known = remembered().clone();
        let (opened, mut passed) = match known {
            Some(known) => known,
            None => (init(config.device).await?, Vec::new()),
        };
        let sample = self_check::sample_of(config);
        if !passed.contains(&sample) {
            let verdict = self_check::run(&opened.device, &sample).await;
            if verdict.is_ok() {
                passed.push(sample);
            }
            *remembered() = Some((opened.clone(), passed));
            verdict
                .map_err(|why| Error::Device(format!("The CPU runs, because the GPU failed its self-check: {why}.")))?;
        }
        Ok(opened)
    }

    pub fn handles() -> std::sync::MutexGuard<'static, Option<Gpu>> {
        HANDLES.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn remembered() -> std::sync::MutexGuard<'static, Option<(Opened, Vec<Config>)>> {
        OPENED.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    async fn init(choice: DeviceChoice) -> Result<Opened, Error> {
        let options = Device::wgpu_options().tasks_max(TASKS_MAX);
        let (device, setup) = options
            .init_with_setup_async()
            .await
            .map_err(|error| Error::Device(format!("No GPU could be opened: {error}.")))?;
        *handles() = Some(Gpu::new(setup.device.clone(), setup.queue.clone()));
        let adapter = setup.adapter.get_info();
        // In a browser the type is unknown; there www/worker.js has looked at the adapter already.
        let software = adapter.device_type == DeviceType::Cpu;
        if software && choice == DeviceChoice::Auto {
            return Err(Error::Device(format!(
                "The only GPU adapter, {}, is software: the CPU is faster.",
                adapter.name
            )));
        }
        let limits = setup.device.limits();
        log::info!(
            "{} ({}): {} invocations and {} bytes of memory a workgroup, {} storage buffers",
            adapter.name,
            setup.backend,
            limits.max_compute_invocations_per_workgroup,
            limits.max_compute_workgroup_storage_size,
            limits.max_storage_buffers_per_shader_stage,
        );
        let reason = match (choice, software) {
            (DeviceChoice::Gpu, true) => {
                "The GPU was asked for; the adapter is software, so expect the CPU to be faster."
            }
            (DeviceChoice::Gpu, false) => "The GPU was asked for.",
            _ => "A GPU is there and passed its self-check.",
        };
        let name = if adapter.name.is_empty() { "adapter without a name" } else { &adapter.name };
        let info = Info {
            kind: Kind::WebGpu,
            adapter: format!("{name} ({})", setup.backend),
            reason: reason.into(),
            self_check: "passed".into(), // `open` gives it to nobody before it has
        };
        Ok(Opened { device, info })
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    use super::*;

    pub async fn open(_: &Config) -> Result<Opened, Error> {
        Err(Error::Device("This is the small build, which has the CPU alone.".into()))
    }
}

/// Reads a tensor's numbers without blocking, which a browser's GPU does not allow.
///
/// # Errors
/// When the device fails to answer, or answers with another type.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
    let failed = |why: String| Error::Device(format!("The device did not give its numbers back: {why}."));
    let data = tensor.into_data_async().await.map_err(|error| failed(error.to_string()))?;
    data.try_into_vec::<f32>().map_err(|error| failed(format!("{error:?}")))
}
