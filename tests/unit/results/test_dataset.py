import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import low_rank_matrix
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.observers import Observer, effective_rank, loss, singular_values
from tacit.problems import full_observation
from tacit.results import provenance, to_dataset
from tacit.runs import Below, Schedule, run, sweep

OBSERVERS = (loss, effective_rank, singular_values)


def fit(scale=0.1, seed=0, step=0.05, stop=None):
    problem = full_observation(low_rank_matrix((5, 4), 2, key=jax.random.key(1)))
    key = jax.random.key(seed)
    model = Deep.initialise((5, 4), depth=2, init_scale=scale, key=key)
    return run(problem, model, GradientDescent(step), Schedule.every(5, 20), OBSERVERS, stop=stop)


def test_a_run_has_the_names_axes_and_labels_of_its_observers():
    trajectory = fit()
    dataset = to_dataset(trajectory, author="nobody")
    assert dataset["loss"].dims == ("record",)
    assert dataset["singular_values"].dims == ("record", "index")
    assert dataset["singular_values"].attrs["long_name"] == singular_values.label
    np.testing.assert_array_equal(dataset["step"], [0, 5, 10, 15, 20])
    np.testing.assert_allclose(dataset["time"], 0.05 * dataset["step"], rtol=1e-5)
    np.testing.assert_array_equal(dataset["loss"], trajectory["loss"])
    assert dataset.attrs == {"author": "nobody"}
    assert {"step", "time"} <= set(dataset.coords)


def test_the_result_is_a_code_with_its_meaning():
    result = to_dataset(fit(stop=Below("loss", 1e3)))["result"]
    meaning = dict(
        zip(result.attrs["flag_values"], result.attrs["flag_meanings"].split(), strict=True)
    )
    assert meaning[int(result)] == "converged"


@pytest.mark.slow
def test_a_sweep_has_leading_dimensions():
    scales, seeds = jnp.array([0.1, 0.2, 0.3]), jnp.arange(2)
    trajectory = sweep(lambda scale, seed: fit(scale, seed), scale=scales, seed=seeds)
    dataset = to_dataset(trajectory, coords={"scale": scales, "seed": seeds})
    assert dataset["singular_values"].dims == ("scale", "seed", "record", "index")
    assert dataset["step"].dims == ("scale", "seed", "record")
    assert dataset["length"].shape == (3, 2)
    one = to_dataset(fit(0.2, 1))
    np.testing.assert_allclose(dataset["loss"][1, 1], one["loss"], rtol=1e-4)


@pytest.mark.parametrize(
    "coords", [None, {"scale": [1.0]}, {"scale": [1.0, 2.0], "seed": [1]}, {"loss": [1.0, 2.0]}]
)
def test_axes_that_do_not_fit_are_refused(coords):
    trajectory = sweep(lambda scale: fit(scale), scale=jnp.array([0.1, 0.2]))
    with pytest.raises(ValueError, match="to_dataset"):
        to_dataset(trajectory, coords=coords)


def test_a_record_may_not_take_the_name_of_a_coordinate():
    named = Observer(lambda t, model, problem: t, "step", "a step")
    problem = full_observation(jnp.ones((2, 2), jnp.float32))
    model = Deep.initialise((2, 2), depth=1, init_scale=1.0, key=jax.random.key(0))
    trajectory = run(problem, model, GradientDescent(0.1), Schedule.every(1, 2), (named,))
    with pytest.raises(ValueError, match="'step' is used twice"):
        to_dataset(trajectory)


def test_provenance_is_text_and_numbers():
    facts = provenance({"step": 0.1, "shape": (2, 3)}, seed=4)
    assert facts["seed"] == 4
    assert json.loads(str(facts["config"])) == {"step": 0.1, "shape": [2, 3]}
    assert facts["jax_version"] == jax.__version__
    assert all(isinstance(value, str | int) for value in facts.values())
    assert "config" not in provenance()
