//! A run written down, opened, and started again on what it made.

use std::collections::HashMap;
use std::sync::Arc;

use super::open::checked;
use super::{Experiment, SampleRequest, new_trainer, overlaid};
use crate::batch::sampler;
use crate::config::{self, Classes, Config, Coupling};
use crate::data::images::Digits;
use crate::data::inputs::{Ends, pair_width};
use crate::error::Error;
use crate::learner::State;
use crate::network::parameter::Parameter;
use crate::solver::Kept;
use crate::store::{self, Named, Saved};

impl Experiment {
    /// Starts the next rectification (Liu et al. 2022, arXiv 2209.03003): generates `request.count` points, and from
    /// now on trains the present network on them and their own starting points. Steps and losses start again from 0.
    ///
    /// # Errors
    /// As [`Experiment::sample`]; also when the network gives points that are not finite. Nothing changes then.
    pub async fn reflow(&mut self, request: SampleRequest) -> Result<(), Error> {
        let samples = self.sample(SampleRequest { kept: Kept::Ends, ..request }).await?;
        if samples.last().iter().any(|x| !x.is_finite()) {
            return Err(Error::Failed(
                "Reflow needs a trained network: this one gives points that are not finite.".into(),
            ));
        }
        let dim = samples.dim;
        let rows = samples.first().chunks_exact(dim).zip(samples.last().chunks_exact(dim));
        let rows = rows.flat_map(|(x0, x1)| x0.iter().chain(x1).copied().collect::<Vec<_>>()).collect();
        let pairs = match self.config.classes {
            Classes::Told => sampler::with_labels(&(rows, self.labels(0..samples.count, request.label)), 2 * dim),
            Classes::Ignored => rows,
        };
        let config = Config { coupling: Coupling::Reflow, ..self.config.clone() };
        let ends = Ends { pairs, ..self.ends.clone() };
        let opened = checked(&self.opened, &config, &ends).await;
        let (mut trainer, form, device) = new_trainer(&config, &opened, &ends)?;
        let State { weights, average, .. } = self.trainer.learner.state().await?;
        let weights = if average.is_empty() { weights } else { average };
        trainer.learner.restore(&State { weights, ..State::default() });
        (self.config, self.device, self.form, self.ends, self.trainer) = (config, device, form, ends, trainer);
        (self.exact, self.floor) = Default::default();
        Ok(())
    }

    /// Takes sampling options for the run's own: a file keeps them, and what is generated without naming them uses
    /// them.
    ///
    /// # Errors
    /// When an option is not one of sampling, or its value is out of range. Nothing changes then.
    pub fn choose(&mut self, asked: &[(String, String)]) -> Result<(), Error> {
        let table = config::options();
        let samples = |name: &str| table.iter().any(|spec| spec.name == name && spec.group == "sampling");
        if let Some((name, text)) = asked.iter().find(|(name, _)| !samples(name)) {
            let problem = "only sampling options can change in a run that is under way: start another one";
            return Err(Error::Input(format!("{name} = {text}: {problem}.")));
        }
        self.config = overlaid(&self.config, asked)?;
        Ok(())
    }

    /// The whole run as a safetensors file: it can be sampled from, and trained on, as if it had never stopped.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn save(&mut self) -> Result<Vec<u8>, Error> {
        let losses = self.losses().await?.to_vec();
        let state = self.trainer.learner.state().await?;
        let dim = self.dim();
        let mut tensors = vec![Named { name: "losses".into(), shape: vec![1, losses.len()], values: losses }];
        let parts = [
            ("", state.weights),
            ("m.", state.moments[0].clone()),
            ("v.", state.moments[1].clone()),
            ("ema.", state.average),
        ];
        for (prefix, lists) in parts {
            for (Parameter { name, shape, .. }, values) in
                self.trainer.learner.architecture().parameters().into_iter().zip(lists)
            {
                tensors.push(Named { name: format!("{prefix}{name}"), shape, values });
            }
        }
        let (of_ends, doubles) = store::of_ends(&self.ends, pair_width(&self.config, dim));
        tensors.extend(of_ends);
        store::to_bytes(&Saved { config: self.config.clone(), step: self.steps_taken(), tensors, doubles })
    }

    /// Gives the digits, which a saved run does not hold.
    pub fn bring_digits(&mut self, digits: Arc<Digits>) {
        self.ends.digits = Some(digits);
    }

    /// Opens a saved run on this experiment's device, once that is known to compute rightly what this run asks of it.
    /// Nothing changes when it fails.
    ///
    /// # Errors
    /// When the bytes are not a whole file of ours, or its tensors do not fit its options.
    pub async fn load(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let saved = store::from_bytes(bytes)?;
        let mut tensors: HashMap<_, _> =
            saved.tensors.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
        let mut ends = Ends { digits: self.ends.digits.clone(), ..store::to_ends(&mut tensors, &saved.doubles)? };
        // Whatever the options say: from here on they say what the data say, and nothing larger is made.
        let mut config = saved.config;
        ends.pairs = tensors.get("pairs").map(|pairs| pairs.values.clone()).unwrap_or_default();
        if let Some(note) = ends.reconcile(&mut config).first() {
            return Err(Error::File(format!("The file's option {note}: save the model again.")));
        }
        ends.pairs = store::to_pairs(&mut tensors, pair_width(&config, config.dim))?;
        let opened = checked(&self.opened, &config, &ends).await;
        let (mut trainer, form, device) = new_trainer(&config, &opened, &ends)?;
        let mut take = |name: String, shape: &[usize]| match tensors.remove(&name) {
            Some(tensor) if tensor.shape == shape => Ok(tensor.values),
            Some(tensor) => Err(Error::File(format!(
                "The file's tensor {name} is {:?} where its options ask for {shape:?}: save the model again.",
                tensor.shape
            ))),
            None => Err(Error::File(format!(
                "The file has no tensor {name}, which its options ask for: save the model again."
            ))),
        };
        let parameters = trainer.learner.architecture().parameters();
        let mut list = |prefix: &str, there: bool| -> Result<Vec<Vec<f32>>, Error> {
            let names = parameters.iter().filter(|_| there);
            names.map(|Parameter { name, shape, .. }| take(format!("{prefix}{name}"), shape)).collect()
        };
        let trained = saved.step > 0;
        trainer.learner.restore(&State {
            step: saved.step,
            weights: list("", true)?,
            moments: [list("m.", trained)?, list("v.", trained)?],
            average: list("ema.", trained && config.ema > 0.0)?,
        });
        trainer.set_losses(take("losses".into(), &[1, saved.step])?);
        (self.config, self.device, self.form, self.ends, self.trainer) = (config, device, form, ends, trainer);
        (self.exact, self.floor) = Default::default();
        Ok(())
    }
}
