// A tile of samples through all layers and back: values, and the gradient of the loss by what every layer's product made.

@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> transposed: array<vec4<f32>>;
@group(0) @binding(4) var<storage, $access> batches: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> values: array<vec4<f32>>;
// First the slopes of the activations, then the gradients.
@group(0) @binding(6) var<storage, read_write> gradients: array<vec4<f32>>;

// Of a batch's row: what is given, that is xt, features and label; then ut, and the scale of the output.
fn row_of(sample: u32) -> u32 {
  return (step.first + sample) * (given() + net.size.z + 1u);
}

fn given() -> u32 {
  return net.size.z + net.size.w + net.more.y;
}

fn made(l: u32, out: vec4<u32>, c: u32, sample: u32, a: Activated) {
  let at = place_of(out, sample) + c;
  if (l + 1u < net.size.y) {
    values[at] = a.value;
    gradients[at] = a.slope;
  } else if (sample < step.rows) {
    let ut_at = row_of(sample) + given();
    let scale = batches[ut_at + net.size.z].x;
    let error = scale * a.value - batches[ut_at + c];
    values[at] = error;
    gradients[at] = step.scale * scale * error;
  } else {
    gradients[at] = vec4<f32>();
  }
}

fn backward(l: u32, first: u32, lane: u32) {
  let place = net.layers[l].place;
  let out = net.layers[l].out;
  let q = place.y;
  for (var p = 0u; p < place.w; p++) {
    let part = net.layers[l].parts[p];
    let across = (part.y + COLUMNS - 1u) / COLUMNS;
    let jobs = part.w * across * (TILE / ROWS);
    for (var job = lane; job < jobs; job += THREADS) {
      let s = first + job / across * ROWS;
      let c$c = column(job % across, $cu, across, part.y);
      var w = place.x + part.z;
      let x$r_at = place_of(out, s + $ru);
      var sum$r_$c = vec4<f32>();
      $product transposed gradients out.y
      let slope$r_$c = gradients[place_of(part, s + $ru) + c$c];
      gradients[place_of(part, s + $ru) + c$c] = slope$r_$c * sum$r_$c;
    }
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let first = group.x * TILE;
  $draw
  for (var i = lane; i < TILE * given(); i += THREADS) {
    let sample = first + i / given();
    let c = i % given();
    var x = vec4<f32>();
    if (sample < step.rows) { x = batches[row_of(sample) + c]; }
    if (c < net.size.z) {
      values[sample * net.size.z + c] = x;
    } else if (c < net.size.z + net.size.w) {
      values[net.size.z * net.size.x + sample * net.size.w + c - net.size.z] = x;
    } else {
      values[(net.size.z + net.size.w) * net.size.x + sample * net.more.y + c - net.size.z - net.size.w] = x;
    }
  }
  storageBarrier();
  for (var l = 0u; l < net.size.y; l++) {
    forward(l, first, lane);
    storageBarrier();
  }
  for (var l = net.size.y - 1u; l > 0u; l--) {
    backward(l, first, lane);
    storageBarrier();
  }
}
