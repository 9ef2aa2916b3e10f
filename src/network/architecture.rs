//! What a network is: plain data, made once from the options; nothing below it sees them.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::dense::{self, Dense};
use super::input::Input;
use super::parameter::Parameter;
use crate::config::{Config, Predict};
use crate::path::Path;

/// A velocity network: what it reads, what it computes, and what its output means.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// What it reads.
    pub input: Input,
    /// What it computes.
    pub body: Body,
    /// What comes out.
    pub output: Output,
}

/// What a network's output means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Output {
    /// The velocity, or the point at t = 1.
    pub predict: Predict,
    /// The path on which the one becomes the other.
    pub path: Path,
}

/// The family that a network belongs to, with all that its computation depends on.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Dense layers in the order in which they run.
    Mlp(Vec<Dense>),
}

impl Architecture {
    /// The network that the options describe, for points of `dim` coordinates.
    pub fn of(config: &Config, dim: usize) -> Architecture {
        let input = Input { dim, time: config.time, classes: config.classes.count() };
        let output = Output { predict: config.predict, path: Path::of(config) };
        Architecture { input, body: Body::Mlp(dense::layers(config, &input)), output }
    }

    /// Its dense layers; none where it is no MLP.
    pub fn dense(&self) -> &[Dense] {
        match &self.body {
            Body::Mlp(layers) => layers,
        }
    }

    /// Every parameter, in the order of files, checkpoints and moves between devices.
    pub fn parameters(&self) -> Vec<Parameter> {
        match &self.body {
            Body::Mlp(layers) => layers.iter().flat_map(Dense::parameters).collect(),
        }
    }

    /// Draws the first values of every parameter.
    ///
    /// # Shapes
    /// One list a parameter, each of [`Parameter::count`] numbers.
    pub fn initial(&self, rng: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
        let drawn = |parameter: Parameter| {
            let bound = 1.0 / (parameter.fan_in as f32).sqrt();
            (0..parameter.count()).map(|_| rng.random_range(-bound..bound)).collect()
        };
        self.parameters().into_iter().map(drawn).collect()
    }
}
