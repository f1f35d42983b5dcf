"""The deeper the factorisation, the more sharply the singular values appear one after another."""

import jax

from tacit import Schedule, plots, run, to_dataset
from tacit.algebra import low_rank_matrix, singular_values
from tacit.dynamics import GroupRMSprop
from tacit.models import Deep
from tacit.observers import effective_rank, loss, test_error, top_singular_values
from tacit.problems import completion

truth = low_rank_matrix((40, 30), 3, key=jax.random.key(0))
problem = completion(truth, 500, key=jax.random.key(1))
observers = (loss, test_error, effective_rank, top_singular_values(6))

for depth in (1, 2, 3):
    model = Deep.initialise((40, 30), depth=depth, init_scale=1e-3, key=jax.random.key(2))
    trajectory = run(problem, model, GroupRMSprop(1e-2), Schedule.linear(3000, 100), observers)
    dataset = to_dataset(trajectory, depth=depth)
    end = dataset.isel(record=-1)
    print(
        f"depth {depth}: loss {float(end.loss):.1e}, relative error {float(end.test_error):.1e}, "
        f"effective rank {float(end.effective_rank):.2f}"
    )
    figure = plots.singular_values(dataset, truth=singular_values(truth)[:3].tolist())
    print("  ", plots.save(figure, f"singular_values_depth_{depth}.png"))
