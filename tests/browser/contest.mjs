// Flow Lab and its peers take turns in one page: what a training step and a sampling run cost each of them.

/** Networks, each as Flow Lab's options; peers get the same layers, batch and optimiser. */
export const NETWORKS = [
  { name: 'MLP 64×3, batch 256, SELU', target: 'moons', width: 64, depth: 3, batch: 256, activation: 'selu' },
  {
    name: 'MLP 128×4, batch 1,000, ReLU (ring)',
    target: 'ring',
    width: 128,
    depth: 4,
    batch: 1000,
    activation: 'relu',
  },
  {
    name: 'MLP 128×4, batch 4,096, GELU (checkerboard)',
    target: 'checkerboard',
    width: 128,
    depth: 4,
    batch: 4096,
    activation: 'gelu',
  },
  {
    name: 'MLP 512×5, batch 256, ReLU (checkerboard-8)',
    target: 'checkerboard',
    width: 512,
    depth: 5,
    batch: 256,
    activation: 'relu',
  },
  // So many numbers a point that fewer points are generated.
  {
    name: '784-d, 128×8, batch 128, ReLU (digits)',
    target: 'gaussian',
    dim: 784,
    width: 128,
    depth: 8,
    batch: 128,
    activation: 'relu',
    points: 200,
  },
];

/**
 * Runs in the page. Every round each contender trains a block of steps of about `blockMs`, one after the other.
 * @returns for each `{ name, device, first50, steps: ms a step, one a round, share: of the device's peak, dispatches a
 *   step, sampling: ms, error }`
 */
export async function contest({ network, device, peers, rounds, blockMs, points, eulerSteps }) {
  const { Lab } = await import('/lab.js');
  const { create, matrixPeak } = await import('/peers/peers.js');
  const { width, depth, batch, activation, target, dim = 2 } = network;
  const generated = network.points ?? points;
  const [ROUNDS_MIN, SPENT_MAX_MS] = [3, 20_000];
  const TWO = 'Flow Lab, two workers';
  const draw = () => Float32Array.from({ length: dim * generated }, (_, i) => Math.sin(i));

  /** Compute dispatches of the page and all workers so far: `dispatches.js` counts them. */
  async function dispatches() {
    const channel = new BroadcastChannel('dispatches');
    let sum = self.dispatches?.() ?? 0;
    channel.onmessage = ({ data }) => Number.isFinite(data) && (sum += data);
    channel.postMessage('how many?');
    await new Promise((done) => setTimeout(done, 200));
    channel.close();
    return sum;
  }

  const options = {
    target,
    dim,
    width,
    depth,
    batch,
    activation,
    optimiser: 'adam',
    learningRate: 0.001,
    device,
    steps: 1000000,
  };
  async function flowLab(workers) {
    const lab = await Lab.create(options);
    await lab.settled;
    await lab.share(workers);
    return {
      device: `${lab.device.kind}, ${lab.device.adapter}`,
      train: async (count) => (await lab.train(count)).loss,
      peak: () => (device === 'cpu' ? lab.peakFlops() : undefined),
      sample: async (_, steps) =>
        (await lab.sample({ count: generated, solver: 'euler', steps, ends: true })).positions,
      dispose: () => lab.dispose(),
    };
  }

  /** The same network in burn with automatic differentiation, which times itself. */
  async function autodiff() {
    const lab = await Lab.create(options);
    await lab.settled;
    return { time: (count) => lab.autodiffMs(count), dispose: () => lab.dispose() };
  }

  // Products of a step, forward, by the weights and, but for the first layer, by the inputs; a multiplication and an
  // addition each.
  const products = (4 * (dim + 1) + 6 * width * (depth - 1) + 6 * dim) * width * batch;
  const contenders = [];
  for (const name of ['Flow Lab', ...(device === 'cpu' ? [TWO] : []), 'burn autodiff', ...peers]) {
    const contender = { name, device: '', steps: [], sampling: [] };
    contenders.push(contender);
    try {
      const own = { 'Flow Lab': () => flowLab(1), [TWO]: () => flowLab(2), 'burn autodiff': autodiff };
      const trainer = await (own[name]?.() ?? create(name, { dim, width, depth, batch, activation }));
      Object.assign(contender, { trainer, device: trainer.device ?? '' });
      const timed = async (count) => {
        if (trainer.time) return trainer.time(count);
        const start = performance.now();
        const loss = await trainer.train(count);
        if (!Number.isFinite(loss)) throw new Error(`its loss is ${loss}`);
        return (performance.now() - start) / count;
      };
      contender.first = await timed(1);
      contender.first50 = await timed(contender.first * 50 < 4 * blockMs ? 49 : 3);
      contender.block = Math.max(
        1,
        Math.round(blockMs / (await timed(Math.max(1, Math.round(blockMs / contender.first50))))),
      );
      const before = await dispatches();
      await timed(contender.block);
      // What times itself takes one step more.
      contender.dispatches = ((await dispatches()) - before) / (contender.block + (trainer.time ? 1 : 0));
      contender.timed = timed;
    } catch (error) {
      contender.error = String(error?.message ?? error).slice(0, 200);
    }
  }
  const running = contenders.filter(({ error }) => !error);
  for (let round = 0; round < rounds; round++) {
    for (const contender of running) {
      // Whose steps take seconds is not asked for all rounds.
      const spent_ms = contender.block * contender.steps.reduce((sum, ms) => sum + ms, 0);
      if (round < ROUNDS_MIN || spent_ms < SPENT_MAX_MS) contender.steps.push(await contender.timed(contender.block));
    }
  }
  // Of the CPU what our wasm reaches in registers; of a GPU the best matrix product of the peers.
  const first = running.find(({ name }) => name === 'Flow Lab');
  const peak = (await first?.trainer.peak?.()) ?? (await matrixPeak(peers));
  for (let round = 0; round < 3; round++) {
    for (const contender of running.filter(({ trainer }) => trainer.sample)) {
      // The first round warms up with a tenth of the steps; who would take minutes for all of them stays with that.
      if (contender.slow) continue;
      const part = round === 0 ? 10 : 1;
      try {
        const start = performance.now();
        const found = await contender.trainer.sample(draw(), eulerSteps / part);
        if (!found.every(Number.isFinite)) throw new Error('its points are not finite');
        const ms = (performance.now() - start) * part;
        contender.slow = ms > 60_000;
        if (round > 0 || contender.slow) contender.sampling.push(ms);
      } catch (error) {
        contender.error = String(error?.message ?? error).slice(0, 200);
      }
    }
  }
  for (const { trainer } of running) trainer.dispose?.();
  return contenders.map(({ name, device, first50, steps, dispatches, sampling, error }) => {
    const share =
      steps.length && peak ? products / (1e-3 * [...steps].sort((a, b) => a - b)[steps.length >> 1]) / peak : undefined;
    return { name, device, first50, steps, share, dispatches, sampling, error };
  });
}
