// The gradient by the weights: for two vec4 rows and two vec4 columns of a weight, a sum over a part of the samples.
// One more workgroup makes the loss out of the last layer's errors.

@group(0) @binding(2) var<storage, read> values: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> gradients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;

var<workgroup> sums: array<f32, 64>;

struct Rows { at: u32, stride: u32, bias: bool }

// The values that are multiplied with vec4 row k of layer l's weight.
fn rows_of(l: u32, k: u32) -> Rows {
  for (var p = 0u; p < net.layers[l].place.w; p++) {
    let part = net.layers[l].parts[p];
    if (k >= part.z && k < part.z + part.y) { return Rows(place_of(part, 0u) + k - part.z, part.y, false); }
  }
  return Rows(0u, 0u, true);
}

fn sum_of_squares(lane: u32) {
  let out = net.layers[net.size.y - 1u].out;
  var sum = 0.0;
  for (var i = lane; i < step.rows * out.y; i += 64u) {
    let error = values[place_of(out, 0u) + i];
    sum += dot(error, error);
  }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var loss = 0.0;
    for (var i = 0u; i < 64u; i++) { loss += sums[i]; }
    loss *= step.loss_scale;
    if (step.further != 0u) { loss += losses[step.slot]; }
    losses[step.slot] = loss;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  if (group.x + 1u == groups.x) {
    if (group.y == 0u) { sum_of_squares(lane); }
    return;
  }
  var tile = group.x * 64u + lane;
  var l = 0u;
  var across = 0u;
  var length = 0u;
  for (; l < net.size.y; l++) {
    let place = net.layers[l].place;
    length = place.x + 4u * place.y * net.layers[l].out.y;
    across = (net.layers[l].out.y + 1u) / 2u;
    let tiles = across * ((place.y + 1u) / 2u);
    if (tile < tiles) { break; }
    tile -= tiles;
  }
  if (l == net.size.y) { return; }
  let place = net.layers[l].place;
  let out = net.layers[l].out;
  let q = out.y;
  // A weight may end in the middle of a tile: then its last row or column is worked out twice.
  let k1 = tile / across * 2u;
  let k2 = min(k1 + 1u, place.y - 1u);
  let j1 = tile % across;
  let j2 = column(j1, 1u, across, q);
  let rows1 = rows_of(l, k1);
  let rows2 = rows_of(l, k2);
  let z_at = place_of(out, 0u);
  var sum_1_$i = vec4<f32>();
  var sum_2_$i = vec4<f32>();
  var sum_3_$i = vec4<f32>();
  var sum_4_$i = vec4<f32>();
  let share = (step.rows + step.splits - 1u) / step.splits;
  let end = min(step.rows, (group.y + 1u) * share);
  for (var s = group.y * share; s < end; s++) {
    let x1 = select(values[rows1.at + s * rows1.stride], vec4<f32>(1.0, 0.0, 0.0, 0.0), rows1.bias);
    let x2 = select(values[rows2.at + s * rows2.stride], vec4<f32>(1.0, 0.0, 0.0, 0.0), rows2.bias);
    let z1 = gradients[z_at + s * q + j1];
    let z2 = gradients[z_at + s * q + j2];
    sum_1_$i += x1[$iu] * z1;
    sum_2_$i += x1[$iu] * z2;
    sum_3_$i += x2[$iu] * z1;
    sum_4_$i += x2[$iu] * z2;
  }
  let at = group.y * net.more.x + place.x;
  let at_1_$i = at + (k1 * 4u + $iu) * q + j1;
  let at_2_$i = at + (k1 * 4u + $iu) * q + j2;
  let at_3_$i = at + (k2 * 4u + $iu) * q + j1;
  let at_4_$i = at + (k2 * 4u + $iu) * q + j2;
  if (step.further != 0u) {
    sum_1_$i += partials[at_1_$i];
    sum_2_$i += partials[at_2_$i];
    sum_3_$i += partials[at_3_$i];
    sum_4_$i += partials[at_4_$i];
  }
  partials[at_1_$i] = sum_1_$i;
  partials[at_2_$i] = sum_2_$i;
  partials[at_3_$i] = sum_3_$i;
  partials[at_4_$i] = sum_4_$i;
}
