//! The two ends of the flow: what the reader brought for them, and the distributions that they are.

use std::sync::Arc;

use crate::config::option::Choice;
use crate::config::{Config, Coupling, Note, Shape};
use crate::data::images::{MISSING, PIXELS, Pack};
use crate::data::{self, Distribution, Given};
use crate::error::Error;

/// Data from outside, where the options cannot say everything.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// What the source is, if it has the shape `points`.
    pub source: Option<Given>,
    /// What the target is, if it has the shape `points`.
    pub target: Option<Given>,
    /// Reflow's pairs, x0 before x1 in every row, and the class after both where the network is told it; else empty.
    pub pairs: Vec<f32>,
    /// The digits, for the shape `digits`; no part of a saved run.
    pub digits: Option<Arc<Pack>>,
}

impl Ends {
    /// The distribution at t = 0.
    ///
    /// # Errors
    /// When it has the shape `points` and none were given.
    pub fn source(&self, config: &Config) -> Result<Box<dyn Distribution>, Error> {
        self.distribution(config.source, config, &self.source)
    }

    /// The distribution at t = 1.
    ///
    /// # Errors
    /// When it has the shape `points` and none were given.
    pub fn target(&self, config: &Config) -> Result<Box<dyn Distribution>, Error> {
        self.distribution(config.target, config, &self.target)
    }

    fn distribution(
        &self,
        shape: Shape,
        config: &Config,
        given: &Option<Given>,
    ) -> Result<Box<dyn Distribution>, Error> {
        match (shape, &self.digits) {
            (Shape::Digits, Some(pack)) => data::distribution(shape, config, Some(&Given::Digits(pack.clone()))),
            _ => data::distribution(shape, config, given.as_ref()),
        }
    }

    /// Brings the options back to what the given data allow: shapes without their points, a dimension that is not theirs,
    /// reflow without pairs.
    pub fn reconcile(&self, config: &mut Config) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut note = |option: &str, value: &str, problem: String, used: String| {
            notes.push(Note { option: option.into(), value: value.into(), problem, used: Some(used) });
        };
        let usual = Config::default();
        if config.source == Shape::Points && self.source.is_none() {
            note("source", "points", missing(), usual.source.name().into());
            config.source = usual.source;
        }
        if config.target == Shape::Points && self.target.is_none() {
            note("target", "points", missing(), usual.target.name().into());
            config.target = usual.target;
        }
        if self.digits.is_none() && config.needs_digits() {
            for (end, shape, usual) in
                [("source", &mut config.source, usual.source), ("target", &mut config.target, usual.target)]
            {
                if *shape == Shape::Digits {
                    note(end, "digits", MISSING.into(), usual.name().into());
                    *shape = usual;
                }
            }
            config.dim = usual.dim;
        }
        let dim_of = |shape: Shape, given: &Option<Given>| match given {
            Some(Given::Points(points)) if shape == Shape::Points => Some(points.dim()),
            _ if shape == Shape::Digits => Some(PIXELS),
            _ if shape.takes_dim() => None,
            _ => Some(2),
        };
        let (of_source, of_target) = (dim_of(config.source, &self.source), dim_of(config.target, &self.target));
        if let (Some(a), Some(b)) = (of_source, of_target)
            && a != b
        {
            let problem = format!("has {a} coordinates where the target has {b}: give both ends as many");
            note("source", config.source.name(), problem, usual.source.name().into());
            config.source = usual.source;
        }
        if let Some(dim) = of_target.or(of_source)
            && dim != config.dim
        {
            if config.dim != usual.dim {
                let problem = format!("must be {dim}, as the given points have it");
                note("dim", &config.dim.to_string(), problem, dim.to_string());
            }
            config.dim = dim;
        }
        let no_pairs = self.pairs.is_empty();
        if no_pairs == (config.coupling == Coupling::Reflow) {
            if no_pairs {
                let problem = "needs a trained model's own pairs: train, then ask for reflow".to_string();
                note("coupling", "reflow", problem, Coupling::Independent.name().into());
                config.coupling = Coupling::Independent;
            } else {
                config.coupling = Coupling::Reflow;
            }
        }
        notes.extend(config.validate());
        notes
    }
}

fn missing() -> String {
    "needs points: draw, paste or open some, or choose another shape".into()
}
