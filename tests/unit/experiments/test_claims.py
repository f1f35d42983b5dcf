"""Claims held against small datasets whose answer is known by hand."""

from dataclasses import replace

import jax
import numpy as np
import pytest
import xarray as xr

from tacit.experiments import find
from tacit.experiments.arora2019_theorem.problems import make_problem, make_product
from tacit.experiments.arora2019_theorem.slopes import measure_product_slopes
from tacit.experiments.cao2022_stages.tables import find_escape_error


def claim(name, text, **changes):
    """The one claim of the smoke preset whose text begins so."""
    experiment = find(name)
    config = replace(experiment.configure("smoke"), **changes)
    (found,) = [claim for claim in experiment.claims(config) if claim.text.startswith(text)]
    return found


@pytest.mark.parametrize(
    ("rank", "fall"),
    [
        ([3, 1.2, 1.6, 1.9, 1.05, 1.9, 1.9], 0.85),
        ([3, 2, 1, 1.5, 1.4, 2], 0.1),
        ([3, 1, 1, 2, 2, 3], 0.0),
        ([1, 2, 3, 3, 2.5], 0.5),
    ],
)
def test_the_fall_of_the_effective_rank_counts_from_the_first_dip(rank, fall):
    monotone = claim("chou2024_dynamics", "N=2: largest fall")
    dataset = xr.Dataset({"rank": (("depth", "k"), [rank])}, {"depth": [2]})
    assert monotone.value(dataset) == pytest.approx(fall)


def test_an_effective_rank_that_never_rises_satisfies_nothing():
    monotone = claim("chou2024_dynamics", "N=2: largest fall")
    dataset = xr.Dataset({"rank": (("depth", "k"), [[3, 2, 1.0]])}, {"depth": [2]})
    assert not monotone.check(dataset).holds


def test_what_a_line_leaves_is_a_share_and_is_called_so():
    """Tenfold the fall leaves ten times the variance, and the same share of it."""
    exponential = claim("chu2024_fig2", "loss falls exponentially")
    assert "share of the variance" in exponential.text
    time = np.linspace(0, 1, 50)

    def left(factor):
        logs = -factor * (time + 0.2 * np.sin(6 * time))
        return exponential.value(
            xr.Dataset(
                {"loss": (("rate", "record"), np.exp(logs)[None]), "least_loss": 1e-12},
                {"rate": [1.0], "time": ("record", time)},
            )
        )

    assert left(10) == pytest.approx(left(1), rel=1e-3)
    assert 0 < left(1) < 1


def stages(**values):
    """Two runs of rank 2 at depth 2 and the smallest α: what `cao2022_stages` records of them."""
    dims = ("depth", "scale", "ratio", "rank", "draw")
    shape = (1, 1, 1, 1, 2)
    variables = {name: (dims, np.reshape(value, shape)) for name, value in values.items()}
    return xr.Dataset(
        {
            "alpha": (("depth", "scale"), [[1e-4]]),
            "stages": (dims, np.full(shape, 2.0)),
            **variables,
        },
        {"depth": [2], "ratio": [2.0], "rank": [2]},
    )


@pytest.mark.parametrize(
    ("smallest", "holds"), [(-0.9e-3, True), (-1.1e-3, False), (-1e-3 - 1e-15, True)]
)
def test_a_ritz_value_below_the_proved_bound_refutes_it_whatever_its_error(smallest, holds):
    bounded = claim("cao2022_stages", "everywhere: λ_min at the end")
    dataset = stages(
        smallest=[smallest, 0.0], smallest_error=[1e-2, 0.0], bound=[-1e-3, -1.0], largest=[1, 1]
    )
    assert bounded.check(dataset).holds is holds


def test_runs_without_a_prediction_are_no_good_predictions():
    near = claim("cao2022_stages", "inside the bounds: median of the largest error of a predicted")
    assert near.check(stages(escape_error=[0.05, 0.07])).holds
    assert not near.check(stages(escape_error=[0.05, np.nan])).holds


@pytest.mark.parametrize(
    ("predicted", "observed", "rank", "error"),
    [
        ([1, 11, 18, np.nan], [1, 10, 20, np.nan], 3, 0.1),
        ([1, np.nan], [1, np.nan], 1, 0.0),
        ([1, np.nan, 18, np.nan], [1, 10, 20, np.nan], 3, np.nan),
        ([1, 11, np.nan], [1, 10, np.nan], 3, np.nan),
    ],
)
def test_the_error_of_escape_times_is_unknown_if_one_is(predicted, observed, rank, error):
    assert find_escape_error(np.array(predicted), np.array(observed), rank) == pytest.approx(
        error, nan_ok=True
    )


def test_slopes_are_right_where_two_singular_values_nearly_meet():
    config = replace(find("arora2019_theorem").configure("smoke"), seed=27)
    with jax.enable_x64(True):
        problem, start = make_problem(config, 8), make_product(config, 8)
        found = measure_product_slopes(config, problem, start, 2.5)
    spectrum = found["singular_values"].values
    assert np.min(np.diff(-spectrum)) < 5e-3
    gap = np.max(np.abs(found["slope"].values - found["predicted"].values))
    assert gap / np.max(np.abs(found["predicted"].values)) < 1e-5
