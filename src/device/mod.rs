//! The device that runs the arithmetic, and why it is this one.

#[cfg(feature = "burn")]
pub mod burn;
#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(feature = "gpu")]
mod open;

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

/// An open device: the GPU, or the CPU where there is none, with what the reader is told about it.
#[derive(Clone, Debug)]
pub struct OpenDevice {
    /// The GPU; `None` on the CPU.
    #[cfg(feature = "gpu")]
    pub gpu: Option<gpu::Gpu>,
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
pub fn open_cpu(reason: impl Into<String>) -> OpenDevice {
    let adapter = if cfg!(target_feature = "simd128") { "wasm simd128" } else { std::env::consts::ARCH };
    let info = Info {
        kind: Kind::Cpu,
        adapter: adapter.into(),
        reason: reason.into(),
        self_check: "passed".into(), // it is what the others are compared with
    };
    OpenDevice {
        #[cfg(feature = "gpu")]
        gpu: None,
        info,
    }
}

/// Opens the device that the options ask for; where it cannot be had, or computes wrongly, the CPU with the reason.
///
/// In a browser `www/lab/adapter.js` has asked before, without this file, whether there is a GPU and whether it is hardware.
pub async fn open(config: &Config) -> OpenDevice {
    if config.device == DeviceChoice::Cpu {
        return open_cpu("The CPU was asked for.");
    }
    match open_gpu(config).await {
        Ok(opened) => opened,
        Err(Error::Device(reason)) => open_cpu(reason),
        Err(other) => open_cpu(other.to_string()),
    }
}

#[cfg(feature = "gpu")]
async fn open_gpu(config: &Config) -> Result<OpenDevice, Error> {
    open::open(config).await
}

#[cfg(not(feature = "gpu"))]
async fn open_gpu(_: &Config) -> Result<OpenDevice, Error> {
    Err(Error::Device("This is the small build, which has the CPU alone.".into()))
}
