"""Ctrl-C in a completion: an answer, the best that there was."""

import numpy as np
import pytest

from tacit import _interrupt
from tacit.completion import Factors, complete
from tacit.runs import Result

from .small import KEY, METHODS, NOISE, rms, table

TRUTH, MISSING = table()
DATA = np.where(MISSING, np.nan, TRUTH)
QUICK = {"methods": [METHODS["factors"]], "axes": ("sample", "item"), "key": KEY}


class Interrupting:
    """Counts what is reported, and at a call raises, or asks as a command does."""

    def __init__(self, at, raises=True):
        self.at, self.raises, self.titles = at, raises, []

    def __call__(self, title, progress):
        self.titles.append(title)
        if not self.at(title, len(self.titles)):
            return
        if self.raises:
            raise KeyboardInterrupt
        _interrupt.ask()


@pytest.fixture
def forgotten():
    """Nobody is asked to end by the time that the next test begins."""
    yield
    _interrupt.forget()


@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("raises", [True, False], ids=["raised", "asked"])
@pytest.mark.parametrize("stage", ["first chunk", "second method", "refit"])
def test_ctrl_c_gives_the_best_answer_so_far(stage, raises):
    other = Factors(6, depth=2.0)
    report = Interrupting(
        {
            "first chunk": lambda _, count: count == 1,
            "second method": lambda title, _: title == str(other),
            "refit": lambda title, _: title == "refit 1",
        }[stage],
        raises,
    )
    methods = [*QUICK["methods"], other]
    found = complete(DATA, report=report, **QUICK | {"methods": methods})
    assert found.result is Result.INTERRUPTED
    assert report.at(report.titles[-1], len(report.titles))
    assert np.isfinite(found.filled).all()
    np.testing.assert_array_equal(found.filled[~MISSING], TRUTH[~MISSING])
    if stage != "first chunk":
        # What the search found, not what training on all that is seen had come to.
        assert rms((found.filled - TRUTH)[MISSING]) < 3 * NOISE
    if stage == "refit":
        assert found.refit is found.trajectory


@pytest.mark.parametrize("number", [2, 3])
def test_ctrl_c_outside_a_run_loses_nothing(number, monkeypatch):
    """Before the second method begins, and before the refit does."""
    from tacit.completion import refit, search

    calls = []
    for module in (refit, search):

        def interrupted(*given, original=module.train, **settings):
            calls.append(given)
            if len(calls) == number:
                raise KeyboardInterrupt
            return original(*given, **settings)

        monkeypatch.setattr(module, "train", interrupted)
    methods = [*QUICK["methods"], Factors(6, depth=2.0)]
    found = complete(DATA, **QUICK | {"methods": methods})
    assert found.result is Result.INTERRUPTED
    assert len(calls) == number
    assert rms((found.filled - TRUTH)[MISSING]) < 3 * NOISE
    assert len(found.choice.candidates) == number - 1
