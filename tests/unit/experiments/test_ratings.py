"""Tables of ratings as problems, and the experiment that follows them."""

import jax
import numpy as np
import pytest

from tacit.experiments import find
from tacit.experiments.arora2019_fig3.ratings import make_ratings_problem
from tacit.operators import Entries

KEY = jax.random.key(0)


def table(path, users=16, items=14, seed=3):
    """Ratings of rank one from 1 to 5; the higher an id, the more it has, ids with gaps."""
    rng = np.random.default_rng(seed)
    share = np.add.outer(np.arange(users) / users, np.arange(items) / items) / 2
    seen = np.argwhere(rng.uniform(size=(users, items)) < share + 0.25)
    worth = np.add.outer(rng.uniform(1, 3, users), rng.uniform(0, 2, items)).round()
    rows = [(10 + 3 * i, 7 * j, worth[i, j], 880000 + n) for n, (i, j) in enumerate(seen)]
    path.write_text("\n".join("\t".join(f"{cell:g}" for cell in row) for row in rows) + "\n")
    return path, np.array(rows)


def test_those_with_most_ratings_are_taken_and_some_held_out(tmp_path):
    path, rows = table(tmp_path / "ratings.tsv")
    train, held = make_ratings_problem(str(path), 5, 4, 0.25, "float32", key=KEY)
    assert tuple(train.operator.shape) == tuple(held.operator.shape) == (5, 4)

    def most(column, count):
        names, times = np.unique(rows[:, column], return_counts=True)
        return names[np.argsort(-times, kind="stable")[:count]]

    users, items = most(0, 5), most(1, 4)
    wanted = {
        (np.flatnonzero(users == u)[0], np.flatnonzero(items == i)[0], r)
        for u, i, r, _ in rows
        if u in users and i in items
    }
    found = []
    for part in (train, held):
        assert isinstance(part.operator, Entries)
        at = zip(part.operator.rows, part.operator.columns, part.y, strict=True)
        found.append({(int(i), int(j), float(y)) for i, j, y in at})
    assert found[0] | found[1] == wanted
    assert not found[0] & found[1]
    assert len(found[1]) == round(0.25 * len(wanted))


def test_what_is_held_out_is_the_key_s(tmp_path):
    path, _ = table(tmp_path / "ratings.tsv")
    rows = [
        np.asarray(
            make_ratings_problem(str(path), 5, 4, 0.25, "float32", key=jax.random.key(k))[1].y
        ).tolist()
        for k in (0, 0, 1)
    ]
    assert rows[0] == rows[1] != rows[2]


def test_a_table_that_does_not_fit_is_refused(tmp_path):
    path, _ = table(tmp_path / "ratings.tsv")
    with pytest.raises(ValueError, match=r"setting users is 40, but there are 16: give fewer"):
        make_ratings_problem(str(path), 40, 4, 0.25, "float32", key=KEY)
    (tmp_path / "short.tsv").write_text("1\t2\n2\t3\n")
    with pytest.raises(ValueError, match="give user, item and rating"):
        make_ratings_problem(str(tmp_path / "short.tsv"), 2, 2, 0.25, "float32", key=KEY)


@pytest.mark.slow
def test_the_claims_hold_of_a_small_table(tmp_path):
    path, _ = table(tmp_path / "ratings.tsv")
    experiment = find("arora2019_fig3")
    changes = {"ratings": str(path), "iterations": "20000"}
    config = experiment.configure("smoke", overrides=changes)
    dataset = experiment.run(config)
    assert list(dataset["data"].values) == ["synthetic", "ratings"]
    about = [v for v in experiment.check(dataset, config) if v.text.startswith("ratings")]
    assert [v.holds for v in about] == [True] * (len(config.depths) - 1)
    experiment.plot(dataset)
