// Adam or AdamW, and the weights' average: four numbers side by side of a weight's row at a time.

@group(0) @binding(2) var<storage, read> partials: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> transposed: array<f32>;
@group(0) @binding(5) var<storage, read_write> moments: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> average: array<vec4<f32>>;

fn updated(at: u32) -> vec4<f32> {
  var gradient = vec4<f32>();
  for (var split = 0u; split < step.splits; split++) { gradient += partials[split * net.more.x + at]; }
  let m = BETA_1 * moments[at] + (1.0 - BETA_1) * gradient;
  let v = BETA_2 * moments[net.more.x + at] + (1.0 - BETA_2) * (gradient * gradient);
  let w = step.kept_weight * weights[at] - step.rate * m / (sqrt(v) * step.root + EPSILON);
  moments[at] = m;
  moments[net.more.x + at] = v;
  weights[at] = w;
  if (step.fresh > 0.0) { average[at] = step.kept_average * average[at] + step.fresh * w; }
  return w;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let at = id.x;
  if (at >= net.more.x) { return; }
  var l = net.size.y - 1u;
  while (at < net.layers[l].place.x) { l--; }
  let place = net.layers[l].place;
  let q = net.layers[l].out.y;
  let row = (at - place.x) / q;
  let column = (at - place.x) % q * 4u;
  let w = updated(at);
  for (var i = 0u; i < 4u; i++) { transposed[4u * (place.x + (column + i) * place.y) + row] = w[i]; }
}
