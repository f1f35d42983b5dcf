"""Two functions are the same sweep if they give the same, as far as that can be seen."""

import functools
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest

from tacit.sweeps.fingerprint import fingerprint

SOURCE = """
import numpy as np

STEP = {step}
KINDS = {{"a", "b", "c"}}


def helper(x):
    return x + {added}


def fit(x, power={power}):
    {comment}
    return {{"y": helper(x) ** power * STEP, "kind": "a" in KINDS}}
"""
PLAIN = {"step": 0.1, "added": 1, "power": 2, "comment": "pass"}


def module(tmp_path, name="study", **changes):
    """A module in a file of its own, as a user writes it."""
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.py"
    path.write_text(SOURCE.format(**{**PLAIN, **changes}))
    made = ModuleType(name)
    made.__file__ = str(path)
    exec(compile(path.read_text(), str(path), "exec"), made.__dict__)
    return made


def unlike(one, two):
    one, two = fingerprint(one), fingerprint(two)
    return {name for name in {**one, **two} if one.get(name) != two.get(name)}


def test_layout_and_comments_do_not_count(tmp_path):
    one = module(tmp_path).fit
    assert unlike(one, module(tmp_path).fit) == set()
    assert unlike(one, module(tmp_path, comment="pass  # a word").fit) == set()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"step": 0.2}, {"STEP"}),
        ({"added": 2}, {"code of helper"}),
        ({"power": 3}, {"code of fit", "default of power"}),
        ({"comment": "x = x + 1"}, {"code of fit"}),
        ({"name": "other"}, {"function"}),
    ],
)
def test_what_changes_results_is_named(tmp_path, changes, said):
    assert unlike(module(tmp_path).fit, module(tmp_path, **changes).fit) == said


def test_captured_values_count():
    def made(values):
        return lambda x: {"y": x * values}

    assert unlike(made(np.ones(3)), made(np.ones(3))) == set()
    assert unlike(made(np.ones(3)), made(np.zeros(3))) == {"values"}
    one = functools.partial(pow, 2, mod=5)
    assert unlike(one, functools.partial(pow, 2, mod=5)) == set()
    assert unlike(one, functools.partial(pow, 2, mod=7)) == {"argument mod"}


def test_functions_that_call_each_other_end():
    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    assert {"code of " + f.__qualname__ for f in (even, odd)} <= fingerprint(even).keys()


def test_it_is_the_same_in_another_process(tmp_path):
    """Sets are in another order there, and a function without source is what it compiles to."""
    (tmp_path / "study.py").write_text(SOURCE.format(**PLAIN))
    code = (
        "from study import fit\n"
        "from tacit.sweeps.fingerprint import fingerprint\n"
        "def typed(x): return [x, {'a', 'b', 'c'}]\n"
        "print(fingerprint(fit), fingerprint(typed))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
