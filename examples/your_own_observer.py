"""An observer of your own, a law, and a stop: positive semidefinite sensing by X = U Uᵀ."""

import jax
import jax.numpy as jnp

from tacit import Observer, Schedule, run
from tacit.algebra import low_rank_matrix
from tacit.dynamics import GradientDescent
from tacit.models import Symmetric
from tacit.observers import loss, test_error
from tacit.problems import LeastSquares, sensing
from tacit.runs import Below

U = low_rank_matrix((15, 15), 2, key=jax.random.key(0))
truth = U @ U.T / 15
problem = sensing(truth, 120, 0.1, LeastSquares(), key=jax.random.key(1))
model = Symmetric.initialise(15, init_scale=1e-4, key=jax.random.key(2))


def third_over_second(t, model, problem):
    spectrum = jnp.linalg.svd(model(), compute_uv=False)
    return spectrum[2] / spectrum[1]


ratio = Observer(third_over_second, "third_over_second", "σ₃ / σ₂")
trajectory = run(
    problem,
    model,
    GradientDescent("auto"),
    Schedule.every(25, 3000),
    (loss, test_error, ratio),
    stop=Below("loss", 1e-4),
)
print(f"{trajectory.result.name} after {int(trajectory.step[-1])} steps: {trajectory.result.cause}")
print(f"relative error {trajectory['test_error'][-1]:.1e}")
print(
    f"σ₃ / σ₂ at the start {trajectory['third_over_second'][0]:.2f}, least "
    f"{trajectory['third_over_second'].min():.1e}"
)
