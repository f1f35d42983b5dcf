"""`tacit rate` end to end: what it learns and writes, what it says, what it refuses."""

import json
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tacit import _interrupt
from tacit.cli.app import app
from tacit.cli.entry import status
from tacit.cli.rate.checks import parse_range, range_of

USERS, ITEMS = 30, 20


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """A folder with ratings of one strong component, a model of them, and what was printed."""
    folder = tmp_path_factory.mktemp("ratings")
    rng = np.random.default_rng(0)
    users, items = np.divmod(rng.permutation(USERS * ITEMS)[:400], ITEMS)
    taste = rng.normal(size=USERS)[users] * rng.normal(size=ITEMS)[items]
    ratings = np.clip(3 + taste + rng.normal(size=400) / 4, 1, 5).round(2)
    names = [f"u{user}" for user in users]
    table = pl.DataFrame({"when": 0, "userId": names, "movieId": items, "rating": ratings})
    table.write_parquet(folder / "ratings.parquet")
    table[:5].write_csv(folder / "pairs.csv")
    return folder, table


@pytest.fixture
def folder(learnt, monkeypatch):
    """The working folder; in the tests JAX is configured already."""
    monkeypatch.chdir(learnt[0])
    monkeypatch.setattr("tacit.cli.rate.model.configure_jax", lambda: None)
    return learnt[0]


@pytest.fixture
def model(folder, capsys):
    if not Path("model").exists():
        arguments = ["ratings.parquet", "-o", "model", "--rating-range", "1:5", "--width", "4"]
        assert rate("fit", *arguments, "--report", "report.html") == 0
        Path("summary.txt").write_text(capsys.readouterr().out)
    return "model"


def rate(*arguments: str) -> int:
    return status(["rate", *arguments])


def printed(capsys) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_fit_says_what_was_read_and_learnt(model):
    summary = " ".join(Path("summary.txt").read_text().split())
    for words in (
        "400 by 30 users of 20 items",
        "user from 'userId', item from 'movieId', rating from 'rating'",
        "of 4 components are used",
        "standard deviation of a rating",
        "stopped",
        "written model, report.html",
    ):
        assert words in summary


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [([1, 5, 3] * 20, (1, 5)), ([1, 5, 3], None), (np.arange(60), None), ([4.0] * 60, None)],
)
def test_steps_of_a_scale_are_its_range(ratings, expected):
    assert range_of(np.array(ratings, float)) == expected
    assert parse_range("none") is None
    assert parse_range("auto") == "auto"


def test_the_report_is_one_page_with_its_pictures(model):
    text = Path("report.html").read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert text.count("<img") == 4
    for words in ("400 ratings of 20 items", "sweep by sweep", "Biases", "Most and least liked"):
        assert words in text


def test_predictions_are_added_to_the_pairs(model, learnt, capsys):
    pairs = learnt[1][:5]
    stranger = pl.DataFrame({"when": 0, "userId": ["new"], "movieId": [99], "rating": [None]})
    pl.concat([pairs, stranger.cast(pairs.schema)]).write_csv("more.csv")
    assert rate("predict", model, "more.csv", "-o", "out.tsv") == 0
    said = printed(capsys)
    assert "users: 1, items: 1" in said
    assert "root mean square, of the ratings given" in said
    written = pl.read_csv("out.tsv", separator="\t")
    assert written.columns == [*pairs.columns, "prediction", "standard deviation"]
    assert written[:5].select(pairs.columns).equals(pairs)
    np.testing.assert_allclose(written["prediction"][:5], pairs["rating"], atol=1)
    assert written["standard deviation"].min() > 0
    assert written["standard deviation"].arg_max() == 5


def test_predictions_as_json(model, capsys):
    assert rate("predict", model, "pairs.csv", "-o", "out.parquet", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["pairs"], facts["unknown_users"], facts["unknown_items"]) == (5, 0, 0)
    assert 0 < facts["rmse"] < 1
    assert pl.read_parquet("out.parquet").height == 5


def test_recommendations_are_ranked_and_new_to_the_user(model, learnt, capsys):
    assert rate("recommend", model, "--user", "u3", "-n", "4", "--json") == 0
    lines = json.loads(capsys.readouterr().out)["recommended"]
    seen = set(learnt[1].filter(pl.col("userId") == "u3")["movieId"])
    assert [line["rank"] for line in lines] == [1, 2, 3, 4]
    assert not seen & {line["item"] for line in lines}
    ratings = [line["prediction"] for line in lines]
    assert ratings == sorted(ratings, reverse=True)
    assert rate("recommend", model, "--user", "u3", "-n", "20", "--include-seen") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].split() == ["rank", "item", "prediction"]
    assert {int(line.split()[1]) for line in shown[1:]} == set(range(ITEMS))


def test_recommendations_for_all_users_are_a_table(model, capsys):
    assert rate("recommend", model, "--all-users", "-n", "2", "-o", "all.csv") == 0
    table = pl.read_csv("all.csv")
    assert table.columns == ["user", "rank", "item", "prediction"]
    assert table["user"].n_unique() == USERS
    assert table.height == 2 * USERS


