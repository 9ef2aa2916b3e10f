struct Activated { value: vec4<f32>, slope: vec4<f32> }

// What follows a product: 0 nothing, 1 ReLU, 2 the network's own activation. exp of large numbers and 0 times infinity
// are kept away from: what a device makes of them is its own affair.
fn activated(kind: u32, z: vec4<f32>) -> Activated {
  if (kind == 0u) { return Activated(z, vec4<f32>(1.0)); }
  if (kind == 1u) { return relu(z); }
  return hidden(z);
}

fn relu(z: vec4<f32>) -> Activated {
  return Activated(max(z, vec4<f32>()), select(vec4<f32>(), vec4<f32>(1.0), z > vec4<f32>()));
}

fn silu(z: vec4<f32>) -> Activated {
  let s = 1.0 / (1.0 + exp(-clamp(z, vec4<f32>(-80.0), vec4<f32>(80.0))));
  let a = z * s;
  return Activated(a, a * (1.0 - s) + s);
}

// Abramowitz and Stegun, 7.1.26, as on the CPU.
fn gelu(z: vec4<f32>) -> Activated {
  let e = exp(max(-0.5 * z * z, vec4<f32>(-80.0)));
  let t = 1.0 / (1.0 + 0.23164189 * abs(z));
  let series = ((((1.0614054 * t - 1.453152) * t + 1.4214138) * t - 0.28449674) * t + 0.2548296) * t;
  let tail = 0.5 * series * e;
  let below = select(1.0 - tail, tail, z < vec4<f32>());
  return Activated(z * below, z * 0.3989423 * e + below);
}

fn selu(z: vec4<f32>) -> Activated {
  let e = 1.7580993 * exp(clamp(z, vec4<f32>(-80.0), vec4<f32>()));
  let positive = z > vec4<f32>();
  return Activated(select(e - 1.7580993, 1.050701 * z, positive), select(e, vec4<f32>(1.050701), positive));
}

fn tanh_(z: vec4<f32>) -> Activated {
  let a = tanh(clamp(z, vec4<f32>(-15.0), vec4<f32>(15.0)));
  return Activated(a, 1.0 - a * a);
}
