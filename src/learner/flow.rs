//! A learned velocity, and what it does with points.

use burn::tensor::{Device, Tensor, TensorData};

use super::cpu;
use crate::device::read;
use crate::error::Error;
use crate::network::{Label, Mlp, Told};
use crate::solver::Solver;

/// Points integrated together: the activations of a wide network stay small however many are asked for.
pub const CHUNK: usize = 8_192;

/// A learned velocity to integrate; it does not change while training goes on.
pub enum Flow {
    /// On any device.
    Plain(Mlp, Device),
    /// On the CPU.
    Cpu(cpu::Flow),
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
}

impl Flow {
    /// The velocity at points `x` `[n, dim]`, all at time `t`.
    pub fn velocity(&self, x: &Tensor<2>, t: f64) -> Tensor<2> {
        self.labelled(x, t, &[])
    }

    /// The same of points of these classes.
    pub fn labelled(&self, x: &Tensor<2>, t: f64, labels: &[Label]) -> Tensor<2> {
        match self {
            Flow::Plain(network, _) => network.forward(x.clone(), Told { t: &[t as f32], labels }),
            Flow::Cpu(flow) => flow.velocity(x, t as f32, labels),
        }
    }

    /// v(none) + guidance · (v(class) - v(none)): classifier-free guidance (Ho and Salimans 2022, arXiv 2207.12598; for
    /// flows Zheng et al. 2023, arXiv 2311.13443).
    fn guided(&self, x: &Tensor<2>, t: f64, wish: Wish) -> Tensor<2> {
        let of_class = self.labelled(x, t, wish.labels);
        if wish.guidance == 1.0 || wish.labels.is_empty() {
            return of_class;
        }
        of_class.mul_scalar(wish.guidance) + self.velocity(x, t).mul_scalar(1.0 - wish.guidance)
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
        let mut positions = vec![0.0; times.len() * x0.len()];
        let (mut start, mut evaluations) = (0, 0);
        let asked = if wish.guidance == 1.0 || wish.labels.is_empty() { 1 } else { 2 };
        for chunk in x0.chunks(CHUNK * dim) {
            let state = self.tensor(chunk.to_vec(), dim);
            let labels = wish.labels.get(start / dim..(start + chunk.len()) / dim).unwrap_or_default();
            let wish = Wish { labels, ..wish };
            let trajectory = solver.integrate(|x, t| self.guided(x, t, wish), state, times).await?;
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

    /// The velocity at many points, all at time `t`.
    ///
    /// # Shapes
    /// `points` and the result are `n × dim` numbers.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn velocities(&self, points: &[f32], dim: usize, t: f64) -> Result<Vec<f32>, Error> {
        let mut velocities = Vec::with_capacity(points.len());
        for chunk in points.chunks(CHUNK * dim) {
            velocities.extend(read(self.velocity(&self.tensor(chunk.to_vec(), dim), t)).await?);
        }
        Ok(velocities)
    }

    fn tensor(&self, values: Vec<f32>, dim: usize) -> Tensor<2> {
        let rows = values.len() / dim;
        let flex;
        let device = match self {
            Flow::Plain(_, device) => device,
            Flow::Cpu(_) => {
                flex = Device::flex();
                &flex
            }
        };
        Tensor::from_data(TensorData::new(values, [rows, dim]), device)
    }
}
