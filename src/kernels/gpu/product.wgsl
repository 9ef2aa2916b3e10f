// ROWS samples times COLUMNS vec4 columns of a matrix: a line with $r stands once for each sample, one with $c once for
// each column. Neighbours in a workgroup have neighbouring columns, and so read neighbours in memory.
for (var k = 0u; k < $length; k++) {
  let at$c = w + c$c;
  let w0_$c = $matrix[at$c];
  let w1_$c = $matrix[at$c + q];
  let w2_$c = $matrix[at$c + 2u * q];
  let w3_$c = $matrix[at$c + 3u * q];
  w += 4u * q;
  let x$r = $inputs[x$r_at + k];
  sum$r_$c += x$r.x * w0_$c + x$r.y * w1_$c + x$r.z * w2_$c + x$r.w * w3_$c;
}
