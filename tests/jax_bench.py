"""What `flow-lab bench` is held against: the same training steps in JAX on the CPU, the whole step in one jit.

python3 tests/jax_bench.py        prints a row for each network, as the bench does
"""

import time

import jax
import jax.numpy as jnp

ACTIVATIONS = {"selu": jax.nn.selu, "relu": jax.nn.relu, "gelu": lambda z: jax.nn.gelu(z, approximate=False)}
# Name, coordinates, width, hidden layers, batch, activation.
NETWORKS = [
    ("MLP 64×3, batch 256, SELU", 2, 64, 3, 256, "selu"),
    ("MLP 128×4, batch 1,000, ReLU", 2, 128, 4, 1000, "relu"),
    ("MLP 128×4, batch 4,096, GELU", 2, 128, 4, 4096, "gelu"),
    ("MLP 512×5, batch 256, ReLU", 2, 512, 5, 256, "relu"),
    ("784-d, 128×8, batch 128, ReLU", 784, 128, 8, 128, "relu"),
]
BETA_1, BETA_2, EPSILON, RATE = 0.9, 0.999, 1e-8, 1e-3
BLOCKS, SECONDS = 9, 0.6


def trainer(dim, width, depth, batch, activation):
    sizes = [dim + 1] + [width] * depth + [dim]
    key = jax.random.key(1)
    weights = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        key, a, b = jax.random.split(key, 3)
        bound = inputs**-0.5
        weights.append((jax.random.uniform(a, (inputs, outputs), minval=-bound, maxval=bound),
                        jax.random.uniform(b, (outputs,), minval=-bound, maxval=bound)))

    def loss_of(weights, xt, t, ut):
        x = jnp.concatenate([xt, t], 1)
        for w, b in weights[:-1]:
            x = ACTIVATIONS[activation](x @ w + b)
        w, b = weights[-1]
        return jnp.mean((x @ w + b - ut) ** 2)

    @jax.jit
    def step(state, key):
        weights, m, v, k = state
        a, b, c = jax.random.split(jax.random.fold_in(key, k), 3)
        x0, x1 = jax.random.normal(a, (batch, dim)), 2 * jax.random.normal(b, (batch, dim))
        t = jax.random.uniform(c, (batch, 1))
        loss, gradient = jax.value_and_grad(loss_of)(weights, t * x1 + (1 - t) * x0, t, x1 - x0)
        k = k + 1
        m = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, m, gradient)
        v = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, v, gradient)
        rate, root = RATE / (1 - BETA_1**k), 1 / jnp.sqrt(1 - BETA_2**k)
        weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) * root + EPSILON), weights, m, v)
        return (weights, m, v, k), loss

    zeros = jax.tree.map(jnp.zeros_like, weights)
    return step, (weights, zeros, zeros, jnp.zeros((), jnp.int32)), key


print(f"JAX {jax.__version__} on {jax.devices()[0].platform}\n")
print("| network | ms a training step: median (fastest – slowest) |\n|---|---|")
for name, *network in NETWORKS:
    step, state, key = trainer(*network)

    def block(count):
        global state
        start = time.perf_counter()
        for _ in range(count):
            state, loss = step(state, key)
        loss.block_until_ready()
        return 1e3 * (time.perf_counter() - start) / count

    block(3)
    count = max(1, min(500, int(1e3 * SECONDS / block(3))))
    times = sorted(block(count) for _ in range(BLOCKS))
    print(f"| {name} | {times[BLOCKS // 2]:.2f} ({times[0]:.2f} – {times[-1]:.2f}) |", flush=True)
