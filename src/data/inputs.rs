//! The two ends of the flow: what the reader brought for them, and the distributions that they are.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::config::option::Choice;
use crate::config::{Classes, Config, Coupling, Note, Shape};
use crate::data::images::{Digits, MISSING};
use crate::data::{self, Distribution, Given};
use crate::error::Error;

/// Data from outside, where the options cannot say everything.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// What the source is, if it has the shape `points`.
    pub source: Option<Given>,
    /// What the target is, if it has the shape `points`.
    pub target: Option<Given>,
    /// Reflow's pairs, x0 before x1 in every row, and the class after both where the network is told it, -1 for none;
    /// else empty.
    ///
    /// # Shapes
    /// `n × pair_width`: see [`pair_width`].
    pub pairs: Vec<f32>,
    /// The digits, for the shape `digits`; no part of a saved run.
    pub digits: Option<Arc<Digits>>,
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
            (Shape::Digits, Some(digits)) => data::distribution(shape, config, Some(&Given::Digits(digits.clone()))),
            _ => data::distribution(shape, config, given.as_ref()),
        }
    }

    /// Brings the options back to what the given data allow: shapes without their points, a dimension that is not
    /// theirs, reflow without pairs.
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
        if let (true, Some(digits), Some(class)) = (config.needs_digits(), &self.digits, config.digit.class())
            && !digits.pack.holds(class)
        {
            note("digit", config.digit.name(), digits.lacks(class), usual.digit.name().into());
            config.digit = usual.digit;
        }
        let dims_of = |shape: Shape, given: &Option<Given>| match given {
            Some(Given::Points(points)) if shape == Shape::Points => points.dim()..=points.dim(),
            _ if shape == Shape::Points => 2..=2, // a picture
            _ => shape.dims(),
        };
        let (of_source, of_target) = (dims_of(config.source, &self.source), dims_of(config.target, &self.target));
        let both = *of_source.start().max(of_target.start())..=*of_source.end().min(of_target.end());
        if both.is_empty() {
            let coordinates = |dims: &RangeInclusive<usize>| match *dims.start() == *dims.end() {
                true => format!("{}", dims.start()),
                false => format!("{} to {}", dims.start(), dims.end()),
            };
            let (a, b) = (coordinates(&of_source), coordinates(&of_target));
            let problem = format!("has {a} coordinates where the target has {b}: give both ends as many");
            note("source", config.source.name(), problem, usual.source.name().into());
            config.source = usual.source;
        }
        // An end of one dimension decides; `validate` knows what else the options describe.
        let decided = if both.is_empty() { of_target.clone() } else { both };
        let dim = *decided.start();
        if dim == *decided.end() && dim != config.dim {
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

/// Numbers of one of reflow's pairs: two points, and a class where the network is told it.
pub fn pair_width(config: &Config, dim: usize) -> usize {
    2 * dim + usize::from(config.classes == Classes::Told)
}

/// Looks whether these numbers are whole pairs of finite points, whose classes there are.
///
/// # Errors
/// A sentence with the first fault.
pub fn check_pairs(pairs: &[f32], config: &Config, dim: usize) -> Result<(), Error> {
    let width = pair_width(config, dim);
    if !pairs.len().is_multiple_of(width) {
        return Err(Error::Input(format!(
            "pairs: {} numbers do not make whole pairs of {width}, which points of {dim} coordinates need.",
            pairs.len()
        )));
    }
    if pairs.iter().any(|x| !x.is_finite()) {
        return Err(Error::Input("pairs: every number must be finite.".into()));
    }
    let classes = config.classes.count();
    let good = |class: f32| class == -1.0 || (class.fract() == 0.0 && (0.0..classes as f32).contains(&class));
    match pairs.chunks_exact(width).position(|pair| classes > 0 && !good(pair[width - 1])) {
        Some(row) => Err(Error::Input(format!(
            "pairs: row {row} has the class {}, which must be a whole number from 0 to {}, or -1 for none.",
            pairs[(row + 1) * width - 1],
            classes - 1
        ))),
        None => Ok(()),
    }
}

fn missing() -> String {
    "needs points: draw, paste or open some, or choose another shape".into()
}
