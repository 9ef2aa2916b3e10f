//! One run: its options, its device, its training and what can be asked of it.

use std::collections::HashMap;

use burn::tensor::{Tensor, TensorData};

use crate::config::Config;
use crate::data::{self, Distribution};
use crate::device::{Opened, read};
use crate::error::Error;
use crate::network::Mlp;
use crate::seed::{self, Purpose};
use crate::solver;
use crate::store::{self, Named, Saved};
use crate::train::Trainer;

/// Points integrated together: the activations of a wide network stay small whatever `count` is.
const CHUNK: usize = 8_192;

/// A run that the page and the command line both drive.
pub struct Experiment {
    config: Config,
    opened: Opened,
    trainer: Trainer,
}

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRequest {
    /// Number of points.
    pub count: usize,
    /// Steps of the integrator from t = 0 to t = 1.
    pub steps: usize,
    /// Selects the source points, together with the run's own seed.
    pub seed: u64,
}

/// Generated points with the way that they took.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// Number of points.
    pub count: usize,
    /// Coordinates of a point.
    pub dim: usize,
    /// `T` times from 0 to 1.
    pub times: Vec<f32>,
    /// `T × count × dim` coordinates.
    pub positions: Vec<f32>,
    /// Velocity evaluations for each point.
    pub evaluations: usize,
}

impl Samples {
    /// The points at t = 1, `count × dim` coordinates.
    pub fn last(&self) -> &[f32] {
        &self.positions[self.positions.len() - self.count * self.dim..]
    }

    /// The points at t = 0, `count × dim` coordinates.
    pub fn first(&self) -> &[f32] {
        &self.positions[..self.count * self.dim]
    }
}

impl Experiment {
    /// Draws the initial weights of the run that the options describe.
    pub fn new(config: Config, opened: Opened) -> Experiment {
        let trainer = Trainer::new(&config, &opened.device);
        Experiment { config, opened, trainer }
    }

    /// The options of the run.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The device and why it was chosen.
    pub fn device(&self) -> &Opened {
        &self.opened
    }

    /// Training steps taken so far.
    pub fn steps_taken(&self) -> usize {
        self.trainer.steps_taken()
    }

    /// The distribution at t = 0.
    pub fn source(&self) -> Box<dyn Distribution> {
        data::distribution(self.config.source, &self.config)
    }

    /// The distribution at t = 1.
    pub fn target(&self) -> Box<dyn Distribution> {
        data::distribution(self.config.target, &self.config)
    }

    /// Takes `n` training steps.
    pub fn train(&mut self, n: usize) {
        for _ in 0..n {
            self.trainer.step();
        }
    }

