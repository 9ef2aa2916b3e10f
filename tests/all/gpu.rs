//! The same runs on a GPU: any Vulkan device, or the software one (lavapipe) that build.sh installs.
use flow_lab::config::option::Choice;
use flow_lab::config::{Activation, Config, DeviceChoice, SolverKind};
use flow_lab::data::inputs::Ends;
use flow_lab::device::{Kind, OpenDevice, SelfCheck, open_cpu};
use flow_lab::experiment::{Experiment, SampleRequest, open, self_check};
use flow_lab::solver::Solver;
use pollster::block_on;

fn gpu(config: &Config) -> OpenDevice {
    let opened = block_on(open::open(&Config { device: DeviceChoice::Gpu, ..config.clone() }, &Ends::default()));
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
        let config = Config { width: 13, depth: 2, batch: 21, activation, ..Config::default() };
        let probe = self_check::probe(&config, &Ends::default()).unwrap();
        assert_eq!(block_on(self_check::run(&gpu, &probe, &Ends::default())), Ok(()), "{activation:?}");
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
    let density = |run: &Experiment| block_on(run.log_density(&[0.5, -0.5, 1.0, 0.3], request.solver, 8)).unwrap();
    close(&density(&there), &density(&here), 5e-3, "log density");

    let (recorded, expected) = (block_on(there.record_step()).unwrap(), block_on(here.record_step()).unwrap());
    assert_eq!((recorded.step, &recorded.batch), (expected.step, &expected.batch));
    close(&recorded.before, &expected.before, 5e-3, "the answer before a step");
    close(&recorded.after, &expected.after, 5e-3, "the answer after it");
    close(&[recorded.loss], &[expected.loss], 1e-3, "its loss");
    close(&block_on(there.weights()).unwrap(), &block_on(here.weights()).unwrap(), 5e-3, "weights");

    // The hand-over of the page: from the CPU to the GPU, and on as if nothing had happened.
    let bytes = block_on(here.save()).unwrap();
    block_on(there.load(&bytes)).unwrap();
    there.train(10);
    here.train(10);
    close(block_on(there.losses()).unwrap(), block_on(here.losses()).unwrap(), 1e-3, "losses after the move");

    let saved = block_on(there.save()).unwrap();
    let before = block_on(there.sample(request)).unwrap();
    there.train(1);
    block_on(there.load(&saved)).unwrap();
    assert_eq!(block_on(there.sample(request)).unwrap(), before);
}

#[test]
fn a_network_that_the_kernels_have_no_room_for_trains_on_the_cpu_with_a_sentence() {
    let opened = gpu(&Config::default());
    let (config, _) = Config::read(&[("width", "1024"), ("depth", "16"), ("time", "joined"), ("batch", "8")]);
    let mut run = Experiment::new(config, opened, Ends::default()).unwrap();
    let info = &run.device().info;
    assert_eq!(info.kind, Kind::Cpu);
    assert!(info.reason.contains("batch = 8") && info.reason.contains("smaller width"), "{}", info.reason);
    run.train(1);
    assert_eq!(block_on(run.losses()).unwrap().len(), 1);
    // Another network in its place moves to the GPU, which is still open.
    let saved =
        block_on(Experiment::new(Config::default(), open_cpu("test"), Ends::default()).unwrap().save()).unwrap();
    block_on(run.load(&saved)).unwrap();
    assert_eq!(run.device().info.kind, Kind::WebGpu);
}

#[test]
fn a_run_on_the_gpu_is_probed_with_its_own_kernels_before_it_starts() {
    let runs: [&[(&str, &str)]; 4] = [
        &[("coupling", "ot"), ("schedule", "vp"), ("predict", "target"), ("width", "20"), ("ema", "0.9")],
        &[("target", "pinwheel"), ("depth", "6")],
        &[("target", "gaussian"), ("dim", "40"), ("activation", "gelu")],
        &[("sigma", "0.2"), ("timeSampling", "late"), ("time", "sinusoidal")],
    ];
    for options in runs {
        let (config, notes) = Config::read(options);
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(gpu(&config).info.self_check, SelfCheck::Passed, "{options:?}");
    }
}

#[cfg(feature = "burn")]
#[test]
fn burn_works_on_the_device_that_is_open() {
    use burn::tensor::{Device, Tensor, TensorData};
    let opened = gpu(&Config::default());
    let device = block_on(flow_lab::device::burn::of(&opened)).unwrap();
    assert_ne!(device, Device::flex());
    assert_eq!(block_on(flow_lab::device::burn::of(&opened)).unwrap(), device, "it is registered once");
    let numbers = |t: Tensor<2>| block_on(flow_lab::device::burn::read(t)).unwrap();
    let x = Tensor::<2>::from_data(TensorData::new(vec![1.0f32, 2.0, 3.0, 4.0], [2, 2]), &device);
    assert_eq!(numbers(x.clone().matmul(x)), [7.0, 10.0, 15.0, 22.0]);
    let run = Experiment::new(Config::default(), opened, Ends::default()).unwrap();
    assert!(block_on(run.autodiff_ms(2)).unwrap() > 0.0);
}
