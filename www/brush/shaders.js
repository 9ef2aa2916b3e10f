// The GPU brush's programs. Edges fade over one pixel: what lies half on a pixel is drawn half.

const HEAD = `#version 300 es
precision highp float;
uniform vec2 scale, centre, canvas;
uniform vec4 ink;`;

const INK = ['scale', 'centre', 'canvas', 'ink'];

export const POINTS = {
  uniforms: [...INK, 'size', 'shape'],
  vertex: `${HEAD}
layout(location = 0) in vec2 xy;
uniform float size;
void main() {
  gl_Position = vec4((xy - centre) * scale, 0.0, 1.0);
  gl_PointSize = size + 1.0;
}`,
  fragment: `${HEAD}
uniform float size;
uniform int shape;
out vec4 color;
void main() {
  vec2 d = abs((gl_PointCoord - 0.5) * (size + 1.0)); // pixels from the middle
  float r = 0.5 * size, line = max(1.0, size / 5.0);
  float outside = max(d.x, d.y) - r;
  if (shape == 0) outside = length(d) - r;
  if (shape == 1) outside = abs(length(d) - r + 0.5 * line) - 0.5 * line;
  if (shape == 3) outside = max(abs(d.x - d.y) * 0.7071 - 0.5 * line, max(d.x, d.y) - r);
  float alpha = ink.a * clamp(0.5 - outside, 0.0, 1.0);
  color = vec4(ink.rgb * alpha, alpha);
}`,
};

export const SEGMENTS = {
  uniforms: [...INK, 'width'],
  vertex: `${HEAD}
layout(location = 0) in vec2 a;
layout(location = 1) in vec2 b;
layout(location = 2) in float fade;
uniform float width;
out float across;
out float faded;
void main() {
  vec2 from = (a - centre) * scale * 0.5 * canvas, to = (b - centre) * scale * 0.5 * canvas; // in pixels
  vec2 along = to - from;
  float length_px = max(length(along), 1e-6);
  vec2 normal = vec2(-along.y, along.x) / length_px;
  float side = (gl_VertexID & 1) == 0 ? -1.0 : 1.0;
  float reach = 0.5 * width + 0.75;
  vec2 at = (gl_VertexID < 2 ? from : to) + normal * side * reach;
  across = side * reach;
  faded = fade;
  gl_Position = vec4(at / (0.5 * canvas), 0.0, 1.0);
}`,
  fragment: `${HEAD}
uniform float width;
in float across;
in float faded;
out vec4 color;
void main() {
  float alpha = ink.a * faded * clamp(0.5 * width + 0.5 - abs(across), 0.0, 1.0);
  color = vec4(ink.rgb * alpha, alpha);
}`,
};

export const IMAGE = {
  uniforms: [...INK, 'bounds'],
  vertex: `${HEAD}
uniform vec4 bounds; // left, bottom, right, top
out vec2 place;
void main() {
  place = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  gl_Position = vec4((mix(bounds.xy, bounds.zw, place) - centre) * scale, 0.0, 1.0);
}`,
  fragment: `${HEAD}
uniform sampler2D picture;
in vec2 place;
out vec4 color;
void main() {
  vec4 texel = texture(picture, place);
  color = vec4(texel.rgb * texel.a, texel.a);
}`,
};
