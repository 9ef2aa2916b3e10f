// α and β of every schedule, as src/path.rs has them: x_t = α(t) x1 + β(t) x0.

const VP_RATE = [0.1, 20];
const VP_END = 1e-3;

/** @type {Record<'linear' | 'cosine' | 'vp', (t: number) => [alpha: number, beta: number]>} */
export const SCHEDULES = {
  linear: (t) => [t, 1 - t],
  cosine: (t) => [Math.sin((Math.PI / 2) * t), Math.cos((Math.PI / 2) * t)],
  vp(t) {
    const s = 1 - (1 - VP_END) * t;
    const total = VP_RATE[0] * s + ((VP_RATE[1] - VP_RATE[0]) * s * s) / 2;
    return [Math.exp(-total / 2), Math.sqrt(-Math.expm1(-total))];
  },
};

/**
 * Conditional trajectories of pairs, n × 2 numbers each.
 * @param {Float32Array} x0
 * @param {Float32Array} x1
 * @param {keyof typeof SCHEDULES} schedule
 */
export function conditional(x0, x1, schedule, steps = 60) {
  const times = Float32Array.from({ length: steps + 1 }, (_, k) => k / steps);
  const positions = new Float32Array(times.length * x0.length);
  times.forEach((t, k) => {
    const [alpha, beta] = SCHEDULES[schedule](t);
    for (let i = 0; i < x0.length; i++) positions[k * x0.length + i] = alpha * x1[i] + beta * x0[i];
  });
  return { times, positions, count: x0.length / 2 };
}
