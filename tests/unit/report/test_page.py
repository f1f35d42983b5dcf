"""The report is one file that needs nothing from outside."""

import re

import jax
import numpy as np
import pytest

from tacit.completion import complete, scores
from tacit.report import write_report


@pytest.fixture(scope="module")
def completed():
    rng = np.random.default_rng(0)
    truth = np.clip(0.5 + 0.1 * rng.normal(size=(24, 1)) @ rng.normal(size=(1, 20)), 0, 1)
    mask = rng.random((24, 20)) < 0.3
    completion = complete(
        truth, mask, model=[(2, 1e-3)], penalty=None, refits=1, key=jax.random.key(0)
    )
    return truth, mask, completion


def test_it_is_self_contained_and_says_what_was_done(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    write_report(
        path,
        completion,
        np.where(mask, np.nan, truth),
        title="a <b> title",
        truth=truth,
        scores=scores(completion.filled, truth, mask),
        notes=["row 3 is wholly missing"],
        settings={"seed": 0},
        command="tacit complete in.png -o out.png",
    )
    text = path.read_text("utf-8")
    assert not re.findall(r'(?:src|href)="(?!data:)', text)
    assert "http-equiv" not in text
    assert "a &lt;b&gt; title" in text
    assert text.count("<img") == 4 + 3
    for words in ("row 3 is wholly", "PSNR over missing", "tacit complete in.png", "jax_version"):
        assert words in text
    assert "$" not in re.sub(r"<img[^>]*>", "", text)


def test_an_unknown_truth_is_left_out(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    write_report(path, completion, np.where(mask, np.nan, truth), title="t")
    text = path.read_text("utf-8")
    assert text.count("<img") == 3 + 3
    assert "PSNR" not in text
