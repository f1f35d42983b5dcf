"""The starts of `razin2020_norms`, its bounds, and the rate at which the unseen entry grows."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from tacit.dynamics import EndToEndFlow
from tacit.experiments import find
from tacit.experiments.razin2020_norms.claims import claims
from tacit.experiments.razin2020_norms.run import STARTS, _make_problem, _make_start
from tacit.models import Direct
from tacit.observers import balance
from tacit.problems import Problem
from tacit.runs import Schedule, run

CONFIG = find("razin2020_norms").configure("smoke")


@pytest.mark.parametrize("kind", STARTS)
@pytest.mark.parametrize("depth", [2, 3, 4])
def test_starts_have_the_sign_and_the_balance_that_their_name_says(kind, depth):
    for draw in range(6):
        model = _make_start(CONFIG, depth, kind, jnp.asarray(draw))
        assert float(jnp.linalg.det(model())) * (-1 if kind == "det < 0" else 1) > 0

        gaps = max(float(jnp.abs(gap).max()) for gap in balance.quantity(model))
        assert (gaps < 1e-15) == (kind != "normal")
        if kind != "normal":
            size = float(jnp.linalg.norm(model())) / np.sqrt(2)
            assert size == pytest.approx(CONFIG.init_scale, rel=1e-12)


entries = st.floats(-0.7, 0.7)


@given(st.floats(-50, 50), entries, entries, entries)
def test_the_bounds_hold_of_every_matrix_with_a_positive_determinant(free, upper, lower, corner):
    W = np.array([[free, 1 + upper], [1 + lower, corner]])
    loss = (upper**2 + lower**2 + corner**2) / 2
    determinant = W[0, 0] * W[1, 1] - W[0, 1] * W[1, 0]
    names = ("depth", "start", "draw", "record")

    def record(value):
        return (names, np.full((1, 1, 1, 1), value))

    dataset = xr.Dataset(
        {
            "loss": record(loss),
            "entry": record(free),
            "determinant": record(determinant),
            "spectrum": (
                (*names, "index"),
                np.linalg.svd(W, compute_uv=False).reshape(1, 1, 1, 1, 2),
            ),
        },
        coords={"depth": [2], "start": ["det > 0"]},
    )
    entry, distance = claims(CONFIG)[:2]
    if determinant > 1e-8 and loss < 0.5:
        assert entry.check(dataset).holds
        assert distance.check(dataset).holds


@pytest.mark.parametrize("depth", [2, 3])
def test_at_rank_one_the_unseen_entry_grows_at_the_rate_of_the_valley(depth):
    # By the flow of the product matrix, which keeps its rank: no layers, no descent, no sign.
    problem: Problem = _make_problem(replace(CONFIG, dtype="float64"))
    first, last = 10.0, 20.0
    span = (last ** (2 + 2 / depth) - first ** (2 + 2 / depth)) / (2 * depth + 2)
    start = Direct(jnp.outer(jnp.array([first, 1.0]), jnp.array([1.0, 1 / first])))
    with jax.enable_x64(True):
        flow = EndToEndFlow(depth, rtol=1e-6)
        found = run(problem, start, flow, Schedule.linear(span, 2)).model()
    assert float(found[0, 0]) == pytest.approx(last, rel=2e-2)
