"""`tacit list | run | check | plot | cite`, as a user calls them."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tacit.cli.app import app
from tacit.cli.entry import status
from tacit.experiments import Presets
from tacit.experiments.chou2024_dynamics import config as chou
from tacit.results import Store
from tacit.runs.compile_cache import cache_folder


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Own cache and runs; the process keeps its settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("tacit.cli.experiments.session.configure_jax", lambda: None)


@pytest.fixture
def small(monkeypatch):
    """The smallest run that makes claims: depth 2."""
    config = chou.Config(depths=(2,), steps=3_000, records=20)
    monkeypatch.setattr(chou, "PRESETS", Presets(smoke=config, paper=config))


def tacit(*arguments, **keywords):
    command = [sys.executable, "-c", "from tacit.cli import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, **keywords)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_run_plot_and_list(tmp_path, capsys):
    assert status(["run", "chou2024_dynamics"]) == 0
    capsys.readouterr()
    (stored,) = Store(tmp_path / "runs").runs()
    assert (stored.name, stored.status) == ("chou2024_dynamics-smoke-seed0", "finished")
    dataset = Store(tmp_path / "runs").load(stored.name)
    for fact in ("tacit_version", "jax_version", "python_version", "device", "config", "seconds"):
        assert fact in dataset.attrs

    for ending, head in (("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")):
        figure = tmp_path / f"figure.{ending}"
        assert status(["plot", "chou2024_dynamics", "-o", str(figure)]) == 0
        first = figure.read_bytes()
        assert first.startswith(head)
        assert status(["plot", "chou2024_dynamics", "-o", str(figure)]) == 0
        assert figure.read_bytes() == first
    assert status(["plot", "chou2024_dynamics"]) == 0
    assert (tmp_path / "runs" / stored.name / "chou2024_dynamics.png").exists()

    capsys.readouterr()
    assert status(["list", "--runs"]) == 0
    assert "finished" in capsys.readouterr().out


@pytest.mark.usefixtures("small")
def test_a_folder_that_cannot_be_made_is_named_first(tmp_path, capsys):
    (tmp_path / "runs").write_text("a file")
    assert status(["run", "chou2024_dynamics", "--quiet"]) == 2
    said = capsys.readouterr().err
    assert said == "tacit: runs/chou2024_dynamics-smoke-seed0: Not a directory\n"


def test_check_prints_claims_as_json(capsys):
    assert status(["check", "chou2024_dynamics", "--seed", "3", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"experiment", "preset", "seed", "changes", "seconds", "claims"}
    assert answer["changes"] == {}
    assert (answer["experiment"], answer["preset"], answer["seed"]) == (
        "chou2024_dynamics",
        "smoke",
        3,
    )
    assert answer["seconds"] > 0
    assert answer["claims"]
    for claim in answer["claims"]:
        assert set(claim) == {"text", "holds", "value", "bound"}
        assert claim["holds"] is True
        assert isinstance(claim["text"], str)
        assert isinstance(claim["value"], float)
        assert isinstance(claim["bound"], float)


@pytest.mark.usefixtures("small")
def test_settings_change_what_runs_and_are_stored(tmp_path):
    changes = ["--config.eigenvalues", "4,2", "--config.steps=500", "--config.step", "5e-4"]
    assert status(["run", "chou2024_dynamics", "--quiet", "--seed", "2", *changes]) == 0
    (stored,) = Store(tmp_path / "runs").runs()
    dataset = Store(tmp_path / "runs").load(stored.name)
    config = json.loads(dataset.attrs["config"])
    assert (config["eigenvalues"], config["steps"], config["step"]) == ([4.0, 2.0], 500, 5e-4)
    assert (config["depths"], config["seed"]) == ([2], 2)
    assert int(dataset["step"][-1]) == 500


@pytest.mark.usefixtures("small")
def test_a_run_with_changed_settings_is_another_run(tmp_path, capsys):
    """It leaves the preset's records alone, is found again however it is typed, and is drawn."""
    store, small = Store(tmp_path / "runs"), ["--config.step", "5e-4", "--config.steps", "500"]
    assert status(["run", "chou2024_dynamics", "--quiet"]) == 0
    assert status(["run", "chou2024_dynamics", "--quiet", *small]) == 0
    own, changed = store.runs()
    assert own.name == "chou2024_dynamics-smoke-seed0"
    assert changed.name.startswith(own.name + "-")
    assert changed.facts["changes"] == {"step": "0.0005", "steps": "500"}
    assert int(store.load(own.name)["step"][-1]) == 3_000

    again = ["--config.steps=500", "--config.step=0.0005", "--config.side", "12"]
    capsys.readouterr()
    assert status(["plot", "chou2024_dynamics", *again]) == 0
    assert capsys.readouterr().out.strip() == f"runs/{changed.name}/chou2024_dynamics.png"
    assert status(["list", "--runs"]) == 0
    assert "step=0.0005 steps=500" in capsys.readouterr().out
    assert status(["run", "chou2024_dynamics", "--quiet", "--config.steps=3000"]) == 0
    assert len(store.runs()) == 2
    assert status(["plot", "chou2024_dynamics", "--config.steps=501"]) == 2
    wanted = "tacit run chou2024_dynamics --preset smoke --seed 0 --config.steps=501 --out runs"
    assert wanted in capsys.readouterr().err


