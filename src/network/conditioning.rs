//! What a network is told beside the points, and what its output means.

use super::architecture::{Architecture, Output};
use super::input::Input;
use super::time;
use crate::config::Predict;
use crate::data::Label;

/// Times and classes.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// One a point, or one for all.
    pub t: &'a [f32],
    /// One a point; empty where no class is told.
    pub labels: &'a [Label],
}

impl<'a> Told<'a> {
    /// Times alone.
    pub fn times(t: &'a [f32]) -> Told<'a> {
        Told { t, labels: &[] }
    }
}

/// How the options have a network told things, and how its output becomes a velocity.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    input: Input,
    output: Output,
}

/// β is never taken for less: the velocity that leads to a point given at t = 1 is infinite (Li and He 2025, arXiv
/// 2511.13720, section 3).
pub const BETA_MIN: f64 = 0.05;

impl Telling {
    /// That of a network.
    pub fn of(architecture: &Architecture) -> Telling {
        Telling { input: architecture.input, output: architecture.output }
    }

    /// Columns of a label.
    pub fn classes(&self) -> usize {
        self.input.classes
    }

    /// The time features: see [`time::features`].
    pub fn features(&self, t: &[f32]) -> Vec<f32> {
        time::features(self.input.time, t)
    }

    /// A row for each of `n` points: 1 in the column of its class, 0 in the others, and 0 in all where it is not told.
    ///
    /// # Shapes
    /// `n × classes`.
    pub fn columns(&self, labels: &[Label], n: usize) -> Vec<f32> {
        let mut columns = vec![0.0; n * self.input.classes];
        for (row, label) in columns.chunks_exact_mut(self.input.classes.max(1)).zip(labels) {
            if let Some(class) = label {
                row[*class as usize] = 1.0;
            }
        }
        columns
    }

    /// Where the output is not the velocity, what it is multiplied with at every point and then compared with:
    /// |scale · output + shift · x - ut|, with what is known of the velocity on the other side.
    ///
    /// # Shapes
    /// `x`, `ut` and the second result `n × dim`, `t` and the first `n`.
    pub fn compared(&self, x: &[f32], t: &[f32], ut: &[f32]) -> Option<(Vec<f32>, Vec<f32>)> {
        let forms: Vec<(f32, f32)> = t.iter().map(|&t| self.form(t)).collect::<Option<_>>()?;
        let (scales, shifts): (Vec<f32>, Vec<f32>) = forms.into_iter().unzip();
        let dim = x.len() / t.len().max(1);
        let rest = x.iter().zip(ut).enumerate().map(|(k, (x, ut))| ut - shifts[k / dim] * x).collect();
        Some((scales, rest))
    }

    /// `(scale, shift)` of v = scale · output + shift · x at time `t`; `None` where the output is the velocity.
    ///
    /// Where the output stands for x1, x0 = (x - α x1) / β, and so v = α' x1 + β' x0 = (α' - α β'/β) x1 + (β'/β) x;
    /// on the linear path (x1 - x) / (1 - t).
    pub fn form(&self, t: f32) -> Option<(f32, f32)> {
        (self.output.predict == Predict::Target).then(|| {
            let at = self.output.path.at(t as f64);
            let ratio = at.beta_dot / at.beta.max(BETA_MIN);
            ((at.alpha_dot - at.alpha * ratio) as f32, ratio as f32)
        })
    }
}
