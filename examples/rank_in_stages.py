"""Rank is learnt one at a time: plateaus and escapes of a run, and the saddle that one passes."""

import jax
import jax.numpy as jnp
import numpy as np

from tacit import Schedule, run
from tacit.algebra import orthogonal_frame
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.observers import find_stages, gradient_norm, loss, singular_values
from tacit.problems import full_observation
from tacit.solvers import saddle_near

jax.config.update("jax_enable_x64", True)
sigma, depth = np.array([1.0, 0.5, 0.25]), 3
U, V = (orthogonal_frame((15, 3), jnp.float64, key=jax.random.key(seed)) for seed in (0, 1))
problem = full_observation((U * sigma) @ V.T)
start = Deep.initialise(
    (15, 15), depth=depth, init_scale=0.03**depth, dtype=jnp.float64, key=jax.random.key(2)
)

observers = (loss, gradient_norm, singular_values)
done = run(problem, start, GradientDescent(0.1), Schedule.linear(3000, 400), observers)
records = (done[name] for name in ("gradient_norm", "loss", "singular_values"))
stages = find_stages(done.time, *records, target=sigma, depth=depth)
print(f"{stages.escapes} stages for a target of rank {len(sigma)}")
for j in range(stages.escapes):
    print(
        f"rank {stages.rank[j]}: loss {stages.loss[j]:.4f} (a saddle has "
        f"{stages.predicted_loss[j]:.4f}), escape at t = {stages.escape_time[j]:.0f}"
    )

step = int(done.step[stages.bottom[1]])
plateau = run(problem, start, GradientDescent(0.1), Schedule.every(step, step)).model
saddle = saddle_near(problem, plateau)
print(f"the saddle on the way: rank {saddle.rank}, loss {saddle.loss:.10f}")
