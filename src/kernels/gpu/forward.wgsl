// ROWS samples of a layer at a time: a line with $r stands once for each.

fn forward(l: u32, first: u32, lane: u32) {
  let place = net.layers[l].place;
  let out = net.layers[l].out;
  let jobs = out.y * (TILE / ROWS);
  for (var job = lane; job < jobs; job += THREADS) {
    let c = job % out.y;
    let s = first + job / out.y * ROWS;
    let bias = weights[place.x + (place.y * 4u - 4u) * out.y + c];
    var sum$r = bias;
    for (var p = 0u; p < place.w; p++) {
      let part = net.layers[l].parts[p];
      var w = place.x + part.z * 4u * out.y + c;
      let x$r_at = place_of(part, s + $ru);
      for (var k = 0u; k < part.y; k++) {
        let w0 = weights[w];
        let w1 = weights[w + out.y];
        let w2 = weights[w + 2u * out.y];
        let w3 = weights[w + 3u * out.y];
        w += 4u * out.y;
        let x$r = values[x$r_at + k];
        sum$r += x$r.x * w0 + x$r.y * w1 + x$r.z * w2 + x$r.w * w3;
      }
    }
    made(l, out, c, s + $ru, activated(place.z, sum$r));
  }
}
