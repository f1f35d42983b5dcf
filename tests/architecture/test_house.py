"""The house's rules, read off the source: no circles, arguments told, long functions in parts."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from statistics import median

import pytest

import tacit

SOURCE = Path(tacit.__file__).parent
LONG = 25
"""Lines from which on a function is in paragraphs."""


@cache
def modules() -> dict[str, Path]:
    paths = {path.relative_to(SOURCE.parent): path for path in sorted(SOURCE.rglob("*.py"))}
    return {
        ".".join(short.with_suffix("").parts).removesuffix(".__init__"): path
        for short, path in paths.items()
    }


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(name: str) -> set[str]:
    """Files that a module imports from, for type checkers alone too.

    A package's face hands names on; what is imported from it is none of its own.
    """
    known = modules()
    found = set()
    for node in ast.walk(tree(known[name])):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                asked = (f"{node.module}.{alias.name}", node.module)
                found |= set([target for target in asked if target in known][:1])
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name in known}
    return {target for target in found - {name} if known[target].name != "__init__.py"}


def circles(graph: dict[str, set[str]]) -> list[str]:
    """What is left when files that import none of those left are taken away, and so on."""
    left = {name: set(targets) for name, targets in graph.items()}
    while leaves := {name for name, targets in left.items() if not targets & set(left)}:
        left = {name: targets for name, targets in left.items() if name not in leaves}
    # And the other way round: files that stand on a circle, but are imported by none of it.
    while roots := set(left) - set().union(*left.values(), set()):
        left = {name: targets for name, targets in left.items() if name not in roots}
    return sorted(left)


def test_no_files_import_each_other_in_a_circle():
    assert circles({name: imported(name) for name in modules()}) == []


def test_a_circle_would_be_seen():
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"b"}, "d": set(), "e": {"a"}}
    assert circles(graph) == ["b", "c"]
    assert circles({"a": {"b"}, "b": set()}) == []


def test_public_functions_of_three_arguments_say_what_they_take():
    silent = []
    for name, path in modules().items():
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef) or path.name.startswith("_"):
                continue
            count = len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])
            told = "Args:" in (ast.get_docstring(node) or "")
            if count >= 3 and not node.name.startswith("_") and not told:
                silent.append(f"{name}.{node.name}")
    assert silent == []


def test_long_functions_are_in_paragraphs():
    """A blank line or a comment at least; five in a hundred may do without."""
    walls, count = [], 0
    for name, path in modules().items():
        lines = path.read_text("utf-8").splitlines()
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.FunctionDef):
                continue
            body = node.body[ast.get_docstring(node) is not None :]
            text = lines[body[0].lineno - 1 : node.end_lineno] if body else []
            if len(text) < LONG:
                continue
            count += 1
            if not any(not line.strip() or "# " in line for line in text):
                walls.append(f"{name}.{node.name}")
    assert len(walls) <= 0.05 * count, walls


def test_programs_are_compiled_so_that_they_end():
    """By `tacit._jit`: what `jax.jit` compiles can wait for itself for ever on CPUs."""
    compiled = re.compile(r"(?<!`)\b(jax\.jit|filter_jit|pjit)\b(?!`)")
    others = [path for path in SOURCE.rglob("*.py") if path.name != "_jit.py"]
    found = [path.name for path in others if compiled.search(path.read_text("utf-8"))]
    assert found == []


def lengths(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): len(path.read_text("utf-8").splitlines())
        for path in folder.rglob("*.py")
    }


def test_files_are_short():
    found = lengths(SOURCE)
    assert {name: length for name, length in found.items() if length > 300} == {}
    assert median(found.values()) <= 120


def test_test_files_are_short():
    found = lengths(Path(__file__).parents[1])
    assert {name: length for name, length in found.items() if length > 400} == {}


def test_what_a_command_wrote_is_not_kept_in_the_repository():
    """Outputs of `tacit` run at the root were once committed; only these folders hold data."""
    root = Path(__file__).parents[2]
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    folders = {Path(line).parts[0] for line in listed.stdout.splitlines() if "/" in line}
    assert folders <= {".ci", "benchmarks", "docs", "examples", "src", "tests"}
    files = {line for line in listed.stdout.splitlines() if "/" not in line}
    kinds = {"", ".cff", ".md", ".toml", ".txt", ".yaml"}
    assert {name for name in files if Path(name).suffix not in kinds} == set()
