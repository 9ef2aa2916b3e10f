//! What a training step shows the network, and the same as plain numbers on their way to a helper.

use std::borrow::Cow;

use crate::kernels::cpu::mlp_pass::{Examples, Rows};
use crate::network::{Telling, Told};

/// A batch, or a part of one.
pub struct Shown<'a> {
    count: usize,
    x: Cow<'a, [f32]>,
    features: Cow<'a, [f32]>,
    labels: Cow<'a, [f32]>,
    scales: Cow<'a, [f32]>,
    ut: Cow<'a, [f32]>,
}

impl<'a> Shown<'a> {
    /// These points on their paths, at these times and of these classes.
    pub fn new(telling: &Telling, xt: &'a [f32], told: Told, ut: &'a [f32]) -> Shown<'a> {
        let count = told.t.len();
        let (scales, ut) = match telling.compared(xt, told.t, ut) {
            Some((scales, rest)) => (scales.into(), rest.into()),
            None => (Cow::default(), ut.into()),
        };
        let features = telling.features(told.t).into();
        Shown { count, x: xt.into(), features, labels: telling.columns(told.labels, count).into(), scales, ut }
    }

    /// For longer than what it was made of.
    pub fn kept(self) -> Shown<'static> {
        let kept = |numbers: Cow<[f32]>| Cow::Owned(numbers.into_owned());
        let Shown { count, x, features, labels, scales, ut } = self;
        let [x, features, labels, scales, ut] = [x, features, labels, scales, ut].map(kept);
        Shown { count, x, features, labels, scales, ut }
    }

    /// For the passes.
    pub fn examples(&self) -> Examples<'_> {
        let rows = Rows { x: &self.x, features: &self.features, labels: &self.labels };
        Examples { count: self.count, rows, scales: &self.scales, ut: &self.ut }
    }
}

/// Columns of x, features, labels, scales and ut, in this order.
pub struct Columns([usize; 5]);

impl Columns {
    /// Those of points of so many coordinates.
    pub fn of(telling: &Telling, dim: usize) -> Columns {
        let scales = usize::from(telling.form(0.5).is_some());
        Columns([dim, telling.features(&[0.5]).len(), telling.classes(), scales, dim])
    }

    /// The numbers of a part, one kind after the other.
    pub fn numbers(Examples { rows, scales, ut, .. }: Examples) -> Vec<f32> {
        [rows.x, rows.features, rows.labels, scales, ut].concat()
    }

    /// The part that these numbers are; `None` where they do not make whole rows.
    pub fn examples<'a>(&self, numbers: &'a [f32]) -> Option<Examples<'a>> {
        let width = self.0.iter().sum::<usize>();
        if numbers.is_empty() || !numbers.len().is_multiple_of(width) {
            return None;
        }
        let count = numbers.len() / width;
        let mut rest = numbers;
        let [x, features, labels, scales, ut] = self.0.map(|columns| {
            let (kind, after) = rest.split_at(columns * count);
            rest = after;
            kind
        });
        Some(Examples { count, rows: Rows { x, features, labels }, scales, ut })
    }
}
