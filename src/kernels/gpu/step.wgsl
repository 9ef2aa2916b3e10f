// The numbers of one step, or of a part of its batch.
struct Step {
  // First sample in the batches' buffer, samples, is this a further part of the same batch, where its loss goes.
  first: u32,
  rows: u32,
  further: u32,
  slot: u32,
  // 2 / (points times dimensions), learning rate over its correction, 1 / root of the second moment's, 1 - rate * decay.
  scale: f32,
  rate: f32,
  root: f32,
  kept_weight: f32,
  // Share of the average that stays, share of the weights that enters (0 without averaging), 1 / (points times dimensions).
  kept_average: f32,
  fresh: f32,
  loss_scale: f32,
  splits: u32,
  // Which training step it is, which sample of its batch comes first, -, -.
  number: u32,
  begin: u32,
  nothing: vec2<u32>,
}

@group(0) @binding(1) var<uniform> step: Step;
