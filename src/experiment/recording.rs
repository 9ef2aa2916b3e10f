//! One training step, taken and written down: what it drew, what it was asked, what the network said before and after.

use super::Experiment;
use crate::batch::Pairs;
use crate::error::Error;
use crate::learner::Weights;
use crate::network::Told;

/// What one training step saw and did.
///
/// All but `t` are like `x0`, `n × dim` numbers; `t` holds `n`.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedStep {
    /// Steps taken, this one among them.
    pub step: usize,
    /// The pairs, the times and the noise that were drawn.
    pub batch: Pairs,
    /// Points on the paths: what the network was shown, with `t`.
    pub xt: Vec<f32>,
    /// Velocities of the paths: what it was asked for.
    pub ut: Vec<f32>,
    /// Its answer before the step.
    pub before: Vec<f32>,
    /// Its answer to the same question after the step.
    pub after: Vec<f32>,
    /// The step's loss, mean (before - ut)² over points and dimensions.
    pub loss: f32,
}

impl Experiment {
    /// Takes one training step and tells what happened in it.
    ///
    /// The step is the trainer's own, and knows nothing of being watched: its batch follows from the seed and its number, so
    /// that it is drawn here a second time, and the network is asked once before and once after.
    ///
    /// # Errors
    /// When the device fails to answer.
    pub async fn record_step(&mut self) -> Result<RecordedStep, Error> {
        let (batch, sample) = self.batch(self.steps_taken());
        let before = self.answer(&sample.xt, &batch).await?;
        self.train(1);
        let after = self.answer(&sample.xt, &batch).await?;
        let loss = self.losses().await?.last().copied().unwrap_or(f32::NAN);
        let step = self.steps_taken();
        Ok(RecordedStep { step, batch, xt: sample.xt, ut: sample.ut, before, after, loss })
    }

    /// The velocity by the weights in training, not by their average, at points each at the time of its pair.
    async fn answer(&self, xt: &[f32], Pairs { t, labels, .. }: &Pairs) -> Result<Vec<f32>, Error> {
        let flow = self.trainer.learner.flow(Weights::Last);
        Ok(flow.on_cpu().await?.velocity(xt, Told { t, labels }))
    }
}
