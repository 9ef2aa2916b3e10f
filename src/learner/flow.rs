//! A learned velocity, and what it does with points.

use burn::tensor::{Device, Tensor, TensorData};

use super::cpu;
#[cfg(feature = "gpu")]
use super::gpu;
use crate::config::Config;
use crate::device::read;
use crate::error::Error;
use crate::network::{Label, Mlp, Told};
#[cfg(feature = "gpu")]
use crate::solver;
use crate::solver::Solver;

/// Points integrated together: the activations of a wide network stay small however many are asked for.
pub const CHUNK: usize = 8_192;

/// A learned velocity to integrate; it does not change while training goes on.
pub enum Flow {
    /// On any device.
    Plain(Mlp, Device),
    /// On the CPU.
    Cpu(Box<cpu::Flow>),
    /// On the GPU, in kernels of our own.
    #[cfg(feature = "gpu")]
    Gpu(Box<gpu::Flow>),
}

/// What is wanted of points.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Their classes, one a point; or none.
    pub labels: &'a [Label],
    /// How far they lean to them: 1 is the velocity as it was learned.
    pub guidance: f64,
}

impl Wish<'_> {
    /// Any points.
    pub const NONE: Wish<'static> = Wish { labels: &[], guidance: 1.0 };

    /// Does it need the velocity of no class as well?
    fn leans(&self) -> bool {
        self.guidance != 1.0 && !self.labels.is_empty()
    }
}

impl Flow {
    /// The velocity of the network that the options describe, with these weights in the order of
    /// [`crate::network::layers::parameters`].
    pub fn of(config: &Config, dim: usize, device: &Device, weights: Vec<Vec<f32>>) -> Flow {
        if *device == Device::flex() {
            return Flow::Cpu(Box::new(cpu::Flow::of(config, dim, &weights)));
        }
        #[cfg(feature = "gpu")]
        if let Some(opened) = crate::device::gpu().filter(|_| gpu::Gpu::fits(config, dim)) {
            return Flow::Gpu(Box::new(gpu::Flow::of(config, dim, device, opened, &weights)));
        }
        Flow::Plain(Mlp::new(config, dim, device, weights), device.clone())
    }

    /// The network as tensors, outside autodiff.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn network(&self) -> Result<Mlp, Error> {
        match self {
            Flow::Plain(network, _) => Ok(network.clone()),
            Flow::Cpu(flow) => Ok(flow.network()),
            #[cfg(feature = "gpu")]
            Flow::Gpu(flow) => Ok(flow.network().await?.0),
        }
    }

    /// [`Flow::carry_to`] without a wish.
    ///
    /// # Errors
    /// As there.
    pub async fn carry(
        &self,
        x0: &[f32],
        dim: usize,
        solver: Solver,
        times: &[f64],
    ) -> Result<(Vec<f32>, usize), Error> {
        self.carry_to(Wish::NONE, x0, dim, solver, times).await
    }

    /// Carries points from `times[0]` through all times; the second result is the number of evaluations for each point,
    /// of which guidance needs two where the other ways need one.
    ///
    /// # Shapes
    /// `x0` `n × dim` numbers, the result `times × n × dim`.
    ///
    /// # Errors
    /// When the solver fails, or the device fails to answer.
    pub async fn carry_to(
        &self,
        wish: Wish<'_>,
        x0: &[f32],
        dim: usize,
        solver: Solver,
        times: &[f64],
    ) -> Result<(Vec<f32>, usize), Error> {
        if times.is_empty() {
            return Ok((Vec::new(), 0));
        }
        match self {
            Flow::Plain(network, device) => {
                OfTensors::Plain(network, device.clone()).carry(wish, x0, dim, solver, times).await
            }
            Flow::Cpu(flow) => OfTensors::Cpu(flow).carry(wish, x0, dim, solver, times).await,
            #[cfg(feature = "gpu")]
            Flow::Gpu(flow) => {
                // Dormand–Prince looks at numbers on its way.
                let Some(tableau) = solver.fixed_step().filter(|_| !wish.leans()) else {
                    let (network, device) = flow.network().await?;
                    return OfTensors::Plain(&network, device).carry(wish, x0, dim, solver, times).await;
                };
                solver::check(times)?;
                let carried = flow.carry(wish.labels, x0, tableau, times).await?;
                Ok(([x0, &carried].concat(), (times.len() - 1) * tableau.weights.len()))
            }
        }
    }

    /// The velocity at many points, all at time `t`; of their classes the network is told nothing.
    ///
    /// # Shapes
    /// `points` and the result are `n × dim` numbers.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn velocities(&self, points: &[f32], dim: usize, t: f64) -> Result<Vec<f32>, Error> {
        self.labelled(points, dim, t, &[]).await
    }

    /// The same of points of these classes.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn labelled(&self, points: &[f32], dim: usize, t: f64, labels: &[Label]) -> Result<Vec<f32>, Error> {
        let mut velocities = Vec::with_capacity(points.len());
        for (k, chunk) in points.chunks(CHUNK * dim).enumerate() {
            let labels = labels.get(k * CHUNK..k * CHUNK + chunk.len() / dim).unwrap_or_default();
            velocities.extend(match self {
                Flow::Plain(network, device) => {
                    let tensors = OfTensors::Plain(network, device.clone());
                    read(tensors.velocity(&tensors.points(chunk, dim), t, labels)).await?
                }
                Flow::Cpu(flow) => {
                    let tensors = OfTensors::Cpu(flow);
                    read(tensors.velocity(&tensors.points(chunk, dim), t, labels)).await?
                }
                #[cfg(feature = "gpu")]
                Flow::Gpu(flow) => flow.velocities(chunk, t, labels).await?,
            });
        }
        Ok(velocities)
    }
}