    /// The loss of every step so far.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn losses(&mut self) -> Result<&[f32], Error> {
        self.trainer.losses().await
    }

    /// Generates points: the source's, carried by the learned velocity.
    ///
    /// # Errors
    /// When a number is out of its option's range, or the device fails to answer.
    pub async fn sample(&self, request: SampleRequest) -> Result<Samples, Error> {
        let pairs = [("count", request.count.to_string()), ("solverSteps", request.steps.to_string())];
        if let Some(note) = Config::read(&pairs).1.first() {
            return Err(note.into());
        }
        let network = self.trainer.network.without_autodiff();
        let (count, dim) = (request.count, network.dim());
        let mut rng = seed::stream(self.config.seed as u64, Purpose::Sample, request.seed);
        let x0 = self.source().sample(count, &mut rng);
        let times = solver::even_times(request.steps);
        let mut positions = vec![0.0; times.len() * count * dim];
        let mut start = 0;
        for chunk in x0.chunks(CHUNK * dim) {
            let x0 = self.tensor(chunk.to_vec(), dim);
            let trajectory = solver::euler(|x: &Tensor<2>, t| network.velocity(x.clone(), t as f32), x0, &times);
            let values = read(Tensor::cat(trajectory.states, 0)).await?;
            for (row, state) in values.chunks_exact(chunk.len()).enumerate() {
                let place = row * count * dim + start;
                positions[place..place + chunk.len()].copy_from_slice(state);
            }
            start += chunk.len();
        }
        let times: Vec<f32> = times.into_iter().map(|t| t as f32).collect();
        Ok(Samples { count, dim, evaluations: times.len() - 1, times, positions })
    }

    /// The learned velocity at `points`, all at time `t`.
    ///
    /// # Shapes
    /// `points` and the result are `n × dim` numbers.
    ///
    /// # Errors
    /// When the numbers do not make whole points, are not finite, or the device fails to answer.
    pub async fn velocity(&self, points: &[f32], t: f32) -> Result<Vec<f32>, Error> {
        let network: Mlp = self.trainer.network.without_autodiff();
        if !points.len().is_multiple_of(network.dim()) {
            return Err(Error::Input(format!(
                "points: {} numbers do not make whole points of {} coordinates",
                points.len(),
                network.dim()
            )));
        }
        if !t.is_finite() || points.iter().any(|x| !x.is_finite()) {
            return Err(Error::Input("points and t must be finite numbers".into()));
        }
        let mut velocities = Vec::with_capacity(points.len());
        for chunk in points.chunks(CHUNK * network.dim()) {
            velocities.extend(read(network.velocity(self.tensor(chunk.to_vec(), network.dim()), t)).await?);
        }
        Ok(velocities)
    }

    /// The whole run as a safetensors file: it can be sampled from, and trained on, as if it had never stopped.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let losses = self.losses().await?.to_vec();
        let trainer = &self.trainer;
        let network = trainer.network.without_autodiff();
        let mut tensors = vec![Named { name: "losses".into(), shape: [1, losses.len()], values: losses }];
        for (k, name) in network.names().iter().enumerate() {
            let mut push = async |name: String, tensor: &Tensor<2>| -> Result<(), Error> {
                tensors.push(Named { name, shape: tensor.dims(), values: read(tensor.clone()).await? });
                Ok(())
            };
            push(name.clone(), &network.parameters[k]).await?;
            if let Some([m, v]) = trainer.optimiser.moments.get(k) {
                push(format!("m.{name}"), m).await?;
                push(format!("v.{name}"), v).await?;
            }
        }
        store::to_bytes(&Saved { config: self.config.clone(), step: self.steps_taken(), tensors })
    }

    /// Opens a saved run on this experiment's device. Nothing changes when it fails.
    ///
    /// # Errors
    /// When the bytes are not a whole file of ours, or its tensors do not fit its options.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let saved = store::from_bytes(bytes)?;
        let mut trainer = Trainer::new(&saved.config, &self.opened.device);
        let mut tensors: HashMap<_, _> =
            saved.tensors.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
        let mut take = |name: String, shape: [usize; 2]| match tensors.remove(&name) {
            Some(tensor) if tensor.shape == shape => Ok(tensor.values),
            Some(tensor) => Err(Error::File(format!(
                "The file's tensor {name} is {:?} where its options ask for {shape:?}: save the model again.",
                tensor.shape
            ))),
            None => Err(Error::File(format!(
                "The file has no tensor {name}, which its options ask for: save the model again."
            ))),
        };
        let names = trainer.network.names().to_vec();
        for (k, name) in names.into_iter().enumerate() {
            let shape = trainer.network.parameters[k].dims();
            let tensor = |values: Vec<f32>| Tensor::<2>::from_data(TensorData::new(values, shape), &self.opened.device);
            trainer.network.parameters[k] = tensor(take(name.clone(), shape)?).autodiff().require_grad();
            if saved.step > 0 {
                let moments = [tensor(take(format!("m.{name}"), shape)?), tensor(take(format!("v.{name}"), shape)?)];
                trainer.optimiser.moments.push(moments);
            }
        }
        trainer.optimiser.step = saved.step;
        trainer.set_losses(take("losses".into(), [1, saved.step])?);
        self.config = saved.config;
        self.trainer = trainer;
        Ok(())
    }

    fn tensor(&self, values: Vec<f32>, dim: usize) -> Tensor<2> {
        let rows = values.len() / dim;
        Tensor::from_data(TensorData::new(values, [rows, dim]), &self.opened.device)
    }
}
