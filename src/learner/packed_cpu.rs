//! The network in flat arrays on the CPU, a step in one pass.

use std::cell::RefCell;

use super::examples::{Columns, Shown};
use super::helper::still_to_halve;
use super::{Recipe, State, Weights};
use crate::batch::TrainingBatch;
use crate::data::Label;
use crate::error::Error;
use crate::kernels::cpu::adam::{self, Packed};
use crate::kernels::cpu::layout::Layout;
use crate::kernels::cpu::mlp_pass::Passes;
use crate::kernels::cpu::threads::{self, Team};
use crate::kernels::cpu::tree_sum;
use crate::network::{Architecture, Telling, Told};
use crate::optimiser::Rule;

/// A network in training.
pub struct Cpu {
    architecture: Architecture,
    telling: Telling,
    team: Team,
    /// The next step's batch, where others have a part in it.
    divided: Option<Divided>,
    rule: Rule,
    step: usize,
    weights: Vec<f32>,
    moments: [Vec<f32>; 2],
    /// Empty before the first step or without averaging.
    average: Vec<f32>,
    losses: Vec<f32>,
}

impl Cpu {
    /// A network of dense layers, with what `state` holds.
    pub fn new(architecture: &Architecture, recipe: Recipe, state: &State) -> Cpu {
        let layout = Layout::of(architecture);
        let zeros = vec![0.0; layout.len];
        let mut cpu = Cpu {
            architecture: architecture.clone(),
            telling: Telling::of(architecture),
            team: Team::new(&layout, recipe.batch),
            divided: None,
            rule: recipe.rule,
            step: 0,
            weights: Vec::new(),
            moments: [zeros.clone(), zeros],
            average: Vec::new(),
            losses: Vec::new(),
        };
        cpu.restore(state);
        cpu
    }

    /// Takes one step: see [`super::Learner::step`].
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub fn step(&mut self, TrainingBatch { sample, t, labels }: &TrainingBatch) {
        let loss = self.gradient(&sample.xt, Told { t, labels }, &sample.ut);
        self.correct(loss);
    }

    /// The loss; its gradient stays with the team's first worker.
    fn gradient(&mut self, xt: &[f32], told: Told, ut: &[f32]) -> f64 {
        let batch = Shown::new(&self.telling, xt, told, ut);
        self.team.work(&self.weights, batch.examples(), ut.len()) / ut.len() as f64
    }

    /// Takes the step that the gradient asks for.
    fn correct(&mut self, loss: f64) {
        self.losses.push(loss as f32);
        self.step += 1;
        let [m, v] = &mut self.moments;
        let gradient = self.team.gradient();
        let scalars = self.rule.scalars(self.step);
        adam::adam(&scalars, Packed { weights: &mut self.weights, gradient, moments: [m, v] });
        if let Some(kept) = scalars.kept_average {
            self.average.resize(self.weights.len(), 0.0);
            adam::average(&mut self.average, &self.weights, kept);
        }
    }

    /// The loss at these points, and its gradient by every parameter: for tests.
    pub fn loss_and_gradient(&mut self, xt: &[f32], told: Told, ut: &[f32]) -> (f64, Vec<Vec<f32>>) {
        let loss = self.gradient(xt, told, ut);
        (loss, self.team.layout().unpack(self.team.gradient()))
    }

    /// How large its steps are.
    pub(super) fn rule_mut(&mut self) -> &mut Rule {
        &mut self.rule
    }

    /// What it computes.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// Steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.step
    }

    /// The losses since the last call.
    pub fn take_losses(&mut self) -> Vec<f32> {
        std::mem::take(&mut self.losses)
    }

    /// See [`super::Learner::state`].
    pub fn state(&self) -> State {
        let unpack = |packed: &[f32]| match packed.len() {
            0 => Vec::new(),
            _ => self.team.layout().unpack(packed),
        };
        let moments = match self.step {
            0 => Default::default(),
            _ => [unpack(&self.moments[0]), unpack(&self.moments[1])],
        };
        State { step: self.step, weights: unpack(&self.weights), moments, average: unpack(&self.average) }
    }

    /// See [`super::Learner::restore`].
    pub fn restore(&mut self, state: &State) {
        let layout = self.team.layout();
        let pack = |lists: &[Vec<f32>]| layout.pack(lists);
        self.step = state.step;
        self.weights = pack(&state.weights);
        for (packed, lists) in self.moments.iter_mut().zip(&state.moments) {
            *packed = if lists.is_empty() { vec![0.0; layout.len] } else { pack(lists) };
        }
        self.average = if state.average.is_empty() { Vec::new() } else { pack(&state.average) };
        self.losses.clear();
        self.divided = None;
    }

    /// See [`super::Learner::flow`].
    pub fn flow(&self, weights: Weights) -> Flow {
        Flow::new(&self.architecture, self.chosen(weights).to_vec(), self.team.layout().clone())
    }

    fn chosen(&self, weights: Weights) -> &[f32] {
        match weights {
            Weights::Sampled if !self.average.is_empty() => &self.average,
            _ => &self.weights,
        }
    }
}

/// A batch that has been divided.
struct Divided {
    batch: Shown<'static>,
    /// Numbers of all its ut.
    total: usize,
    /// How often it was halved on the way.
    shared: usize,
    /// The first part's, once it has been worked out.
    sum: f64,
}

impl Cpu {
    /// How often this run's batches are halved: as many as two to the power of it can share a step.
    pub fn halvings(&self) -> usize {
        self.team.halvings()
    }

