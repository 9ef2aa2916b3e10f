//! The device that runs the arithmetic, and why it is this one.

#[cfg(feature = "burn")]
pub mod burn;
pub mod compare;
#[cfg(feature = "gpu")]
pub mod gpu;
#[cfg(feature = "gpu")]
mod open;

use serde::Serialize;

use crate::config::DeviceChoice;
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
    /// What came of comparing it with the CPU.
    pub self_check: SelfCheck,
}

/// What came of comparing a device with the CPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelfCheck {
    /// It computes what the CPU computes.
    Passed,
    /// The CPU runs in its place, because of what this sentence fragment names.
    Failed(String),
    /// It is the CPU, which the others are compared with, or it has not run yet.
    NotNeeded,
}

impl std::fmt::Display for SelfCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SelfCheck::Passed => write!(f, "passed"),
            SelfCheck::Failed(why) => write!(f, "failed: {why}"),
            SelfCheck::NotNeeded => write!(f, "not needed"),
        }
    }
}

impl Serialize for SelfCheck {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The CPU, with the reason why it was chosen.
pub fn open_cpu(reason: impl Into<String>) -> OpenDevice {
    let adapter = if cfg!(target_feature = "simd128") { "wasm simd128" } else { std::env::consts::ARCH };
    let info =
        Info { kind: Kind::Cpu, adapter: adapter.into(), reason: reason.into(), self_check: SelfCheck::NotNeeded };
    OpenDevice {
        #[cfg(feature = "gpu")]
        gpu: None,
        info,
    }
}

/// Opens the GPU, which nothing has compared with the CPU yet: see [`crate::experiment::open`].
///
/// In a browser `www/lab/adapter.js` has asked before, without this file, whether there is a GPU and whether it is
/// hardware.
///
/// # Errors
/// When there is none, or where it was not asked for and is software.
#[cfg(feature = "gpu")]
pub async fn open_gpu(choice: DeviceChoice) -> Result<OpenDevice, Error> {
    open::open(choice).await
}

/// The small build has the CPU alone.
///
/// # Errors
/// Always.
#[cfg(not(feature = "gpu"))]
pub async fn open_gpu(_: DeviceChoice) -> Result<OpenDevice, Error> {
    Err(Error::Device("This is the small build, which has the CPU alone.".into()))
}