@pytest.mark.usefixtures("small")
def test_a_seed_among_the_settings_is_the_seed(tmp_path):
    changes = ["--config.seed=4", "--config.steps=3000"]
    assert status(["run", "chou2024_dynamics", "--quiet", *changes]) == 0
    (stored,) = Store(tmp_path / "runs").runs()
    assert stored.name == "chou2024_dynamics-smoke-seed4"


@pytest.mark.usefixtures("small")
def test_check_takes_settings(capsys):
    assert status(["check", "chou2024_dynamics", "--json", "--config.steps", "1000"]) == 1
    claims = json.loads(capsys.readouterr().out)["claims"]
    assert not all(claim["holds"] for claim in claims)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_check_claims_half_times_of_the_papers_target_alone(capsys):
    for changes in (["--config.eigenvalues=4,3,2,1"], ["--config.depths=5", "--config.step=5e-4"]):
        changes = [*changes, "--config.steps=300"]
        assert status(["check", "chou2024_dynamics", "--json", *changes]) in (0, 1)
        claims = json.loads(capsys.readouterr().out)["claims"]
        assert claims
        assert not any("half its height" in claim["text"] for claim in claims)


@pytest.mark.usefixtures("small")
def test_check_exits_1_when_a_claim_fails(monkeypatch, capsys):
    config = chou.Config(depths=(2,), steps=1_000, records=20)
    monkeypatch.setattr(chou, "PRESETS", Presets(smoke=config, paper=config))
    assert status(["check", "chou2024_dynamics"]) == 1
    printed = capsys.readouterr().out
    assert "NO" in printed
    assert "1669" in printed


def test_a_killed_run_shows_as_unfinished(tmp_path, capsys):
    code = "from tacit.cli import main; main()"
    arguments = ["run", "chou2024_dynamics", "--preset", "paper", "--out", str(tmp_path / "runs")]
    process = subprocess.Popen([sys.executable, "-c", code, *arguments])
    facts = tmp_path / "runs" / "chou2024_dynamics-paper-seed0" / "run.json"
    wait_for(facts.exists, process)
    process.kill()
    process.wait()
    assert status(["list", "--runs"]) == 0
    assert "unfinished" in capsys.readouterr().out
    assert status(["plot", "chou2024_dynamics", "--preset", "paper"]) == 2
    assert "unfinished" in capsys.readouterr().err


def test_ctrl_c_exits_130_with_one_line(tmp_path):
    # A job in the background inherits an ignored SIGINT, which Python would leave ignored.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tacit.cli import main; main()"
    )
    arguments = ["run", "chou2024_dynamics", "--preset", "paper", "--out", str(tmp_path / "runs")]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for((tmp_path / "runs" / "chou2024_dynamics-paper-seed0" / "run.json").exists, process)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert errors == "tacit: interrupted\n"


