//! The same runs on a GPU: any Vulkan device, or the software one (lavapipe) that build.sh installs.
#![cfg(feature = "gpu")]

use burn::tensor::wgpu::wgpu;
use burn::tensor::{Tensor, TensorData};
use flow_lab::config::{Activation, Config, DeviceChoice, SolverKind};
use flow_lab::device::{self, Kind, Opened, open_cpu};
use flow_lab::ends::Ends;
use flow_lab::experiment::{Experiment, SampleRequest};
use flow_lab::option::Choice;
use flow_lab::self_check;
use flow_lab::solver::Solver;
use pollster::block_on;

fn gpu(config: &Config) -> Opened {
    let opened = block_on(device::open(&Config { device: DeviceChoice::Gpu, ..config.clone() }));
    assert_eq!(
        opened.info.kind,
        Kind::WebGpu,
        "{} (./build.sh setup installs a software Vulkan device)",
        opened.info.reason
    );
    println!("adapter {}; self-check {}", opened.info.adapter, opened.info.self_check);
    opened
}

fn print_adapters() {
    let instance = wgpu::Instance::default();
    for adapter in block_on(instance.enumerate_adapters(wgpu::Backends::all())) {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        println!(
            "{} ({:?}, {:?}): {} storage buffers, {} bytes a workgroup, {} invocations",
            info.name,
            info.backend,
            info.device_type,
            limits.max_storage_buffers_per_shader_stage,
            limits.max_compute_workgroup_storage_size,
            limits.max_compute_invocations_per_workgroup
        );
    }
}

/// One test, so that kernels are compiled, and the device opened, once.
#[test]
fn the_gpu_trains_samples_saves_and_opens_as_the_cpu_does() {
    print_adapters();
    let (config, _) = Config::read(&[
        ("width", "19"),
        ("depth", "2"),
        ("batch", "37"),
        ("time", "mlp"),
        ("activation", "gelu"),
        ("ema", "0.9"),
    ]);
    let gpu = gpu(&config);
    for &activation in Activation::ALL {
        let config = self_check::sample_of(&Config { width: 13, depth: 2, batch: 21, activation, ..Config::default() });
        assert_eq!(block_on(self_check::run(&gpu.device, &config)), Ok(()), "{activation:?}");
    }

    let mut there = Experiment::new(config.clone(), gpu.clone(), Ends::default()).unwrap();
    let mut here = Experiment::new(config, open_cpu("test"), Ends::default()).unwrap();
    there.train(20);
    here.train(20);
    let close = |a: &[f32], b: &[f32], tolerance: f32, what: &str| {
        assert_eq!(a.len(), b.len(), "{what}");
        for (a, b) in a.iter().zip(b) {
            assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what}: {a} for {b}");
        }
    };
    close(block_on(there.losses()).unwrap(), block_on(here.losses()).unwrap(), 1e-3, "losses");

    let request = SampleRequest { count: 50, steps: 8, ..SampleRequest::of(here.config(), 1) };
    let samples = block_on(there.sample(request)).unwrap();
    close(&samples.positions, &block_on(here.sample(request)).unwrap().positions, 5e-3, "samples");
    close(
        &block_on(there.velocity(samples.last(), 0.5)).unwrap(),
        &block_on(here.velocity(samples.last(), 0.5)).unwrap(),
        5e-3,
        "velocities",
    );

    for kind in [SolverKind::Midpoint, SolverKind::Dopri5] {
        let request = SampleRequest { solver: Solver { kind, tolerance: 1e-3 }, ..request };
        let (there, here) = (block_on(there.sample(request)).unwrap(), block_on(here.sample(request)).unwrap());
        close(&there.positions, &here.positions, 5e-3, "samples by another solver");
    }
    let x = Tensor::<2>::from_data(TensorData::new(samples.last().to_vec(), [50, 2]), &gpu.device);
    let exact = here.exact().unwrap();
    for t in [0.1, 0.5, 0.9] {
        let found = block_on(device::read(exact.on_device(&x, t).unwrap())).unwrap();
        close(&found, &exact.velocities(samples.last(), t as f32), 5e-3, "exact velocities");
    }
    let density = |run: &Experiment| block_on(run.log_density(&[0.5, -0.5, 1.0, 0.3], request.solver, 8)).unwrap();
    close(&density(&there), &density(&here), 5e-3, "log density");

    // The hand-over of the page: from the CPU to the GPU, and on as if nothing had happened.
    let bytes = block_on(here.save()).unwrap();
    there.load(&bytes).unwrap();
    there.train(10);
    here.train(10);
    close(block_on(there.losses()).unwrap(), block_on(here.losses()).unwrap(), 1e-3, "losses after the move");

    let saved = block_on(there.save()).unwrap();
    let before = block_on(there.sample(request)).unwrap();
    there.train(1);
    there.load(&saved).unwrap();
    assert_eq!(block_on(there.sample(request)).unwrap(), before);
}
