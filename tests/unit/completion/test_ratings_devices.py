"""Ratings on several devices, of one process or of two, against one device."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from tacit.completion import complete_ratings
from tacit.runs import device_mesh

from .test_ratings import COLUMNS, ROWS, SHAPE, VALUES

EVERY = tuple(index.ravel() for index in np.indices(SHAPE))
SETTINGS = {"width": 6, "sweeps": 8, "tolerance": 0.0}
CLOSE = {"float32": 1e-5, "float64": 1e-10}
WEIGHTS = np.random.default_rng(1).random(len(ROWS))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "table.npz"
    given = {"rows": ROWS, "columns": COLUMNS, "values": VALUES, "weights": WEIGHTS}
    np.savez(path, shape=SHAPE, **given)
    return path


@pytest.fixture(scope="module")
def alone():
    """Predictions of one device without a mesh, by their settings."""
    found = {}

    def fitted(dtype="float64", weighted=False, **settings):
        key = (dtype, weighted, *sorted(settings.items()))
        if key not in found:
            weights = WEIGHTS if weighted else None
            given = {**SETTINGS, **settings, "key": jax.random.key(0)}
            found[key] = complete_ratings(
                ROWS, COLUMNS, VALUES, SHAPE, weights=weights, dtype=dtype, **given
            )
        return found[key]

    return fitted


def run_ranks(table, ranks, local, timeout=500, **given):
    """What each rank finds; all of them have ended, whatever happens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    settings = {**SETTINGS, **given.pop("settings", {})}
    words = {"table": str(table), "ranks": ranks, "local": local, "port": port}
    words |= {"settings": settings, **given}
    command = [sys.executable, "-m", "tests.unit.completion.on_devices"]
    place = {
        "env": {**os.environ, "JAX_PLATFORMS": "cpu"},
        "cwd": Path(__file__).parents[3],
        "stdout": subprocess.DEVNULL,
    }
    processes, said = [], [table.with_suffix(f".said{rank}") for rank in range(ranks)]
    try:
        for rank, path in enumerate(said):
            arguments = [*command, json.dumps({**words, "rank": rank})]
            with path.open("w") as errors:
                processes.append(subprocess.Popen(arguments, stderr=errors, **place))
        codes = [process.wait(timeout) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert codes == [0] * ranks, [path.read_text()[-2000:] for path in said]
    return [json.loads(Path(f"{table}.{rank}").read_text()) for rank in range(ranks)]


def agree(found, expected, dtype):
    close = CLOSE[dtype]
    for name, values in (("predicted", expected.predict), ("spread", expected.spread)):
        np.testing.assert_allclose(found[name], values(*EVERY), rtol=close, atol=close)
    assert found["noise"] == pytest.approx(expected.noise, rel=close)
    assert found["steps"] == expected.steps


def test_a_mesh_of_one_device_is_that_device(alone):
    given = {**SETTINGS, "dtype": "float64", "key": jax.random.key(0)}
    fit = complete_ratings(ROWS, COLUMNS, VALUES, SHAPE, mesh=device_mesh(1), **given)
    np.testing.assert_allclose(fit.predict(*EVERY), alone().predict(*EVERY), rtol=0, atol=1e-10)
    assert fit.members[0].rows.mean.shape == (SHAPE[0], 7)
    for ours, other in zip(fit.priors[0], alone().priors[0], strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_four_devices_predict_as_one(dtype, table, alone):
    (found,) = run_ranks(table, 1, 4, dtype=dtype)
    assert found["devices"] == 4
    agree(found, alone(dtype), dtype)


@pytest.mark.slow
@pytest.mark.parametrize(("local", "dtype"), [(1, "float32"), (1, "float64"), (2, "float64")])
def test_two_processes_predict_as_one_device(local, dtype, table, alone):
    for found in run_ranks(table, 2, local, dtype=dtype):
        assert found["devices"] == 2 * local
        agree(found, alone(dtype), dtype)


@pytest.mark.slow
def test_a_process_needs_no_more_than_its_own_ratings(table, alone):
    for found in run_ranks(table, 2, 2, dtype="float64", own=True, weighted=True):
        agree(found, alone(weighted=True), "float64")


@pytest.mark.slow
def test_held_out_ratings_are_those_of_one_device(table, alone):
    settings = {"held_out": 0.2, "sweeps": 8}
    expected = alone(**settings)
    for found in run_ranks(table, 2, 1, dtype="float64", settings=settings):
        assert found["held_out"] == pytest.approx(expected.held_out, rel=1e-10)
        agree(found, expected, "float64")


@pytest.mark.slow
def test_all_processes_end_where_one_is_asked_to(table):
    found = run_ranks(table, 2, 1, ask=1)
    assert [each["result"] for each in found] == ["INTERRUPTED", "INTERRUPTED"]
    assert [each["steps"] for each in found] == [3, 3]
