// A layer for a tile of samples.

fn forward(l: u32, first: u32, lane: u32) {
  let place = net.layers[l].place;
  let out = net.layers[l].out;
  let q = out.y;
  let across = (q + COLUMNS - 1u) / COLUMNS;
  let jobs = across * (TILE / ROWS);
  let bias_at = place.x + (place.y * 4u - 4u) * q;
  for (var job = lane; job < jobs; job += THREADS) {
    let s = first + job / across * ROWS;
    let c$c = column(job % across, $cu, across, q);
    let bias$c = weights[bias_at + c$c];
    var sum$r_$c = bias$c;
    for (var p = 0u; p < place.w; p++) {
      let part = net.layers[l].parts[p];
      var w = place.x + part.z * 4u * q;
      let x$r_at = place_of(part, s + $ru);
      $product weights values part.y
    }
    made(l, out, c$c, s + $ru, activated(place.z, sum$r_$c));
  }
}
