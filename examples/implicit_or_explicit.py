"""One problem, one loop, one held-out set: a small start against a penalty on the nuclear norm."""

import jax

from tacit import Schedule, run
from tacit.algebra import low_rank_matrix
from tacit.dynamics import GroupRMSprop, SoftImpute
from tacit.models import Deep, Direct
from tacit.observers import effective_rank, held_out, test_error
from tacit.problems import LeastSquares, completion

truth = low_rank_matrix((50, 40), 2, key=jax.random.key(0))
problem = completion(truth, 600, LeastSquares(), key=jax.random.key(1))
train, validation = problem.split(0.1, key=jax.random.key(2))
observers = (held_out(validation), test_error, effective_rank)

starts = {
    "a small start": (
        Deep.initialise((50, 40), depth=3, init_scale=1e-3, key=jax.random.key(3)),
        GroupRMSprop(1e-2),
    ),
    "a penalty": (Direct.zeros((50, 40)), SoftImpute()),
}
for name, (model, dynamics) in starts.items():
    trajectory = run(train, model, dynamics, Schedule.linear(2000, 81), observers, keep="best")
    best = int(trajectory.best)
    print(
        f"{name}: kept step {int(trajectory.step[best])}, relative error "
        f"{trajectory['test_error'][best]:.1e}, effective rank "
        f"{trajectory['effective_rank'][best]:.2f}"
    )
