// Carries a tile of samples through steps of an explicit Runge-Kutta method, or gives their velocity.

struct Sampling {
  // Samples, coordinates, steps to take, stages of a step.
  size: vec4<u32>,
  // First row of the table, first place among the positions, do the points move (else the velocity itself comes out), how far
  // the places of one step are from those of the next.
  begin: vec4<u32>,
  // a_ij of every stage, b_j.
  matrix: array<vec4<f32>, 4>,
  weights: vec4<f32>,
}

@group(0) @binding(1) var<uniform> sampling: Sampling;
@group(0) @binding(2) var<storage, read> weights: array<vec4<f32>>;
// For every stage of every step its time features, the step's length, and what makes a velocity of the output.
@group(0) @binding(3) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> values: array<vec4<f32>>;
// The points, then the velocities of all stages.
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> positions: array<f32>;

var<private> stage: u32;
// The velocity is form.x times the output and form.y times the point.
var<private> form: vec2<f32>;

fn made(l: u32, out: vec4<u32>, c: u32, sample: u32, a: Activated) {
  if (l + 1u < net.size.y) {
    values[place_of(out, sample) + c] = a.value;
  } else {
    let x = values[sample * net.size.z + c];
    state[((1u + stage) * net.size.x + sample) * out.y + c] = form.x * a.value + form.y * x;
  }
}

// sum of w_j k_j over the stages before `stages`.
fn combined(w: vec4<f32>, stages: u32, at: u32) -> vec4<f32> {
  var sum = vec4<f32>();
  for (var j = 0u; j < stages; j++) { sum += w[j] * state[(1u + j) * net.size.x * net.size.z + at]; }
  return sum;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let first = group.x * TILE;
  let points = net.size.z;
  let features = net.size.w;
  for (var step = 0u; step < sampling.size.z; step++) {
    var h = 0.0;
    for (var now = 0u; now < sampling.size.w; now++) {
      // Not the loop's own variable: what lies outside the function may not decide about barriers.
      stage = now;
      let row = (sampling.begin.x + step * sampling.size.w + now) * (features + 1u);
      h = table[row + features].x;
      form = table[row + features].yz;
      for (var i = lane; i < TILE * points; i += THREADS) {
        let at = first * points + i;
        values[at] = state[at] + h * combined(sampling.matrix[now], now, at);
      }
      for (var i = lane; i < TILE * features; i += THREADS) {
        values[points * net.size.x + first * features + i] = table[row + i % features];
      }
      storageBarrier();
      for (var l = 0u; l < net.size.y; l++) {
        forward(l, first, lane);
        storageBarrier();
      }
    }
    for (var i = lane; i < TILE * points; i += THREADS) {
      let at = first * points + i;
      let moved = h * combined(sampling.weights, sampling.size.w, at);
      let x = select(moved, state[at] + moved, sampling.begin.z != 0u);
      state[at] = x;
      let sample = first + i / points;
      if (sample < sampling.size.x) {
        for (var d = i % points * 4u; d < min(sampling.size.y, i % points * 4u + 4u); d++) {
          positions[sampling.begin.y + step * sampling.begin.w + sample * sampling.size.y + d] = x[d % 4u];
        }
      }
    }
    storageBarrier();
  }
}