def test_a_stranger_is_recommended_what_all_like_and_it_is_said(model, capsys):
    assert rate("recommend", model, "--user", "nobody", "-n", "1") == 0
    assert "note: user nobody is not known" in capsys.readouterr().err


def test_ids_that_are_numbers_are_found_as_they_are_typed(folder, capsys):
    from tacit.cli.rate.model import match_ids

    assert match_ids(np.array(["7", "x"], object), np.array([7, 8])).tolist() == [7, "x"]
    assert match_ids(np.array([7, 8]), np.array(["7"], object)).tolist() == ["7", "8"]


def test_ctrl_c_writes_the_best_model_so_far(model, monkeypatch, capsys):
    sweeps = []

    @contextmanager
    def interrupting(*settings):
        def report(stage, progress):
            sweeps.append(stage)
            if len(sweeps) == 2:
                _interrupt.ask()

        yield report
        assert len(sweeps) == 2

    monkeypatch.setattr("tacit.cli.rate.work.progress_bar", interrupting)
    arguments = ["ratings.parquet", "-o", "stopped", "--rating-range", "1:5", "--width", "4"]
    try:
        assert rate("fit", *arguments, "--json") == 130
    finally:
        _interrupt.forget()
    assert json.loads(capsys.readouterr().out)["result"] == "interrupted"
    assert rate("predict", "stopped", "pairs.csv", "-o", "out.csv", "--quiet") == 0


def bad_inputs() -> dict[str, tuple[list[str], str]]:
    """Arguments after `tacit rate`, and a word of the one line that they give."""
    fit, out = ["fit", "ratings.parquet"], ["-o", "new"]
    ask = ["recommend", "model"]
    return {
        "no such file": (["fit", "none.csv", *out], "no such file"),
        "empty": (["fit", "empty.csv", *out], "is empty"),
        "header only": (["fit", "header.csv", *out], "no rows"),
        "infinite": (["fit", "inf.csv", *out], "not a finite number"),
        "no such column": ([*fit, *out, "--user", "who"], "no column 'who'"),
        "scale in words": ([*fit, *out, "--rating-range", "one"], "--rating-range"),
        "scale upside down": ([*fit, *out, "--rating-range", "5:1"], "--rating-range"),
        "outside the scale": ([*fit, *out, "--rating-range", "2:3"], "2"),
        "width": ([*fit, *out, "--width", "0"], "--width"),
        "depth": ([*fit, *out, "--depth", "1"], "--depth"),
        "validation": ([*fit, *out, "--validation", "1"], "--validation"),
        "budget": ([*fit, *out, "--budget", "0"], "--budget"),
        "there already": ([*fit, "-o", "model"], "--overwrite"),
        "not a model there": ([*fit, "-o", "other", "--overwrite"], "not a ratings model"),
        "no folder": ([*fit, "-o", "no/new"], "does not exist"),
        "not a model": (["predict", "other", "pairs.csv", "-o", "o.csv"], "other"),
        "damaged": (["predict", "damaged", "pairs.csv", "-o", "o.csv"], "damaged"),
        "suffix": (["predict", "model", "pairs.csv", "-o", "o.txt"], ".parquet"),
        "itself": (["predict", "model", "pairs.csv", "-o", "pairs.csv"], "input itself"),
        "predicted already": (["predict", "model", "again.csv", "-o", "o.csv"], "rename"),
        "nobody": (ask, "--user"),
        "everybody and somebody": ([*ask, "--user", "u1", "--all-users"], "--user"),
        "several": ([*ask, "--user", "u1", "--user", "u2"], "-o"),
        "none": ([*ask, "--user", "u1", "-n", "0"], "--count"),
    }


@pytest.mark.parametrize("name", bad_inputs())
def test_bad_input_is_one_line_and_nothing_is_written(model, capsys, name):
    Path("empty.csv").write_bytes(b"")
    Path("header.csv").write_text("user,item,rating\n")
    Path("inf.csv").write_text("user,item,rating\n1,2,inf\n")
    Path("again.csv").write_text("user,item,prediction\nu1,2,3\n")
    for folder in ("other", "damaged"):
        Path(folder).mkdir(exist_ok=True)
    Path("other/file").write_text("mine")
    Path("damaged/model.json").write_text("{")
    arguments, word = bad_inputs()[name]
    before = {path: path.stat().st_mtime_ns for path in Path(".").rglob("*")}
    assert rate(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.startswith("tacit: ")
    assert word in said.err
    assert {path: path.stat().st_mtime_ns for path in Path(".").rglob("*")} == before


def test_every_subcommand_has_help_with_an_example(capsys):
    assert "rate" in app
    for name in ("fit", "predict", "recommend"):
        assert rate(name, "--help") == 0
        assert f"tacit rate {name} " in capsys.readouterr().out
