// What all kernels know of the network. Sizes and places count vec4s; a value of n columns is padded to whole vec4s
// with zeros, and so is every weight, which stands row after row.

struct Layer {
  // Where its weight begins, vec4 rows of it (the last one is the bias), what follows the product, parts it reads.
  place: vec4<u32>,
  // The value that it makes: columns of all values before it, columns, -, -.
  out: vec4<u32>,
  // The values that it reads side by side: columns before it, columns, its first vec4 row of the weight, does anyone ask for its gradient.
  parts: array<vec4<u32>, 4>,
}

struct Net {
  // Samples that there is room for, layers, columns of the points, of the time features.
  size: vec4<u32>,
  // All weights, columns of the label, -, -.
  more: vec4<u32>,
  layers: array<Layer, 32>,
}

// Value v of sample s stands at (columns before it) * room + s * (columns of it).
fn place_of(value: vec4<u32>, sample: u32) -> u32 {
  return value.x * net.size.x + sample * value.y;
}

// Column number `turn` of those that an invocation works on. Where there is none, its first one once more.
fn column(first: u32, turn: u32, across: u32, columns: u32) -> u32 {
  let c = first + turn * across;
  return select(first, c, c < columns);
}

@group(0) @binding(0) var<uniform> net: Net;
