"""What an import costs, and what it leaves alone. (Import contracts are `lint-imports`' work.)"""

import ast
import importlib
import json
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from operator import attrgetter
from pathlib import Path

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


@pytest.mark.parametrize("package", ["dynamics", "results", "sweeps"])
def test_what_is_looked_up_when_used_is_listed_all_the_same(package):
    """Else the reference leaves it out, and an editor does not complete it."""
    module = importlib.import_module(f"tacit.{package}")
    assert set(module.__all__) <= set(dir(module))


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


def test_type_checkers_see_the_names_that_are_looked_up():
    import tacit

    tree = ast.parse(Path(tacit.__file__).read_text("utf-8"))
    (branch,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in branch.body if isinstance(node, ast.ImportFrom)]
    seen = {
        alias.asname or alias.name: (f"{node.module}", alias.name)
        for node in imports
        for alias in node.names
    }
    looked_up = {name: (f"tacit.{at[0]}", at[1]) for name, at in tacit._PLACES.items()}
    assert seen == looked_up
    assert {*seen, "__version__"} == set(tacit.__all__)
    assert set(tacit.__all__) <= set(dir(tacit))


def test_the_index_by_task_has_every_name_of_the_front_door():
    import tacit

    page = (Path(__file__).parents[2] / "docs/api/tasks.md").read_text("utf-8")
    named = re.findall(r"\{py:\w+\}`~?tacit\.([\w.]+)`", page)
    for name in named:
        attrgetter(name)(tacit)
    last = {name.rsplit(".", 1)[-1] for name in named}
    aliases = {attribute for _, attribute in tacit._NOUNS.values()}
    wanted = (set(tacit.__all__) - set(tacit._NOUNS) - {"__version__"}) | aliases
    assert wanted - last == set()


def imports(folder: Path) -> dict[str, set[str]]:
    """For each module of a package those of it that it imports, for type checkers too.

    A package's face hands names on: it counts as its modules, not as a module.
    """
    files = {
        ".".join(path.relative_to(folder.parent).with_suffix("").parts): path
        for path in folder.rglob("*.py")
        if path.name != "__init__.py"
    }
    graph = {}
    for name, path in files.items():
        lines = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module
        ]
        asked = {f"{line.module}.{alias.name}" for line in lines for alias in line.names}
        graph[name] = (asked | {str(line.module) for line in lines}) & set(files)
    return graph


def circle(graph: dict[str, set[str]]) -> list[str]:
    """A circle of the graph, empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_file_imports_what_imports_it():
    import tacit

    assert circle(imports(Path(tacit.__file__).parent)) == []


def test_a_circle_is_found(tmp_path):
    package = tmp_path / "package"
    (package / "inner").mkdir(parents=True)
    (package / "one.py").write_text("from package.inner import two")
    (package / "inner" / "two.py").write_text("def late():\n    from package.one import thing\n")
    assert set(circle(imports(package))) == {"package.one", "package.inner.two"}
