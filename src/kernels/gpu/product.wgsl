// ROWS samples times COLUMNS vec4 columns of a matrix: a line with $r stands once for each sample, one with $c once for
// each column. The four numbers of a vec4 column lie q apart, so that neighbours in a workgroup read neighbours in memory.
for (var k = 0u; k < $length; k++) {
  let at$c = w + c$c;
  let w0_$c = vec4<f32>($matrix[at$c], $matrix[at$c + q], $matrix[at$c + 2u * q], $matrix[at$c + 3u * q]);
  let w1_$c = vec4<f32>($matrix[at$c + 4u * q], $matrix[at$c + 5u * q], $matrix[at$c + 6u * q], $matrix[at$c + 7u * q]);
  let w2_$c = vec4<f32>($matrix[at$c + 8u * q], $matrix[at$c + 9u * q], $matrix[at$c + 10u * q], $matrix[at$c + 11u * q]);
  let w3_$c = vec4<f32>($matrix[at$c + 12u * q], $matrix[at$c + 13u * q], $matrix[at$c + 14u * q], $matrix[at$c + 15u * q]);
  w += 16u * q;
  let x$r = $inputs[x$r_at + k];
  sum$r_$c += x$r.x * w0_$c + x$r.y * w1_$c + x$r.z * w2_$c + x$r.w * w3_$c;
}
