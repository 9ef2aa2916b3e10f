//! What is measured of a run: its generated points against fresh ones of the target.

use serde::Serialize;

use crate::data::Label;
use crate::data::{self, Distribution};
use crate::error::Error;
use crate::experiment::{Experiment, SampleRequest, Samples};
use crate::metrics;
use crate::random::seed::{self, Purpose};
use crate::solver::Kept;

/// Directions of the sliced distance.
const DIRECTIONS: usize = 128;

/// What is said of points that are not finite.
pub const DIVERGED: &str =
    "The network gives points that are not finite numbers: train again with a smaller learningRate.";

/// Every metric of one set of generated points. Distances never stand without their number of points and their floor,
/// the distance of two fresh sets of the target of the same size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Metrics {
    /// Generated points.
    pub count: usize,
    /// Velocity evaluations for each of them.
    pub evaluations: usize,
    /// Share of them inside the target's support.
    pub inside_share: f64,
    /// The same of fresh points of the target.
    pub inside_share_target: f64,
    /// Mass of the least-filled mode as a share of what it should hold.
    pub worst_mode: f64,
    /// The same of fresh points of the target.
    pub worst_mode_target: f64,
    /// W2 by exact assignment, of `w2_count` points.
    pub w2: f64,
    /// Its floor.
    pub w2_floor: f64,
    /// Points of either set.
    pub w2_count: usize,
    /// Sliced W2, of all points.
    pub sliced_w2: f64,
    /// Its floor.
    pub sliced_w2_floor: f64,
    /// Normalised path energy, |path_energy - W2²(source, target)| / W2²(source, target).
    pub npe: f64,
    /// E ∫ |v|² dt.
    pub path_energy: f64,
    /// E ∫ |v - (x(1) - x(0))|² dt: 0 for straight lines at even speed.
    pub straightness: f64,
    /// Share of the points that look like the class that was asked of them; `None` where none was.
    pub class_accuracy: Option<f64>,
    /// Share of held-out points of the target that look like their own class: as much as the classifier can tell.
    pub class_accuracy_target: Option<f64>,
}

/// Share of the points that look like the class that they should have; `None` where no class is said.
///
/// # Shapes
/// `points` are `n × dim` numbers, `labels` `n` or none.
pub fn class_accuracy(distribution: &dyn Distribution, points: &[f32], labels: &[Label]) -> Option<f64> {
    let said = points.chunks_exact(distribution.dim()).zip(labels).filter(|(_, label)| label.is_some());
    let (right, total) = said.fold((0, 0), |(right, total), (point, label)| {
        (right + (distribution.class(point) == *label) as usize, total + 1)
    });
    (total > 0).then(|| right as f64 / total as f64)
}

/// Generates points and measures them. Their whole way is asked for, whatever `request` says: path energy and
/// straightness are those of the way.
///
/// # Errors
/// As [`Experiment::sample`]; also when the run has diverged.
pub async fn evaluate(run: &Experiment, request: SampleRequest) -> Result<Metrics, Error> {
    let request = SampleRequest { kept: Kept::All, ..request };
    measure(run, &run.sample(request).await?, &run.labels(0..request.count, request.label))
}

/// Measures generated points, of which these classes were asked, if any; `w2` takes the first [`metrics::w2_count_max`]
/// at most.
///
/// # Errors
/// When the run has diverged.
pub fn measure(run: &Experiment, samples: &Samples, labels: &[Label]) -> Result<Metrics, Error> {
    let (source, target) = (run.source(), run.target());
    let (dim, count) = (samples.dim, samples.count);
    let held_out = |index: u64| seed::stream(run.config().seed as u64, Purpose::Metrics, index);
    let (fresh, classes) = target.held_out(count, &mut held_out(0));
    let (other, _) = target.held_out(count, &mut held_out(1));
    let start = source.sample(count, &mut held_out(2));
    let w2_count = count.min(metrics::w2_count_max(dim));
    let w2 = |a: &[f32], b: &[f32]| metrics::w2(&a[..w2_count * dim], &b[..w2_count * dim], dim);
    let generated = samples.last();
    if generated.iter().any(|x| !x.is_finite()) {
        return Err(Error::Failed(DIVERGED.into()));
    }
    let cost = metrics::path_cost(&samples.times, &samples.positions, dim);
    Ok(Metrics {
        count,
        evaluations: samples.evaluations,
        inside_share: data::inside_share(target.as_ref(), generated),
        inside_share_target: data::inside_share(target.as_ref(), &fresh),
        worst_mode: data::worst_mode(target.as_ref(), generated),
        worst_mode_target: data::worst_mode(target.as_ref(), &fresh),
        w2: w2(generated, &fresh)?,
        w2_floor: w2(&other, &fresh)?,
        w2_count,
        sliced_w2: metrics::sliced_w2(generated, &fresh, dim, DIRECTIONS),
        sliced_w2_floor: metrics::sliced_w2(&other, &fresh, dim, DIRECTIONS),
        npe: metrics::normalised_path_energy(cost.energy, w2(&start, &fresh)?),
        path_energy: cost.energy,
        straightness: cost.straightness,
        class_accuracy: class_accuracy(target.as_ref(), generated, labels),
        class_accuracy_target: class_accuracy(target.as_ref(), &fresh, &classes),
    })
}
