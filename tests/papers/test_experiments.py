"""The laws of an experiment, for every one in the registry."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

import tacit.experiments
from tacit.experiments import EXPERIMENTS, citation, find
from tacit.results import Store, provenance

each = pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: experiment.name)


def test_every_claim_holds_on_the_smoke_preset(smoke):
    experiment, config, dataset = smoke
    verdicts = experiment.check(dataset, config)
    assert [verdict for verdict in verdicts if not verdict.holds] == []
    assert len({verdict.text for verdict in verdicts}) == len(verdicts)


def test_records_come_back_from_the_store(smoke, tmp_path):
    experiment, config, dataset = smoke
    dataset = dataset.assign_attrs(provenance(config, seed=config.seed))
    store = Store(tmp_path)
    store.begin(experiment.name).finish(dataset)
    xr.testing.assert_identical(store.load(experiment.name), dataset)
    assert json.loads(dataset.attrs["config"])["seed"] == config.seed


def perturbations(dataset):
    """Each variable scaled, shifted, lost, reversed or tilted."""
    for name, variable in dataset.data_vars.items():
        if not np.issubdtype(variable.dtype, np.number) or variable.size == 0:
            continue
        values = variable.astype(float)
        ramp = np.linspace(0, 3, values.size).reshape(values.shape)
        changed = {
            "halved": values / 2,
            "raised": values + 1,
            "far larger": values * 1e4 + 1,
            "lost": values * np.nan,
            "reversed": values.copy(data=values.values[..., ::-1]) if values.ndim else values,
            "backwards": values.copy(data=values.values.ravel()[::-1].reshape(values.shape)),
            "tilted": values + ramp,
            "falling": values - ramp,
        }
        for kind, perturbed in changed.items():
            yield name, kind, dataset.assign({name: perturbed})


def test_every_claim_can_fail(smoke):
    experiment, config, dataset = smoke
    claims = experiment.claims(config)
    never_failed = {claim.text for claim in claims}
    for _, _, perturbed in perturbations(dataset):
        with np.errstate(all="ignore"):
            never_failed -= {
                claim.text
                for claim in claims
                if claim.text in never_failed and not claim.check(perturbed).holds
            }
    assert never_failed == set()


def test_what_is_not_a_number_satisfies_no_claim(smoke):
    experiment, config, dataset = smoke
    lost = dataset.map(lambda variable: variable.astype(float) * np.nan)
    for verdict in experiment.check(lost, config):
        assert not verdict.holds, verdict


def test_it_draws_from_the_dataset_alone(smoke, tmp_path):
    experiment, _, dataset = smoke
    figure = experiment.plot(dataset)
    assert isinstance(figure, Figure)
    for axes in figure.axes:
        drawn = axes.axison and len(axes.get_yticks())
        assert axes.get_ylabel() or not drawn or axes.get_subplotspec().colspan.start > 0
    figure.savefig(tmp_path / "figure.png", dpi=50)


def test_a_run_is_pure_and_leaves_the_precision_alone():
    experiment = find("chou2024_dynamics")
    config = experiment.configure("smoke", seed=5)
    config = replace(config, depths=(2,), steps=50, records=10)
    shares, precision = [], jnp.ones(()).dtype
    first = experiment.run(config, lambda share, what: shares.append(share))
    xr.testing.assert_identical(first, experiment.run(config))
    assert first["eigenvalue"].dtype == np.float64
    assert jnp.ones(()).dtype == precision
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@each
def test_its_configuration(experiment):
    for preset in ("smoke", "paper"):
        config = experiment.configure(preset, seed=11)
        assert config.seed == 11
        with pytest.raises(AttributeError):
            config.seed = 1
        json.loads(provenance(config)["config"])
    with pytest.raises(ValueError, match="no preset 'papers'"):
        experiment.configure("papers")


@each
def test_its_paper_is_in_the_bibliography(experiment):
    assert citation(experiment.reference).startswith("@")


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(ValueError, match="did you mean chou2024_dynamics"):
        find("chou2024_dynamic")
    with pytest.raises(ValueError, match="no reference 'nobody'"):
        citation("nobody")


def test_the_registry_is_read_without_jax():
    code = "import sys, tacit.experiments, tacit.results, tacit.plots; print('jax' in sys.modules, "
    code += "'xarray' in sys.modules, 'matplotlib' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.split() == ["False"] * 3, answer.stderr


def test_configurations_are_read_without_jax_and_arrays():
    code = """
import sys
from importlib import import_module
from tacit.experiments import EXPERIMENTS

for experiment in EXPERIMENTS:
    config = import_module(f"tacit.experiments.{experiment.name}.config")
    assert isinstance(config.PRESETS.paper, config.Config)
    assert experiment.settings().settings
print(sorted({"jax", "numpy", "scipy", "xarray", "equinox", "matplotlib"} & set(sys.modules)))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "[]", answer.stderr + answer.stdout


def test_every_folder_is_in_the_registry():
    folder = Path(tacit.experiments.__file__).parent
    names = {part.parent.name for part in folder.glob("*/config.py")}
    assert names == {experiment.name for experiment in EXPERIMENTS}
    for experiment in EXPERIMENTS:
        for part in ("run", "claims", "figure"):
            assert (folder / experiment.name / f"{part}.py").is_file()


def test_the_page_of_what_was_not_confirmed_names_commands_and_pages_that_exist():
    docs = Path(__file__).parents[2] / "docs"
    text = (docs / "what_we_could_not_confirm.md").read_text(encoding="utf-8")
    commands = re.findall(r"`tacit check ([a-z0-9_]+)([^`]*)`", text)
    assert len(commands) > 10
    for name, options in commands:
        words = options.split()
        names = [word for word in words[::2] if word.startswith("--config.")]
        changes = {word.removeprefix("--config."): words[words.index(word) + 1] for word in names}
        find(name).configure(overrides=changes)
        assert set(words[::2]) <= {"--preset", *names}
    for page in re.findall(r"\[\]\(([\w/]+)\)", text):
        assert (docs / f"{page}.md").is_file(), page


@pytest.mark.papers
@each
def test_the_paper_preset_holds(experiment):
    config = experiment.configure("paper")
    failed = [v for v in experiment.check(experiment.run(config), config) if not v.holds]
    assert failed == []
