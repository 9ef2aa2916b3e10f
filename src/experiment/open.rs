//! A device for a run: the one that its options ask for, where it computes what the CPU computes.

use std::sync::{Mutex, PoisonError};

use super::self_check;
use crate::config::{Config, DeviceChoice};
use crate::data::inputs::Ends;
use crate::device::{self, OpenDevice, SelfCheck, open_cpu};

/// Probes that the open GPU has passed.
static PASSED: Mutex<Vec<self_check::Probe>> = Mutex::new(Vec::new());

/// Opens the device that the options ask for; where it cannot be had, or computes wrongly, the CPU with the reason.
pub async fn open(config: &Config, ends: &Ends) -> OpenDevice {
    if config.device == DeviceChoice::Cpu {
        return open_cpu("The CPU was asked for.");
    }
    match device::open_gpu(config.device).await {
        Ok(opened) => checked(&opened, config, ends).await,
        Err(error) => open_cpu(error.to_string()),
    }
}

/// The same device once it is known to compute rightly what this run will ask of it; else the CPU with the reason.
pub async fn checked(opened: &OpenDevice, config: &Config, ends: &Ends) -> OpenDevice {
    if opened.info.kind == device::Kind::Cpu {
        return opened.clone();
    }
    let passed = || PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    let verdict = match self_check::probe(config, ends) {
        Err(error) => Err(format!("its probe could not be made: {error}")),
        Ok(probe) if passed().contains(&probe) => Ok(()),
        Ok(probe) => {
            let verdict = self_check::run(opened, &probe, ends).await;
            if verdict.is_ok() {
                passed().push(probe);
            }
            verdict
        }
    };
    decided(opened, verdict)
}

/// What runs after a self-check.
fn decided(opened: &OpenDevice, verdict: Result<(), String>) -> OpenDevice {
    match verdict {
        Ok(()) => {
            let mut device = opened.clone();
            device.info.self_check = SelfCheck::Passed;
            device
        }
        Err(why) => {
            let mut cpu = open_cpu(format!("The CPU runs, because the GPU failed its self-check: {why}."));
            cpu.info.self_check = SelfCheck::Failed(why);
            cpu
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Kind;

    #[test]
    fn after_a_failed_self_check_the_cpu_runs_and_says_why() {
        let mut gpu = open_cpu("it is a GPU for once");
        gpu.info.kind = Kind::WebGpu;
        let device = decided(&gpu, Err("two training steps gave 0 where the CPU gives 1".into()));
        assert_eq!(device.info.kind, Kind::Cpu);
        assert!(device.info.reason.contains("gave 0 where the CPU gives 1"), "{}", device.info.reason);
        assert_eq!(device.info.self_check.to_string(), "failed: two training steps gave 0 where the CPU gives 1");
        assert_eq!(decided(&gpu, Ok(())).info.self_check, SelfCheck::Passed);
        assert_eq!(decided(&gpu, Ok(())).info.kind, Kind::WebGpu);
    }
}
