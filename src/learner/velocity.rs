//! A learned velocity, and what it does with points.

#[cfg(feature = "burn")]
use burn::tensor::{Tensor, TensorData};

use super::form::Form;
use super::packed_cpu;
#[cfg(feature = "gpu")]
use super::packed_gpu;
use crate::data::Label;
#[cfg(feature = "burn")]
use crate::device::burn::read;
use crate::error::Error;
#[cfg(feature = "burn")]
use crate::network::Network;
use crate::network::{Architecture, Told};
#[cfg(feature = "gpu")]
use crate::solver;
use crate::solver::{Kept, Solver, State};

/// Points integrated together: the activations of a wide network stay small however many are asked for.
pub const CHUNK: usize = 8_192;

/// A learned velocity to integrate; it does not change while training goes on.
pub enum Flow {
    /// On the CPU.
    Cpu(Box<packed_cpu::Flow>),
    /// On the GPU.
    #[cfg(feature = "gpu")]
    Gpu(Box<packed_gpu::Flow>),
    /// In burn, on any device.
    #[cfg(feature = "burn")]
    Plain(Box<Network>),
}

/// What is wanted of points.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Their classes, one a point; or none.
    pub labels: &'a [Label],
    /// How far they lean to them: 1 is the velocity as it was learned.
    pub guidance: f64,
    /// Of which times their positions are wanted.
    pub kept: Kept,
}

impl Wish<'_> {
    /// Any points.
    pub const NONE: Wish<'static> = Wish { labels: &[], guidance: 1.0, kept: Kept::All };

    /// Does it need the velocity of no class as well?
    fn leans(&self) -> bool {
        self.guidance != 1.0 && !self.labels.is_empty()
    }
}

impl Flow {
    /// The velocity of a network in this form, with these weights.
    ///
    /// # Shapes
    /// `weights` are one list for each of [`Architecture::parameters`], in their order.
    pub fn of(form: &Form, architecture: &Architecture, weights: &[Vec<f32>]) -> Flow {
        match form {
            Form::PackedCpu => Flow::Cpu(Box::new(packed_cpu::Flow::of(architecture, weights))),
            #[cfg(feature = "gpu")]
            Form::PackedGpu(gpu) => Flow::Gpu(Box::new(packed_gpu::Flow::of(architecture, gpu, weights))),
        }
    }

    /// The parameters in the order of [`Architecture::parameters`].
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn parameters(&self) -> Result<Vec<Vec<f32>>, Error> {
        match self {
            Flow::Cpu(flow) => Ok(flow.parameters()),
            #[cfg(feature = "gpu")]
            Flow::Gpu(flow) => flow.parameters().await,
            #[cfg(feature = "burn")]
            Flow::Plain(network) => super::autodiff::lists(network.values()).await,
        }
    }

