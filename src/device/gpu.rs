//! Kernels, the numbers that they work on, and how those come back.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use crate::error::Error;

/// A device with its queue.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// Makes buffers and kernels.
    pub device: wgpu::Device,
    /// Takes work.
    pub queue: wgpu::Queue,
    /// Compiled before, by their text.
    kernels: Arc<Mutex<HashMap<String, Kernel>>>,
}

/// What a kernel does with a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A uniform.
    Uniform,
    /// A uniform whose place in its buffer every dispatch says.
    Moving(u64),
    /// Reads its numbers.
    Read,
    /// Reads and writes them.
    Write,
}

/// A compiled kernel.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// To be set in a compute pass.
    pub pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
    bindings: Vec<Binding>,
}

impl Kernel {
    fn compile(gpu: &Gpu, name: &str, text: &str, bindings: &[Binding]) -> Kernel {
        let entry = |(k, binding): (usize, &Binding)| wgpu::BindGroupLayoutEntry {
            binding: k as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: match binding {
                    Binding::Uniform | Binding::Moving(_) => wgpu::BufferBindingType::Uniform,
                    Binding::Read => wgpu::BufferBindingType::Storage { read_only: true },
                    Binding::Write => wgpu::BufferBindingType::Storage { read_only: false },
                },
                has_dynamic_offset: matches!(binding, Binding::Moving(_)),
                min_binding_size: None,
            },
            count: None,
        };
        let entries: Vec<_> = bindings.iter().enumerate().map(entry).collect();
        let layout = gpu
            .device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(name), entries: &entries });
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(name),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(name),
            source: wgpu::ShaderSource::Wgsl(Cow::Borrowed(text)),
        });
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
        Kernel { pipeline, layout, bindings: bindings.to_vec() }
    }

    /// These buffers, in the order of the bindings.
    pub fn bind<'a>(&self, gpu: &Gpu, buffers: &[&'a wgpu::Buffer]) -> wgpu::BindGroup {
        let resource = |buffer: &'a wgpu::Buffer, binding: Binding| match binding {
            Binding::Moving(size) => wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer,
                offset: 0,
                size: std::num::NonZeroU64::new(size),
            }),
            _ => buffer.as_entire_binding(),
        };
        let resources = buffers.iter().zip(&self.bindings).map(|(buffer, binding)| resource(buffer, *binding));
        let entries: Vec<_> =
            resources.zip(0..).map(|(resource, binding)| wgpu::BindGroupEntry { binding, resource }).collect();
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &self.layout,
            entries: &entries,
        })
    }
}

impl Gpu {
    /// A device that was opened, without kernels.
    pub fn new(device: wgpu::Device, queue: wgpu::Queue) -> Gpu {
        Gpu { device, queue, kernels: Arc::default() }
    }

    /// The kernel of this text, whose bindings are numbered from 0 in group 0; compiled when it is asked for first.
    pub fn kernel(&self, name: &str, text: String, bindings: &[Binding]) -> Kernel {
        let mut kernels = self.kernels.lock().expect("nobody panics with it");
        let compiled = kernels.entry(text);
        compiled.or_insert_with_key(|text| Kernel::compile(self, name, text, bindings)).clone()
    }

    /// A buffer of so many zeros of four bytes, for kernels.
    pub fn zeros(&self, numbers: usize) -> wgpu::Buffer {
        use wgpu::BufferUsages as Usage;
        self.buffer(numbers, Usage::STORAGE | Usage::COPY_DST | Usage::COPY_SRC)
    }

    /// A buffer with these numbers of four bytes, for kernels.
    pub fn numbers(&self, numbers: &[impl bytemuck::NoUninit]) -> wgpu::Buffer {
        let buffer = self.zeros(numbers.len());
        self.queue.write_buffer(&buffer, 0, bytemuck::cast_slice(numbers));
        buffer
    }

    /// A uniform of so many numbers of four bytes.
    pub fn uniform(&self, numbers: usize) -> wgpu::Buffer {
        self.buffer(numbers, wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST)
    }

    fn buffer(&self, numbers: usize, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: 4 * numbers.max(4) as u64,
            usage,
            mapped_at_creation: false,
        })
    }

    /// A copy of the whole of `buffer`, as it is after all work that was submitted before.
    pub fn copied(&self, buffer: &wgpu::Buffer) -> wgpu::Buffer {
        let copy = self.zeros(buffer.size() as usize / 4);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, buffer.size());
        self.queue.submit([encoder.finish()]);
        copy
    }

    /// Ends when the device has done all that was submitted before, or is lost.
    pub fn done(&self) -> impl Future<Output = ()> + use<> {
        let (answer, done) = question();
        self.queue.on_submitted_work_done(move || answer(()));
        #[cfg(not(target_arch = "wasm32"))]
        let _ = self.device.poll(wgpu::PollType::wait_indefinitely()); // a lost device says so when it is read from
        done
    }

    /// The first numbers of `buffer`, after all work that was submitted before.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn read(&self, buffer: &wgpu::Buffer, numbers: usize) -> Result<Vec<f32>, Error> {
        if numbers == 0 {
            return Ok(Vec::new());
        }
        let size = 4 * numbers as u64;
        let staging = self.buffer(numbers, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, 0, &staging, 0, size);
        self.queue.submit([encoder.finish()]);

        let mapped = mapped(&staging);
        // Natively somebody must ask the device; a browser does it by itself.
        #[cfg(not(target_arch = "wasm32"))]
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(lost)?;
        mapped.await.map_err(lost)?;
        let view = staging.slice(..size).get_mapped_range().map_err(lost)?;
        Ok(view.as_chunks::<4>().0.iter().map(|&bytes| f32::from_ne_bytes(bytes)).collect())
    }
}

fn lost(why: impl std::fmt::Display) -> Error {
    Error::Device(format!("The GPU did not give its numbers back: {why}."))
}

/// Ends when `buffer` can be read.
fn mapped(buffer: &wgpu::Buffer) -> impl Future<Output = Result<(), wgpu::BufferAsyncError>> + use<> {
    let (answer, answered) = question();
    buffer.slice(..).map_async(wgpu::MapMode::Read, answer);
    answered
}

/// What takes an answer once, and what ends with it.
fn question<T: Send + 'static>() -> (impl FnOnce(T) + Send, impl Future<Output = T>) {
    let shared = Arc::new(Mutex::new((None, None::<Waker>)));
    let told = shared.clone();
    let answer = move |answer| {
        let mut told = told.lock().expect("nobody panics with it");
        told.0 = Some(answer);
        if let Some(waker) = told.1.take() {
            waker.wake();
        }
    };
    let answered = poll_fn(move |context| {
        let mut shared = shared.lock().expect("nobody panics with it");
        match shared.0.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                shared.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    });
    (answer, answered)
}
