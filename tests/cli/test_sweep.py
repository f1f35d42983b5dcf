"""`tacit sweep`, and what `list --runs` and `plot` show of a sweep that is half done."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr

from tacit.cli.entry import status
from tacit.cli.experiments.sweeping import _duration
from tacit.experiments import Claim, Experiment, find
from tacit.sweeps import find_sweeps, open_sweep

NAME = "chou2024_dynamics"
SMALL = ["--config.depths", "2;", "--config.steps=300", "--config.records", "8"]
AXES = ["--config.alpha", "0.1,0.05,0.02", "--config.seed=0,1"]
STORE = f"runs/{NAME}-smoke-sweep.zarr"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Own runs; the process keeps its settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tacit.cli.experiments.sweeping.configure_jax", lambda: None)


@pytest.fixture
def quick(monkeypatch):
    """An experiment that only tells its settings; of seed 1 and α = 0.05 it cannot be run."""
    ran = []

    def run(self, config, report=None):
        if config.seed == 1 and config.alpha == 0.05:
            raise RuntimeError("not this one")
        ran.append((config.alpha, config.seed))
        records = 3 if config.alpha == 0.02 else 2
        return xr.Dataset(
            {
                "error": ((), config.alpha * (1 + config.seed), {"long_name": "the error"}),
                "loss": ("record", np.full(records, config.alpha)),
            }
        )

    def claims(self, config):
        return (
            Claim("small", lambda dataset: float(dataset["error"]) - config.alpha, "<", 1.0),
            Claim("not the smallest", lambda dataset: config.alpha, ">", 0.03),
            Claim("of several rates", lambda dataset: float(np.max([])), ">", 0.0),
        )

    monkeypatch.setattr(Experiment, "run", run)
    monkeypatch.setattr(Experiment, "claims", claims)
    return ran


def test_a_sweep_is_computed_once_and_says_what_failed(quick, capsys):
    assert status(["sweep", NAME, *AXES]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{STORE}  6 of 6 cells, 1 failed",
        "failed: alpha=0.05, seed=1: RuntimeError: not this one",
        "left out: alpha=0.02, seed=0: loss has shape (3,), not (2,)",
        "left out: alpha=0.02, seed=1: loss has shape (3,), not (2,)",
    ]
    assert len(quick) == 5
    assert status(["sweep", NAME, *AXES]) == 1
    assert len(quick) == 5
    assert status(["sweep", NAME, *AXES, "--retry", "--json"]) == 1
    found = json.loads(capsys.readouterr().out.split("\n", 4)[4])
    assert found["axes"] == {"alpha": [0.1, 0.05, 0.02], "seed": [0, 1]}
    assert found["failed"][0]["why"] == "RuntimeError: not this one"

    swept = open_sweep(STORE)
    assert swept["error"].sel(alpha=0.1).values.tolist() == [0.1, 0.2]
    assert swept["claims_holding"].sel(seed=0).values.tolist() == [1.0, 1.0, 0.5]
    assert (swept["claims_checked"].sel(seed=0) == 2).all()


def test_what_is_kept_can_be_chosen(quick, capsys):
    assert status(["sweep", NAME, *AXES, "--keep", "loss", "--out", "s.zarr"]) == 1
    swept = open_sweep("s.zarr")
    assert "error" not in swept
    assert "loss has shape (3,), not (2,)" in str(
        swept["cell_error"].sel(alpha=0.02, seed=0).values
    )
    assert status(["sweep", NAME, *AXES, "--keep", "los", "--out", "t.zarr"]) == 1
    assert "there is no los among error, loss" in str(
        open_sweep("t.zarr")["cell_error"].values[0, 0]
    )
    # What was chosen is a part of what the sweep is.
    capsys.readouterr()
    assert status(["sweep", NAME, *AXES, "--out", "s.zarr"]) == 2
    assert "results is all, not loss" in capsys.readouterr().err
    other = ["--config.alpha", "0.1,0.05,0.03", *AXES[2:], "--config.step=0.002", "--keep", "loss"]
    assert status(["sweep", NAME, *other, "--out", "s.zarr"]) == 2
    said = capsys.readouterr().err
    assert "axis alpha is [0.1, 0.05, 0.03], not [0.1, 0.05, 0.02]; setting step is 0.002" in said


def test_half_a_sweep_is_listed_and_drawn(quick, tmp_path, capsys, monkeypatch):
    def stop(self, config, report=None):
        if config.alpha == 0.02:
            raise KeyboardInterrupt
        return real(self, config, report)

    real = Experiment.run
    with monkeypatch.context() as patch:
        patch.setattr(Experiment, "run", stop)
        assert status(["sweep", NAME, *AXES]) == 130
    capsys.readouterr()
    assert status(["list", "--runs"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"{NAME}-smoke-sweep.zarr 4 of 6 cells, 1 failed" in said
    assert said.endswith("alpha×3 seed×2")
    assert status(["list", "--runs", "--out", STORE]) == 0
    assert "4 of 6 cells" in capsys.readouterr().out

    for options in ([], ["--value", "error", "--x", "alpha"]):
        figure = tmp_path / "figure.svg"
        assert status(["plot", STORE, "-o", str(figure), *options]) == 0
        assert figure.read_text("utf-8").startswith("<?xml")
    assert status(["plot", STORE]) == 0
    assert (tmp_path / STORE).with_suffix(".png").exists()
    assert status(["sweep", NAME, *AXES]) == 1
    assert status(["list", "--runs"]) == 0
    assert "6 of 6 cells, 1 failed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config.alpha=0.1"], "give a setting several values, as in --config.seed 0,1,2"),
        (["--config.alpha=0.1,x"], "setting alpha must be a number, got 'x'"),
        (["--config.alpha=0.1,0.10"], "axis 'alpha' has the value 0.1 twice"),
        (["--config.alphas=0.1,0.2"], "has no setting 'alphas': did you mean alpha"),
        (["--config.depths=2,3"], "write '2;3' for several cells, or '2,3;' for one"),
        (["--config.alpha=-1,-2"], "and no other combination can be run"),
        ([*AXES, "--workers=2", "--dask=tcp://x:1"], "give --workers or --dask, not both"),
        ([*AXES, "--workers=-2"], "give a number of workers or a client"),
        ([*AXES, "--dask=tcp://127.0.0.1:9"], "the scheduler tcp://127.0.0.1:9 cannot be reached"),
        ([*AXES, "--out=file/s.zarr"], "file: File exists"),
    ],
)
@pytest.mark.usefixtures("quick")
def test_what_cannot_be_done_is_one_line(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.setattr("tacit.sweeps.workers._PATIENCE", 0.5)
    (tmp_path / "file").write_text("mine")
    assert status(["sweep", NAME, *arguments]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert said in told[0]
    assert not (tmp_path / "runs").exists()


@pytest.mark.usefixtures("quick")
def test_what_cannot_be_drawn_is_one_line(capsys):
    assert status(["sweep", NAME, *AXES, "--quiet"]) == 1
    for arguments, said in (
        ([STORE, "--seed=1"], "of a sweep --value, --x and --y can be chosen, nothing else"),
        ([STORE, "--value=loss"], "there is no result 'loss' of one number a cell: there are"),
        ([STORE, "--x=depth"], "there is no axis 'depth': there are alpha, seed"),
        ([STORE, "--x=alpha", "--y=alpha"], "the two axes are both 'alpha'"),
        ([NAME, "--x=alpha"], f"--value, --x and --y are of a sweep, and {NAME} is none"),
    ):
        assert status(["plot", *arguments]) == 2
        assert said in capsys.readouterr().err


def test_a_cell_is_what_run_gives_with_the_same_settings():
    assert status(["sweep", NAME, *SMALL, "--config.alpha=0.1,0.05"]) == 0
    cell = open_sweep(STORE).sel(alpha=0.05)
    experiment = find(NAME)
    changes = {"depths": "2", "steps": "300", "records": "8", "alpha": "0.05"}
    alone = experiment.run(experiment.configure(overrides=changes))
    for name in ("eigenvalues", "effective_rank", "result"):
        if name in alone:
            assert np.array_equal(cell[name], alone[name], equal_nan=True), name
    np.testing.assert_array_equal(cell["singular_values"], alone["singular_values"])
    assert int(cell["seed"]) == 0


def test_a_time_that_is_left_is_told_roughly():
    assert [_duration(t) for t in (40.0, 600.0, 12_600.0)] == ["40 s", "10 min", "3.5 h"]


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_ctrl_c_ends_the_command_and_its_workers_and_keeps_what_is_done(tmp_path):
    """As on a terminal, where every process of the command gets the signal."""
    command = [sys.executable, "-c", "from tacit.cli import main; main()"]
    axes = ["--config.alpha=0.1,0.05", "--config.seed", ",".join(map(str, range(400)))]
    process = subprocess.Popen(
        [*command, "sweep", NAME, *SMALL, *axes, "--workers=2", "--quiet"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        ends = time.monotonic() + 180
        while not any(sweep.done > 2 for sweep in find_sweeps(tmp_path / "runs")):
            assert process.poll() is None
            assert time.monotonic() < ends
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert said == "tacit: interrupted\n"
    (sweep,) = find_sweeps(tmp_path / "runs")
    assert 2 < sweep.done < 800
    ends = time.monotonic() + 60
    while any_left(process.pid):
        assert time.monotonic() < ends
        time.sleep(0.2)


def any_left(session):
    """Whether a process of that session is left."""
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            return True
    return False
