"""Strict numerics for every test: float64, no silent promotion, no silent broadcasting."""

import os
from collections.abc import Iterator
from pathlib import Path

# One thread a worker: pytest-xdist already runs one worker a core. Quickly compiled programs: most
# run for less time than they are compiled. To be set before JAX starts.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    " --xla_backend_optimization_level=0",
)

import hypothesis
import jax
import jaxtyping
import pytest
from jax.experimental.compilation_cache import compilation_cache as jax_cache

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_dtype_promotion", "strict")
jax.config.update("jax_numpy_rank_promotion", "raise")

# Nearly all the time of these tests is compiling: what one run has compiled, the next takes. Each
# worker has a folder of its own, since entries are not written in one step.
_CACHE = Path(__file__).parents[1] / ".pytest_cache/jax" / os.environ.get("PYTEST_XDIST_WORKER", "")
jax.config.update("jax_compilation_cache_dir", str(_CACHE))
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)

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


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an empty compile cache that is the user's; JAX was told of none."""
    from tacit.runs import compile_cache

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compile_cache, "_HERE", set())
    monkeypatch.setattr(compile_cache, "_MENDED", set())
    before = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    jax.config.update("jax_compilation_cache_dir", None)
    jax_cache.reset_cache()
    yield tmp_path / "tacit" / "jax"
    jax.config.update("jax_compilation_cache_dir", before)
    jax_cache.reset_cache()
