// Draws a sample of a step's batch by its number, as `batch/counter_based.rs` and `random/threefry.rs` do on the CPU.

@group(0) @binding(7) var<storage, read> tables: array<u32>;

fn mixed(x: vec4<u32>, first: u32, second: u32) -> vec4<u32> {
  let a = x.x + x.y;
  let c = x.z + x.w;
  return vec4<u32>(a, ((x.y << first) | (x.y >> (32u - first))) ^ a, c, ((x.w << second) | (x.w >> (32u - second))) ^ c);
}

fn threefry(counter: vec4<u32>) -> vec4<u32> {
  var keys = array<u32, 5>(tables[0], tables[1], 0u, 0u, 0x1bd11bdau ^ tables[0] ^ tables[1]);
  var x = counter + vec4<u32>(keys[0], keys[1], keys[2], keys[3]);
  for (var turn = 0u; turn < 5u; turn++) {
    // Every second round crosses the pairs.
    let even = turn % 2u == 0u;
    x = mixed(x, select(6u, 10u, even), select(20u, 26u, even));
    x = mixed(x.xwzy, select(17u, 11u, even), select(11u, 21u, even)).xwzy;
    x = mixed(x, select(25u, 13u, even), select(10u, 27u, even));
    x = mixed(x.xwzy, select(18u, 23u, even), select(20u, 5u, even)).xwzy;
    let next = turn + 1u;
    x += vec4<u32>(keys[next % 5u], keys[(next + 1u) % 5u], keys[(next + 2u) % 5u], keys[(next + 3u) % 5u] + next);
  }
  return x;
}

const UNIT = 5.9604645e-8;

fn unit(word: u32) -> f32 {
  return f32(word >> 8u) * UNIT;
}

fn turned(turns: f32) -> vec2<f32> {
  let rest = turns - floor(turns + 0.5);
  let quarter = floor(4.0 * rest + 0.5);
  let x = 6.2831855 * (rest - 0.25 * quarter);
  let y = x * x;
  let sin = x * (1.0 + y * (-0.16666667 + y * (0.008333334 + y * (-0.0001984127 + y * 2.7557319e-6))));
  let cos = 1.0 + y * (-0.5 + y * (0.041666668 + y * (-0.0013888889 + y * 2.4801588e-5)));
  let turn = u32(i32(quarter) & 3);
  let swapped = select(vec2<f32>(sin, cos), vec2<f32>(cos, sin), turn % 2u == 1u);
  return vec2<f32>(select(swapped.x, -swapped.x, turn >= 2u), select(swapped.y, -swapped.y, turn == 1u || turn == 2u));
}

fn normals(words: vec2<u32>) -> vec2<f32> {
  return sqrt(-2.0 * log(unit(words.x) + UNIT)) * turned(unit(words.y)).yx;
}

// Of the end whose table begins there: the part that a word chooses.
fn part_of(end: u32, word: u32) -> u32 {
  let parts = tables[end];
  let k = word % parts;
  let stay = tables[end + 2u + 2u * k];
  return select(tables[end + 3u + 2u * k], k, word / parts < stay);
}

fn four(end: u32, part: u32, block: u32, words: vec4<u32>) -> vec4<f32> {
  let at = end + 2u + 2u * tables[end] + 8u * (part * net.size.z + block);
  let centre = bitcast<vec4<f32>>(vec4<u32>(tables[at], tables[at + 1u], tables[at + 2u], tables[at + 3u]));
  let spread = bitcast<vec4<f32>>(vec4<u32>(tables[at + 4u], tables[at + 5u], tables[at + 6u], tables[at + 7u]));
  var draws: vec4<f32>;
  if (tables[end + 1u] == 1u) {
    draws = 2.0 * vec4<f32>(unit(words.x), unit(words.y), unit(words.z), unit(words.w)) - 1.0;
  } else {
    draws = vec4<f32>(normals(words.xy), normals(words.zw));
  }
  return centre + spread * draws;
}

// alpha, beta and their derivatives at time t: see `path.rs`.
fn path(t: f32) -> vec4<f32> {
  let left = 1.0 - bitcast<f32>(tables[4]);
  if (tables[2] == 0u) { return vec4<f32>(t, 1.0 - left * t, 1.0, -left); }
  if (tables[2] == 1u) {
    let at = turned(0.25 * t);
    return vec4<f32>(at, 1.5707964 * vec2<f32>(at.y, -at.x));
  }
  let s = 1.0 - 0.999 * t;
  let total = 0.1 * s + 9.95 * s * s;
  let rate = 0.999 * (0.1 + 19.9 * s);
  let alpha = exp(-0.5 * total);
  // 1 - exp(-x), whose digits cancel near 0.
  let gone = select(1.0 - exp(-total), total * (1.0 - total * (0.5 - total * (0.16666667 - total * 0.041666668))), total < 0.05);
  let beta = sqrt(gone);
  return vec4<f32>(alpha, beta, 0.5 * alpha * rate, -0.5 * alpha * alpha * rate / beta);
}

// Numbers j to j + 3 of the time features.
fn features(t: f32, j: u32) -> vec4<f32> {
  let count = tables[7];
  if (count == 0u) { return vec4<f32>(t, 0.0, 0.0, 0.0); }
  var four: vec4<f32>;
  for (var i = 0u; i < 4u; i++) {
    let k = j + i;
    let at = turned(t * bitcast<f32>(tables[10u + k % count]));
    four[i] = select(at.y, at.x, k < count);
  }
  return four;
}

// Writes the row of a sample: what is given, ut, and the scale of the output.
fn draw(sample: u32) {
  let number = step.begin + sample;
  let blocks = net.size.z;
  let choice = threefry(vec4<u32>(0u, number, step.number, 0u));
  var t = unit(choice.x);
  if (tables[3] == 1u) { t = select(pow(t, 0.33333334), 0.0, t == 0.0); }
  t = min(t, 0.99999994);
  let at = path(t);
  var scale = 1.0;
  var shift = 0.0;
  if (tables[6] == 1u) {
    shift = at.w / max(at.y, BETA_MIN);
    scale = at.z - at.x * shift;
  }
  let start_part = part_of(tables[8], choice.y);
  let end_part = part_of(tables[9], choice.z);
  let row = row_of(sample);
  for (var j = 0u; j < blocks; j++) {
    let x0 = four(tables[8], start_part, j, threefry(vec4<u32>(1u + j, number, step.number, 0u)));
    let x1 = four(tables[9], end_part, j, threefry(vec4<u32>(1u + blocks + j, number, step.number, 0u)));
    var xt = at.x * x1 + at.y * x0;
    let sigma = bitcast<f32>(tables[5]);
    if (sigma > 0.0) {
      let noise = threefry(vec4<u32>(1u + 2u * blocks + j, number, step.number, 0u));
      // Coordinates that fill up the last vec4 stay 0.
      let spread = vec4<f32>(vec4<u32>(4u * j) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(DIM));
      xt += sigma * spread * vec4<f32>(normals(noise.xy), normals(noise.zw));
    }
    batches[row + j] = xt;
    batches[row + given() + j] = at.z * x1 + at.w * x0 - shift * xt;
  }
  for (var j = 0u; j < net.size.w; j++) { batches[row + blocks + j] = features(t, 4u * j); }
  batches[row + given() + blocks] = vec4<f32>(scale, 0.0, 0.0, 0.0);
}
