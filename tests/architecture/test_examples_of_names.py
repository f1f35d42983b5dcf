"""Every public name stands on a page of the reference whose example runs, here."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

import tacit

PAGES = Path(__file__).parents[2] / "docs/api"


def example(package: str) -> doctest.DocTest:
    """The example in the docstring of a sub-package, which its page in the reference shows."""
    told = importlib.import_module(f"tacit.{package}").__doc__ or ""
    return doctest.DocTestParser().get_doctest(told, {}, package, package, 0)


def used(test: doctest.DocTest, package: str) -> set[str]:
    """Names that an example imports from a sub-package and then uses."""
    tree = ast.parse("".join(piece.source for piece in test.examples))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    asked = {
        alias.name for node in imports if node.module == f"tacit.{package}" for alias in node.names
    }
    return asked & {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def lacking(packages: tuple[str, ...], pages: Path) -> list[str]:
    """Sub-packages without a page in the reference, or without an example of one of their names."""
    listed = (pages / "index.md").read_text("utf-8").split("{toctree}")[1].split()
    found = []
    for package in packages:
        page = pages / f"{package}.md"
        shown = page.exists() and f"automodule:: tacit.{package}\n" in page.read_text("utf-8")
        names = set(importlib.import_module(f"tacit.{package}").__all__)
        if not (shown and package in listed and used(example(package), package) & names):
            found.append(package)
    return found


def test_every_subpackage_has_a_page_with_an_example_of_its_names():
    """A page shows all of `__all__`, so each name is on a page that has an example."""
    assert lacking(tacit._SUBPACKAGES, PAGES) == []
    assert {path.stem for path in PAGES.glob("*.md")} - {"index", "tasks"} == set(
        tacit._SUBPACKAGES
    )


def test_a_page_that_is_gone_would_be_seen(tmp_path):
    for path in PAGES.glob("*.md"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    (tmp_path / "plots.md").unlink()
    assert lacking(tacit._SUBPACKAGES, tmp_path) == ["plots"]


def test_an_example_that_uses_nothing_of_its_package_would_be_seen():
    parse = doctest.DocTestParser().get_doctest
    text = ">>> from tacit.plots import curves\n>>> import jax\n>>> jax.devices()\n"
    assert used(parse(text, {}, "plots", "plots", 0), "plots") == set()
    assert used(parse(text + ">>> curves\n", {}, "plots", "plots", 0), "plots") == {"curves"}


def test_every_name_of_the_front_door_stands_on_a_page():
    for name, (package, attribute) in tacit._PLACES.items():
        assert attribute in importlib.import_module(f"tacit.{package}").__all__, name


@pytest.mark.parametrize("package", tacit._SUBPACKAGES)
def test_the_example_of_a_subpackage_runs(package, unchecked):
    """As for a user: its output is what the page shows."""
    test = example(package)
    test.globs["__name__"] = "__main__"
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.failed == 0, "".join(said)


def test_a_wrong_output_would_be_seen():
    test = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(test, out=lambda _: None).failed == 1
