//! A velocity at rest on the GPU, and the points that it carries.

use super::layout::{FOUR, Net};
use super::wgsl::{self, Cut};
use crate::device::gpu::{Binding, Gpu, Kernel};
use crate::error::Error;
use crate::network::input::{FEATURES, LABEL, POINTS};
use crate::solver::Kept;

/// An explicit Runge–Kutta method of at most four stages.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    /// a_ij of every stage, the first one's zeros.
    pub matrix: [[f32; 4]; 4],
    /// b_j, as many as there are stages.
    pub weights: Vec<f32>,
}

/// One evaluation of the velocity: the time features there, and the length of the step that it belongs to.
pub struct Evaluation {
    /// What the network is told of the time.
    pub features: Vec<f32>,
    /// The step's length.
    pub h: f32,
    /// `(scale, shift)` of v = scale · output + shift · x.
    pub form: (f32, f32),
}

/// Points to be carried, with their labels.
#[derive(Clone, Copy)]
pub struct Points<'a> {
    /// `n × dim`.
    pub x0: &'a [f32],
    /// `n × classes`; empty where there are none.
    pub labels: &'a [f32],
}

/// What is wanted of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Where they are after each step, or after the last.
    Points(Kept),
    /// Their velocity, times h, of a single step.
    Velocity,
}

/// The kernel that carries points, for one network.
pub struct Sampling {
    gpu: Gpu,
    net: Net,
    dim: usize,
    cut: Cut,
    kernel: Kernel,
}

/// Bytes of the values of one dispatch.
const VALUES_MAX: usize = 32 << 20;
/// Multiplications of one dispatch: a second's work for a slow device.
const WORK_MAX: usize = 1 << 30;

impl Sampling {
    /// Compiles the kernel.
    pub fn new(gpu: &Gpu, net: Net) -> Sampling {
        use Binding::{Read, Uniform, Write};
        let cut = Cut::new(net.usual());
        let bindings = [Uniform, Uniform, Read, Read, Write, Write, Write];
        let kernel = gpu.kernel("sample", wgsl::sample(cut, net.activation()), &bindings);
        Sampling { gpu: gpu.clone(), dim: net.dim(), net, cut, kernel }
    }

    /// The points, or their velocity.
    ///
    /// # Shapes
    /// The result is `n × dim` for every step that is kept; `evaluations` are as many as there are steps, times the
    /// method's stages.
    ///
    /// # Errors
    /// When the device is lost.
    pub async fn carry(
        &self,
        weights: &wgpu::Buffer,
        points: Points<'_>,
        method: &Method,
        evaluations: &[Evaluation],
        outcome: Outcome,
    ) -> Result<Vec<f32>, Error> {
        let Points { x0, labels } = points;
        let (gpu, net) = (&self.gpu, &self.net);
        let stages = method.weights.len();
        let (count, steps) = (x0.len() / self.dim, evaluations.len() / stages);
        let row: usize = FOUR * (net.features() + 1);
        let table: Vec<f32> = evaluations
            .iter()
            .flat_map(|e| [net.padded(FEATURES, &e.features), vec![e.h, e.form.0, e.form.1, 0.0]].concat())
            .collect();
        debug_assert_eq!(table.len(), row * evaluations.len());
        let table = gpu.numbers(&table);

        let room = (VALUES_MAX / (4 * FOUR * net.columns()) / self.cut.tile).max(1) * self.cut.tile;
        let room = room.min(count.next_multiple_of(self.cut.tile)).max(self.cut.tile);
        let values = gpu.zeros(FOUR * net.columns() * room);
        let state = gpu.zeros((1 + stages) * room * FOUR * net.points());
        let places = net.uniform(room);
        let uniform = gpu.uniform(places.len());
        gpu.queue.write_buffer(&uniform, 0, bytemuck::cast_slice(&places));
        let together = (WORK_MAX / (FOUR * FOUR * net.len * stages * room)).clamp(1, steps.max(1));

        let rooms = if outcome == Outcome::Points(Kept::Ends) { steps.min(1) } else { steps };
        let mut positions = vec![0.0; rooms * x0.len()];
        let mut chunks = Vec::new();
        for (chunk, points) in x0.chunks(room * self.dim).enumerate() {
            let rows = points.len() / self.dim;
            gpu.queue.write_buffer(&state, 0, bytemuck::cast_slice(&net.padded(POINTS, points)));
            // Nothing in the kernel writes there.
            let classes = labels.len() / count.max(1);
            let labels = net.padded(LABEL, &labels[chunk * room * classes..][..rows * classes]);
            let labels_at = (4 * FOUR * net.labels_at(room)) as u64;
            gpu.queue.write_buffer(&values, labels_at, bytemuck::cast_slice(&labels));
            let out = gpu.zeros(rooms * points.len());
            for first in (0..steps).step_by(together) {
                let sampling = gpu.uniform(4 * 7);
                let now = together.min(steps - first);
                // Where one room is all that there is, every step writes over the one before.
                let place = if rooms == steps { points.len() } else { 0 };
                let moves = usize::from(outcome != Outcome::Velocity);
                let whole = [rows, self.dim, now, stages, first * stages, first * place, moves, place];
                let mut numbers: Vec<u32> = whole.iter().map(|&number| number as u32).collect();
                let mut b = method.weights.clone();
                b.resize(4, 0.0);
                numbers.extend(method.matrix.iter().flatten().chain(&b).map(|x| x.to_bits()));
                gpu.queue.write_buffer(&sampling, 0, bytemuck::cast_slice(&numbers));
                let group = self.kernel.bind(gpu, &[&uniform, &sampling, weights, &table, &values, &state, &out]);
                let mut encoder = gpu.device.create_command_encoder(&Default::default());
                let mut pass = encoder.begin_compute_pass(&Default::default());
                pass.set_pipeline(&self.kernel.pipeline);
                pass.set_bind_group(0, &group, &[]);
                pass.dispatch_workgroups(rows.div_ceil(self.cut.tile) as u32, 1, 1);
                drop(pass);
                gpu.queue.submit([encoder.finish()]);
            }
            chunks.push((chunk, points.len(), out));
        }
        for (chunk, numbers, out) in chunks {
            let carried = gpu.read(&out, rooms * numbers).await?;
            for (step, carried) in carried.chunks_exact(numbers).enumerate() {
                let at = step * x0.len() + chunk * room * self.dim;
                positions[at..at + numbers].copy_from_slice(carried);
            }
        }
        Ok(positions)
    }
}
