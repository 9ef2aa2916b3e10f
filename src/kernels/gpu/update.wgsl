// Adam or AdamW, and the weights' average: sixteen numbers of a weight at a time.

@group(0) @binding(2) var<storage, read> partials: array<f32>;
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> transposed: array<f32>;
@group(0) @binding(5) var<storage, read_write> moments: array<f32>;
@group(0) @binding(6) var<storage, read_write> average: array<f32>;

fn updated(at: u32) -> f32 {
  var gradient = 0.0;
  for (var split = 0u; split < step.splits; split++) { gradient += partials[4u * split * net.more.x + at]; }
  let m = BETA_1 * moments[at] + (1.0 - BETA_1) * gradient;
  let v = BETA_2 * moments[4u * net.more.x + at] + (1.0 - BETA_2) * (gradient * gradient);
  let w = step.kept_weight * weights[at] - step.rate * m / (sqrt(v) * step.root + EPSILON);
  moments[at] = m;
  moments[4u * net.more.x + at] = v;
  weights[at] = w;
  if (step.fresh > 0.0) { average[at] = step.kept_average * average[at] + step.fresh * w; }
  return w;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var tile = id.x;
  var l = 0u;
  for (; l < net.size.y; l++) {
    let tiles = net.layers[l].place.y * net.layers[l].out.y;
    if (tile < tiles) { break; }
    tile -= tiles;
  }
  if (l == net.size.y) { return; }
  let place = net.layers[l].place;
  let out = net.layers[l].out;
  let k = tile / out.y;
  let j = tile % out.y;
  for (var row = 0u; row < 4u; row++) {
    for (var i = 0u; i < 4u; i++) {
      let w = updated(4u * place.x + ((4u * k + row) * 4u + i) * out.y + j);
      transposed[4u * place.x + ((4u * j + i) * 4u + row) * place.y + k] = w;
    }
  }
}