def wait_for(condition, process, seconds=60):
    ends = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "chou2024"], "did you mean chou2024_dynamics"),
        (["cite", "nothing"], "there are aoyagi2024_coefficient, arora2019_fig1"),
        (["check", "chou2024_dynamics", "--preset", "large"], "large"),
        (["check", "chou2024_dynamics", "--seed", "one"], "one"),
        (["check"], "NAME"),
        (["check", "chou2024_dynamics", "--config.stpe", "1"], "did you mean step"),
        (
            ["run", "chou2024_dynamics", "--config.steps", "1e3"],
            "must be a whole number, got '1e3'",
        ),
        (["run", "chou2024_dynamics", "--config.step", "-1"], "step must be positive, got -1"),
        (
            ["run", "chou2024_dynamics", "--config.depths="],
            "chou2024_dynamics: setting depths must not be empty: give at least one value",
        ),
        (["run", "chou2024_dynamics", "--config.depths=2,0"], "depths must be positive, got 0"),
        (["run", "chou2024_dynamics", "--config.depths=2,2"], "depths has a value twice"),
        (["run", "chou2024_dynamics", "--config.side=3"], "give fewer or a larger side"),
        (["run", "chou2024_dynamics", "--config.eigenvalues=1,2"], "must be largest first"),
        (["run", "chou2024_dynamics", "--config.records=3"], "records must be at least 4, got 3"),
        (
            ["run", "arora2019_fig1", "--config.init_scales="],
            "setting init_scales must not be empty",
        ),
        (["run", "arora2019_fig1", "--config.rank=31"], "rank must be at most side, 30, got 31"),
        (["run", "arora2019_fig1", "--config.many=901"], "few < many ≤ side² = 900, got 240 and"),
        (["run", "chu2024_fig1", "--config.widths="], "setting widths must not be empty"),
        (["run", "chu2024_fig2", "--config.rates=1,2"], "setting rates must be largest first"),
        (
            ["run", "chu2024_fig3", "--config.widths=1,2"],
            "setting widths must begin with 2 or more",
        ),
        (
            ["run", "chu2024_fig4", "--config.records=1"],
            "records must be between 2 and steps, 3000",
        ),
        (
            ["run", "chu2024_fig5", "--config.large_rate=1e-4"],
            "rate must be below large_rate, 0.0001",
        ),
        (["run", "chu2024_theorems", "--config.rows=4"], "setting rows must be at least 5"),
        (["run", "chou2024_dynamics", "--config.step"], "requires an argument"),
        (["run", "chou2024_dynamics", "--config", "1"], "--config.FIELD VALUE"),
        (["run", "chou2024_dynamics", "--config.step.size", "1"], "--config.step VALUE"),
        (["run", "chou2024_dynamics", "--config.step=1", "--config.step=2"], "multiple times"),
        (["list", "chou2024"], "did you mean chou2024_dynamics"),
        (["list", "chou2024_dynamics", "--runs"], "not both"),
        (["plot", "chou2024_dynamics"], "tacit run chou2024_dynamics --preset smoke --seed 0"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(arguments, message, capsys):
    assert status(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("tacit: ")
    assert printed.err.count("\n") == 1
    assert message in printed.err


@pytest.mark.usefixtures("small")
def test_a_figure_that_cannot_be_written(tmp_path, capsys):
    assert status(["run", "chou2024_dynamics", "--quiet"]) == 0
    for output, message in (("figure.bmp", "not '.bmp'"), ("no/figure.png", "does not exist")):
        assert status(["plot", "chou2024_dynamics", "-o", str(tmp_path / output)]) == 2
        assert message in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert status(["run", "chou2024_dynamics", "--out", str(tmp_path / "file")]) == 2


def test_cite_and_list(capsys):
    assert status(["cite", "arora2019_fig1"]) == 0
    assert capsys.readouterr().out.startswith("@inproceedings{arora2019,")
    assert status(["list"]) == 0
    assert "chou2024_dynamics" in capsys.readouterr().out
    assert status(["list", "--runs"]) == 0
    assert "no runs" in capsys.readouterr().out


def test_list_shows_the_settings_of_an_experiment(capsys):
    assert status(["list", "chou2024_dynamics"]) == 0
    printed = capsys.readouterr().out
    rows = [line.split() for line in printed.splitlines()]
    assert ["steps", "int", "9000", "45000"] in rows
    assert ["depths", "tuple[int,", "...]", "2,3", "2,3,4"] in rows
    assert "`alpha` is the scale of each factor" in printed
    assert status(["run", "--help"]) == 0
    assert "--config.FIELD" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["list"],
        ["list", "--runs"],
        ["list", "arora2019_fig1"],
        ["check", "--help"],
        ["complete", "--help"],
        ["rate", "fit", "--help"],
        ["run", "chou2024_dynamics", "--help"],
    ],
)
def test_help_version_and_list_do_not_import_jax(arguments):
    code = (
        "import sys; from tacit.cli.entry import status; code = status(sys.argv[1:]); "
        "heavy = {'jax', 'equinox', 'xarray', 'matplotlib', 'diffrax', 'polars'}; "
        "heavy &= set(sys.modules); "
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout


def test_every_subcommand_is_listed(capsys):
    assert status(["--help"]) == 0
    printed = capsys.readouterr().out
    for name in ("complete", "rate", "list", "run", "check", "plot", "cite"):
        assert name in printed
        assert name in app


def test_jax_is_configured_for_the_command_line_alone(tmp_path):
    code = (
        "import jax; assert jax.config.jax_compilation_cache_dir is None\n"
        "from tacit.cli.settings import configure_jax; configure_jax(); import os\n"
        "assert os.environ['EQX_ON_ERROR'] == 'nan'\n"
        "assert jax.config.jax_persistent_cache_min_compile_time_secs == 0\n"
        "assert jax.config.jax_persistent_cache_min_entry_size_bytes == -1\n"
        "print(jax.config.jax_compilation_cache_dir)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "JAX_COMPILATION_CACHE_DIR"}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert answer.stdout.strip() == str(cache_folder() / "jax"), answer.stderr
