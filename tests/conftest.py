"""Strict numerics for every test: float64, no silent promotion, no silent broadcasting."""

import os

# One thread a worker, because pytest-xdist already runs one worker a core; and programs compiled
# quickly rather than well, because each runs once on small matrices. To be set before JAX starts.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    " --xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
)

from collections.abc import Iterator

import hypothesis
import jax
import jaxtyping
import pytest

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

hypothesis.settings.register_profile(
    "tacit", max_examples=25, deadline=None, derandomize=True, database=None
)
hypothesis.settings.load_profile("tacit")


@pytest.fixture
def key() -> jax.Array:
    """The one seed of the tests."""
    return jax.random.key(0)


@pytest.fixture
def unchecked() -> Iterator[None]:
    """Shapes unchecked at run time, as for a user: to meet Tacit's own errors behind them."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
