"""From identical factors, descent on matrices is a recursion of numbers, to the last bits."""

import jax
import jax.numpy as jnp
import numpy as np

from tacit import Schedule, run
from tacit.algebra import orthogonal_frame
from tacit.dynamics import EigenvalueRecursion, GradientDescent
from tacit.models import Deep, identity
from tacit.observers import nuclear_rank, singular_values
from tacit.problems import full_observation

jax.config.update("jax_enable_x64", True)
Q = orthogonal_frame((10, 10), jnp.float64, key=jax.random.key(0))
target = (Q * jnp.zeros(10).at[:3].set(jnp.array([5.0, 3.0, 1.5]))) @ Q.T
problem, schedule = full_observation(target), Schedule.linear(8000, 9)

for depth in (2, 3):
    model = Deep.initialise(
        (10, 10),
        depth=depth,
        init_scale=0.1**depth,
        initialiser=identity,
        dtype=jnp.float64,
        key=jax.random.key(1),
    )
    matrices, numbers = (
        run(problem, model, dynamics, schedule, (singular_values, nuclear_rank))
        for dynamics in (GradientDescent(1e-3), EigenvalueRecursion(1e-3))
    )
    gap = np.abs(matrices["singular_values"] - numbers["singular_values"]).max()
    print(f"depth {depth}: largest difference of a singular value {gap:.1e}")
    print("  ‖W‖_* / ‖W‖₂ at each record:", np.round(numbers["nuclear_rank"], 2))
