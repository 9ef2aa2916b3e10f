// Adam or AdamW, and the weights' average: four rows of one vec4 column of a weight at a time.

@group(0) @binding(2) var<storage, read> partials: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> transposed: array<vec4<f32>>;
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
  let at = place.x + 4u * k * out.y + j;
  let turned = transpose(mat4x4<f32>(updated(at), updated(at + out.y), updated(at + 2u * out.y), updated(at + 3u * out.y)));
  let turned_at = place.x + 4u * j * place.y + k;
  transposed[turned_at] = turned[0];
  transposed[turned_at + place.y] = turned[1];
  transposed[turned_at + 2u * place.y] = turned[2];
  transposed[turned_at + 3u * place.y] = turned[3];
}