/// A velocity that takes tensors and gives them, so that any solver can go on with them.
enum OfTensors<'a> {
    Plain(&'a Mlp, Device),
    Cpu(&'a cpu::Flow),
}

impl OfTensors<'_> {
    /// The velocity at points `x` `[n, dim]` of these classes, all at time `t`.
    fn velocity(&self, x: &Tensor<2>, t: f64, labels: &[Label]) -> Tensor<2> {
        match self {
            OfTensors::Plain(network, _) => network.forward(x.clone(), Told { t: &[t as f32], labels }),
            OfTensors::Cpu(flow) => flow.velocity(x, t as f32, labels),
        }
    }

    /// v(none) + guidance · (v(class) - v(none)): classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598; for
    /// flows Zheng et al. 2023, arXiv 2311.13443).
    fn guided(&self, x: &Tensor<2>, t: f64, wish: Wish) -> Tensor<2> {
        let of_class = self.velocity(x, t, wish.labels);
        if !wish.leans() {
            return of_class;
        }
        of_class.mul_scalar(wish.guidance) + self.velocity(x, t, &[]).mul_scalar(1.0 - wish.guidance)
    }

    /// [`Flow::carry_to`], a chunk of points at a time.
    async fn carry(
        &self,
        wish: Wish<'_>,
        x0: &[f32],
        dim: usize,
        solver: Solver,
        times: &[f64],
    ) -> Result<(Vec<f32>, usize), Error> {
        let mut positions = vec![0.0; times.len() * x0.len()];
        let (mut start, mut evaluations) = (0, 0);
        let asked = if wish.leans() { 2 } else { 1 };
        for chunk in x0.chunks(CHUNK * dim) {
            let labels = wish.labels.get(start / dim..(start + chunk.len()) / dim).unwrap_or_default();
            let wish = Wish { labels, ..wish };
            let trajectory = solver.integrate(|x, t| self.guided(x, t, wish), self.points(chunk, dim), times).await?;
            evaluations = evaluations.max(asked * trajectory.evaluations);
            let values = read(Tensor::cat(trajectory.states, 0)).await?;
            for (row, state) in values.chunks_exact(chunk.len()).enumerate() {
                let place = row * x0.len() + start;
                positions[place..place + chunk.len()].copy_from_slice(state);
            }
            start += chunk.len();
        }
        Ok((positions, evaluations))
    }

    fn points(&self, values: &[f32], dim: usize) -> Tensor<2> {
        let shape = [values.len() / dim, dim];
        let device = match self {
            OfTensors::Plain(_, device) => device.clone(),
            OfTensors::Cpu(_) => Device::flex(),
        };
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &device)
    }
}
