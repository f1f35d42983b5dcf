"""What an import costs, and what it leaves alone. (Import contracts are `lint-imports`' work.)"""

import json
import subprocess
import sys

import pytest

HEAVY = {"jax", "matplotlib", "sklearn", "xarray", "zarr", "pandas", "polars", "diffrax", "scipy"}


def python(code: str) -> str:
    """Output of a fresh interpreter, without the tests' own settings."""
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    return finished.stdout


def imported_by(statement: str) -> set[str]:
    code = f"import json, sys; {statement}; print(json.dumps(list(sys.modules)))"
    return set(json.loads(python(code))) & HEAVY


def test_the_front_door_imports_nothing_heavy():
    assert imported_by("import tacit") == set()
    assert imported_by("import tacit; dir(tacit); tacit.__version__") == set()


@pytest.mark.parametrize(
    "package",
    [
        "algebra",
        "operators",
        "models",
        "problems",
        "observers",
        "dynamics",
        "solvers",
        "runs",
        "certificates",
    ],
)
def test_the_core_imports_no_table_figure_or_flow(package):
    assert imported_by(f"import tacit.{package}") <= {"jax", "scipy"}


def test_flow_is_looked_up_when_used():
    assert "diffrax" in imported_by("from tacit.dynamics import GradientFlow")


def test_importing_changes_no_setting_of_jax():
    code = """
import jax, os, json
before, environment = dict(jax.config.values), dict(os.environ)
import tacit, tacit.runs, tacit.solvers, tacit.testing
from tacit.dynamics import GradientFlow
after = dict(jax.config.values)
print(json.dumps([k for k in after if before.get(k) != after[k]]))
print(json.dumps(environment == dict(os.environ)))
"""
    changed, same = python(code).splitlines()
    assert json.loads(changed) == []
    assert json.loads(same)


def test_every_name_of_the_front_door_is_there():
    import tacit

    for name in tacit.__all__:
        assert getattr(tacit, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = tacit.nonsense