    /// The same velocity on the CPU: for times that differ from point to point, and for divergences.
    ///
    /// # Errors
    /// When the device fails to answer, or the network is burn's alone.
    pub async fn on_cpu(&self) -> Result<&packed_cpu::Flow, Error> {
        match self {
            Flow::Cpu(flow) => Ok(flow),
            #[cfg(feature = "gpu")]
            Flow::Gpu(flow) => flow.on_cpu().await,
            #[cfg(feature = "burn")]
            Flow::Plain(..) => Err(Error::Failed("A network that is burn's alone has no packed form.".into())),
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
    /// `x0` `n × dim` numbers, the result as many for each of the times that are kept.
    ///
    /// # Errors
    /// When there are other than as many classes as points, or none; when the solver fails, or the device fails to
    /// answer.
    pub async fn carry_to(
        &self,
        wish: Wish<'_>,
        x0: &[f32],
        dim: usize,
        solver: Solver,
        times: &[f64],
    ) -> Result<(Vec<f32>, usize), Error> {
        check_labels(wish.labels, x0.len() / dim)?;
        if times.is_empty() {
            return Ok((Vec::new(), 0));
        }
        match self {
            Flow::Cpu(flow) => flow.carry(wish, x0, dim, solver, times).await,
            #[cfg(feature = "burn")]
            Flow::Plain(network) => InBurn(network).carry(wish, x0, dim, solver, times).await,
            #[cfg(feature = "gpu")]
            Flow::Gpu(flow) => {
                // Dormand–Prince looks at numbers on its way, and guidance asks twice: neither is worth a kernel.
                let Some(tableau) = solver.fixed_step().filter(|_| !wish.leans()) else {
                    return flow.on_cpu().await?.carry(wish, x0, dim, solver, times).await;
                };
                solver::check(times)?;
                let carried = flow.carry(wish, x0, tableau, times).await?;
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
    /// # Shapes
    /// As there; `labels` `n`, or none.
    ///
    /// # Errors
    /// When there are other than as many classes as points, or none; when the device fails to answer.
    pub async fn labelled(&self, points: &[f32], dim: usize, t: f64, labels: &[Label]) -> Result<Vec<f32>, Error> {
        check_labels(labels, points.len() / dim)?;
        let mut velocities = Vec::with_capacity(points.len());
        for (k, chunk) in points.chunks(CHUNK * dim).enumerate() {
            let labels = labels.get(k * CHUNK..k * CHUNK + chunk.len() / dim).unwrap_or_default();
            velocities.extend(match self {
                Flow::Cpu(flow) => Velocity::velocities(&**flow, chunk, dim, t, labels).await?,
                #[cfg(feature = "burn")]
                Flow::Plain(network) => InBurn(network).velocities(chunk, dim, t, labels).await?,
                #[cfg(feature = "gpu")]
                Flow::Gpu(flow) => flow.velocities(chunk, t, labels).await?,
            });
        }
        Ok(velocities)
    }
}

/// Some of the classes would leave some of the points without, unsaid.
pub(crate) fn check_labels(labels: &[Label], points: usize) -> Result<(), Error> {
    if labels.is_empty() || labels.len() == points {
        return Ok(());
    }
    Err(Error::Input(format!(
        "labels: {} classes for {points} points: give one for each point, or none.",
        labels.len()
    )))
}

/// A velocity of many points at once, in whatever form it takes them.
trait Velocity {
    /// Points, `n × dim`.
    type Points: State;

    /// The points of these numbers.
    fn points(&self, numbers: &[f32], dim: usize) -> Self::Points;

    /// Their velocities, all at time `t`.
    fn at(&self, x: &Self::Points, t: f64, labels: &[Label]) -> Self::Points;

    /// The numbers of several states, one after the other.
    async fn numbers(&self, states: Vec<Self::Points>) -> Result<Vec<f32>, Error>;

    /// v(none) + guidance · (v(class) - v(none)): classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598; for
    /// flows Zheng et al. 2023, arXiv 2311.13443).
    fn guided(&self, x: &Self::Points, t: f64, wish: Wish) -> Self::Points {
        let of_class = self.at(x, t, wish.labels);
        if !wish.leans() {
            return of_class;
        }
        let of_none = self.at(x, t, &[]);
        of_none.moved(&of_class, wish.guidance).moved(&of_none, -wish.guidance)
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
        let mut positions = vec![0.0; wish.kept.of(times).len() * x0.len()];
        let (mut start, mut evaluations) = (0, 0);
        let asked = if wish.leans() { 2 } else { 1 };
        for chunk in x0.chunks(CHUNK * dim) {
            let labels = wish.labels.get(start / dim..(start + chunk.len()) / dim).unwrap_or_default();
            let wish = Wish { labels, ..wish };
            let velocity = |x: &Self::Points, t| self.guided(x, t, wish);
            let trajectory = solver.follow(velocity, self.points(chunk, dim), times, wish.kept).await?;
            evaluations = evaluations.max(asked * trajectory.evaluations);
            let values = self.numbers(trajectory.states).await?;
            for (row, state) in values.chunks_exact(chunk.len()).enumerate() {
                let place = row * x0.len() + start;
                positions[place..place + chunk.len()].copy_from_slice(state);
            }
            start += chunk.len();
        }
        Ok((positions, evaluations))
    }

    /// [`Flow::labelled`] of one chunk.
    async fn velocities(&self, points: &[f32], dim: usize, t: f64, labels: &[Label]) -> Result<Vec<f32>, Error> {
        self.numbers(vec![self.at(&self.points(points, dim), t, labels)]).await
    }
}

/// In burn, on any device.
#[cfg(feature = "burn")]
struct InBurn<'a>(&'a Network);

#[cfg(feature = "burn")]
impl Velocity for InBurn<'_> {
    type Points = Tensor<2>;

    fn points(&self, numbers: &[f32], dim: usize) -> Tensor<2> {
        Tensor::from_data(TensorData::new(numbers.to_vec(), [numbers.len() / dim, dim]), self.0.device())
    }

    fn at(&self, x: &Tensor<2>, t: f64, labels: &[Label]) -> Tensor<2> {
        self.0.forward(x.clone(), Told { t: &[t as f32], labels })
    }

    async fn numbers(&self, states: Vec<Tensor<2>>) -> Result<Vec<f32>, Error> {
        read(Tensor::cat(states, 0)).await
    }
}

impl Velocity for packed_cpu::Flow {
    type Points = Vec<f32>;

    fn points(&self, numbers: &[f32], _: usize) -> Vec<f32> {
        numbers.to_vec()
    }

    fn at(&self, x: &Vec<f32>, t: f64, labels: &[Label]) -> Vec<f32> {
        self.velocity(x, Told { t: &[t as f32], labels })
    }

    async fn numbers(&self, states: Vec<Vec<f32>>) -> Result<Vec<f32>, Error> {
        Ok(states.concat())
    }
}
