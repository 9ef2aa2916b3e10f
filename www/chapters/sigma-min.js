import { drawArrows, longestOf } from '../draw/arrows.js';
import { normals } from '../story/crowd.js';

const WAIT = 0.2;

/** @type {import('../story/types.js').Chapter} */
export default {
  id: 'sigma-min',
  title: 'σ<sub>min</sub>: a little noise is left',
  text: `<p>On the straight path all dots of one target meet in one point at $t=1$. Just before, the arrows near it grow
    without bound: what is left of the way, divided by almost no time. So some people leave a little noise over, and
    stop when the cloud has shrunk to a blob of radius $\\sigma$.</p>`,
  formula: [
    String.raw`x_t = t\,x_1 + \bigl(1 - (1-\sigma)\,t\bigr)\,x_0`,
    String.raw`u_t(x \mid x_1) = \frac{x_1 - (1-\sigma)\,x}{1 - (1-\sigma)\,t}`,
  ],
  more: `<p>The denominator is now never less than $\\sigma$. The price: what comes out is the data blurred by
    $\\sigma$. With one or two hundredths nobody sees it in a picture; with 0.3 everybody does.</p>`,
  wait: `Raise $\\sigma$ to ${WAIT} or more, and look at $t=1$.`,

  open(figure) {
    const stage = figure.stage({
      layers: ['generated', 'tails'],
      label: 'A cloud shrinks to a blob of radius sigma around the target point',
    });
    const x0 = normals(1200, 3);
    let sigma = 0;
    /** @type {import('../story/types.js').Place} */
    let x1 = [1.4, 0.8];
    const show = () => {
      const positions = new Float32Array(2400);
      positions.set(x0);
      for (let i = 0; i < 1200; i++) positions[1200 + i] = x1[i % 2] + sigma * x0[i];
      stage.samples = { times: Float32Array.of(0, 1), positions, count: 600 };
      const steep = sigma
        ? `Just before t = 1 the arrows grow by ${((1 - sigma) / sigma).toFixed(1)} for every unit of distance ` +
          `from the middle; the blob’s deviation is ${sigma.toFixed(2)}.`
        : 'Just before t = 1 the arrows grow without bound, and the cloud is a point.';
      figure.say(`σ = ${sigma.toFixed(2)}. ${steep}`);
      stage.touch();
    };
    figure.slide('σ', { min: 0, max: 0.5, step: 0.01, value: 0, format: (value) => value.toFixed(2) }, (value) => {
      sigma = value;
      show();
      if (sigma >= WAIT) figure.reached();
    });
    figure.handle(stage, {
      words: 'Target point',
      role: 'target',
      at: x1,
      onMove(...place) {
        x1 = place;
        show();
      },
    });
    stage.overlays.add(({ brush, camera, palette, t }) => {
      const xy = stage.arrowPoints;
      const left = Math.max(1 - (1 - sigma) * t, 0.02);
      const u = xy.map((value, i) => (x1[i % 2] - (1 - sigma) * value) / left);
      drawArrows(brush, camera, xy, u, {
        color: palette.velocity,
        longest_px: longestOf(camera),
        fastest: 8,
        alpha: 0.75,
      });
    });
    show();
  },
};