    /// Divides the next step's batch into `2^shared` parts; those after the first, as numbers for helpers.
    ///
    /// # Errors
    /// When `shared` is above [`Cpu::halvings`].
    pub fn divide(
        &mut self,
        TrainingBatch { sample, t, labels }: &TrainingBatch,
        shared: usize,
    ) -> Result<Vec<Vec<f32>>, Error> {
        still_to_halve(self.team.halvings(), shared)?;
        let batch = Shown::new(&self.telling, &sample.xt, Told { t, labels }, &sample.ut).kept();
        let parts = batch.examples().parts(shared)[1..].iter().map(|&part| Columns::numbers(part)).collect();
        self.divided = Some(Divided { batch, total: sample.ut.len(), shared, sum: 0.0 });
        Ok(parts)
    }

    /// Works out the first part.
    pub fn work_first(&mut self) {
        let Some(divided) = &mut self.divided else { return };
        let Divided { batch, total, shared, sum } = divided;
        let halvings = self.team.halvings() - *shared; // which `divide` has looked at
        let part = batch.examples().parts(*shared)[0];
        *sum = self.team.first().work(&self.weights, part, *total, halvings);
    }

    /// Takes the step with the sums of squares and the gradients that helpers have found, in the order of their parts;
    /// where there are not all of them, alone.
    pub fn finish(&mut self, mut others: Vec<(f64, Vec<f32>)>) {
        let Some(Divided { batch, total, shared, sum }) = self.divided.take() else { return };
        let len = self.team.layout().len;
        let sum = if others.len() + 1 == 1 << shared && others.iter().all(|(_, gradient)| gradient.len() == len) {
            others.insert(0, (sum, std::mem::take(&mut self.team.first().gradient)));
            tree_sum::join(&mut others);
            let (sum, gradient) = others.swap_remove(0);
            self.team.first().gradient = gradient;
            sum
        } else {
            self.team.work(&self.weights, batch.examples(), total)
        };
        self.correct(sum / total as f64);
    }

    /// The weights as helpers take them.
    pub fn packed(&self, weights: Weights) -> &[f32] {
        self.chosen(weights)
    }

    /// The same of lists of parameters.
    pub fn pack(&self, lists: &[Vec<f32>]) -> Vec<f32> {
        self.team.layout().pack(lists)
    }
}

/// A velocity at rest.
pub struct Flow {
    dim: usize,
    telling: Telling,
    weights: Vec<f32>,
    passes: RefCell<Vec<Passes>>,
}

impl Flow {
    /// The velocity of a network of dense layers, with these weights.
    ///
    /// # Shapes
    /// `weights` are one list for each of [`Architecture::parameters`], in their order.
    pub fn of(architecture: &Architecture, weights: &[Vec<f32>]) -> Flow {
        let layout = Layout::of(architecture);
        Flow::new(architecture, layout.pack(weights), layout)
    }

    pub(super) fn new(architecture: &Architecture, weights: Vec<f32>, layout: Layout) -> Flow {
        let (telling, passes) = (Telling::of(architecture), RefCell::new(vec![Passes::new(layout)]));
        Flow { dim: architecture.input.dim, telling, weights, passes }
    }

    /// The parameters in their natural order: see [`Architecture::parameters`].
    pub fn parameters(&self) -> Vec<Vec<f32>> {
        self.passes.borrow()[0].layout().unpack(&self.weights)
    }

    /// The velocity at points `x`, `n × dim` numbers, each at its own time or all at one.
    pub fn velocity(&self, x: &[f32], Told { t, labels }: Told) -> Vec<f32> {
        let mut velocity = x.to_vec();
        let (features, labels) = (self.telling.features(t), self.telling.columns(labels, x.len() / self.dim));
        threads::output(&mut self.passes.borrow_mut(), &self.weights, &mut velocity, &features, &labels);
        let rows = velocity.chunks_exact_mut(self.dim).zip(x.chunks_exact(self.dim));
        for (k, (velocity, x)) in rows.enumerate() {
            let Some((scale, shift)) = self.telling.form(t[k % t.len()]) else { break };
            velocity.iter_mut().zip(x).for_each(|(v, x)| *v = scale * *v + shift * x);
        }
        velocity
    }

    /// Velocity and divergence side by side: what [`crate::likelihood::pull_back`] integrates. With `probes` ε the
    /// divergence is Hutchinson's εᵀ J ε, without the exact trace of the Jacobian J.
    ///
    /// # Shapes
    /// `state` and the result are `n × (dim + 1)`, `labels` `n` or none, `probes` `n × dim`.
    pub fn augmented(&self, state: &[f32], t: f32, labels: &[Label], probes: Option<&[f32]>) -> Vec<f32> {
        let dim = self.dim;
        let mut moved = state.to_vec();
        let (features, labels) = (self.telling.features(&[t]), self.telling.columns(labels, state.len() / (dim + 1)));
        threads::divergence(&mut self.passes.borrow_mut(), &self.weights, &mut moved, &features, &labels, probes);
        if let Some((scale, shift)) = self.telling.form(t) {
            // v = scale · output + shift · x, whose second term has the divergence shift · dim; signs have squares of
            // 1.
            for (moved, x) in moved.chunks_exact_mut(dim + 1).zip(state.chunks_exact(dim + 1)) {
                moved[..dim].iter_mut().zip(x).for_each(|(v, x)| *v = scale * *v + shift * x);
                moved[dim] = scale * moved[dim] + shift * dim as f32;
            }
        }
        moved
    }
}
