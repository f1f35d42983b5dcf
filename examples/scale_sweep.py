"""Many starts in one compiled program: the smaller the start, the lower the rank that is found."""

import jax
import jax.numpy as jnp
import numpy as np

from tacit import Schedule, run, sweep
from tacit.algebra import low_rank_matrix
from tacit.dynamics import GroupRMSprop
from tacit.models import Deep
from tacit.observers import effective_rank, test_error
from tacit.problems import completion

truth = low_rank_matrix((20, 20), 2, key=jax.random.key(0))
problem = completion(truth, 200, key=jax.random.key(1))


def fit(scale, seed):
    model = Deep.initialise((20, 20), depth=3, init_scale=scale, key=jax.random.key(seed))
    observers = (test_error, effective_rank)
    return run(problem, model, GroupRMSprop(1e-2), Schedule([0, 2000]), observers).records


scales = jnp.logspace(0, -4, 5)
records = sweep(fit, scale=scales, seed=jnp.arange(4))
for scale, error, rank in zip(
    scales, *map(records.get, ("test_error", "effective_rank")), strict=True
):
    print(
        f"scale {float(scale):.0e}: median relative error {np.median(error[:, -1]):.1e}, "
        f"effective rank {np.median(rank[:, -1]):.2f}"
    )
