"""The contract of the ratings model: answers, cold starts, new users, and what is refused."""

import jax
import joblib
import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from tacit.estimators import RatingsModel, ratings_model
from tacit.estimators._triplets import by_user, checked_ratings
from tacit.runs import Result

USERS, ITEMS, SMALL = 60, 40, {"width": 6, "max_iter": 12}


def triplets(seed=0):
    """Ratings of rank 2 with biases and noise 0.2, half of the pairs; ids are not their indices."""
    rng = np.random.default_rng(seed)
    U, V = rng.normal(size=(USERS, 2)), rng.normal(size=(ITEMS, 2))
    b, c = 0.3 * rng.normal(size=USERS), 0.5 * rng.normal(size=ITEMS)
    truth = 3 + U @ V.T + b[:, None] + c
    i, j = np.nonzero(rng.random(truth.shape) < 0.5)
    ratings = truth[i, j] + 0.2 * rng.normal(size=len(i))
    return 10 * i + 5, j + 1000, ratings, truth


USER, ITEM, RATING, TRUTH = triplets()
ALL = np.repeat(10 * np.arange(USERS) + 5, ITEMS), np.tile(np.arange(ITEMS) + 1000, USERS)


@pytest.fixture(scope="module")
def fitted():
    return RatingsModel(**SMALL).fit(USER, ITEM, RATING)


def refit(users, items, ratings, **settings):
    return RatingsModel(**{**SMALL, **settings}).fit(users, items, ratings)


def test_it_predicts_what_was_not_rated(fitted):
    seen = np.zeros(TRUTH.shape, bool)
    seen[(USER - 5) // 10, ITEM - 1000] = True
    errors = (fitted.predict(*ALL).reshape(TRUTH.shape) - TRUTH)[~seen]
    # An oracle that knows the factors of the items errs by 0.2 √(3 / 20) on average.
    assert np.sqrt(np.mean(errors**2)) < 0.15
    assert fitted.noise_ == pytest.approx(0.2, rel=0.1)
    assert fitted.rank_ == 2
    assert fitted.singular_values_.shape == (6,)
    assert isinstance(fitted.n_iter_, int)
    assert 1 <= fitted.n_iter_ <= 12
    assert isinstance(fitted.result_, Result)
    squares = (fitted.predict(USER, ITEM) - RATING) ** 2
    assert fitted.rmse(USER, ITEM, RATING) == pytest.approx(np.sqrt(squares.mean()), rel=1e-5)
    assert fitted.score(USER, ITEM, RATING) == pytest.approx(
        1 - squares.mean() / RATING.var(), rel=1e-5
    )


def test_the_learnt_parts_add_up_to_the_prediction(fitted):
    assert fitted.users_.tolist() == (10 * np.arange(USERS) + 5).tolist()
    assert fitted.items_.tolist() == (np.arange(ITEMS) + 1000).tolist()
    whole = fitted.user_factors_ @ fitted.item_factors_.T
    sigma = np.linalg.svd(whole, compute_uv=False)
    np.testing.assert_allclose(fitted.singular_values_[:2], sigma[:2], rtol=1e-4)
    whole = whole + fitted.global_mean_ + fitted.user_bias_[:, None] + fitted.item_bias_
    np.testing.assert_allclose(fitted.predict(*ALL), whole.ravel(), rtol=0, atol=1e-5)
    history = fitted.history_
    assert history["noise"].sizes == {"record": fitted.n_iter_ + 1}


def test_the_spread_is_that_of_noise_and_factors(fitted):
    expected, deviation = fitted.predict(*ALL, return_std=True)
    spread = fitted.uncertainty(*ALL)
    np.testing.assert_array_equal(expected, fitted.predict(*ALL))
    np.testing.assert_allclose(deviation**2, spread**2 + fitted.noise_**2)
    known, cold = fitted.uncertainty([5, 1], [1003, 1003])
    assert 0 < known < cold


def test_order_and_names_of_the_triplets_do_not_matter(fitted):
    order = np.random.default_rng(1).permutation(len(USER))
    shuffled = refit(USER[order].astype(np.int32), ITEM[order], RATING[order])
    np.testing.assert_array_equal(shuffled.predict(*ALL), fitted.predict(*ALL))
    frame = pl.DataFrame({"who": [f"{u:04}" for u in USER], "what": ITEM, "stars": RATING})
    named = refit(frame["who"], frame["what"].to_list(), frame["stars"])
    np.testing.assert_array_equal(
        named.predict([f"{u:04}" for u in ALL[0]], ALL[1]), fitted.predict(*ALL)
    )


def test_what_is_unknown_is_answered_by_the_biases(fitted):
    item, user = fitted.items_[3].item(), fitted.users_[7].item()
    known_item, known_user, nothing = fitted.predict([-1, user, -1], [item, -1, -1])
    mean = fitted.global_mean_
    assert known_item == pytest.approx(mean + fitted.item_bias_[3], rel=1e-6)
    assert known_user == pytest.approx(mean + fitted.user_bias_[7], rel=1e-6)
    assert nothing == pytest.approx(mean)
    best = fitted.recommend(-1, 3)
    by_bias = np.argsort(-fitted.item_bias_, kind="stable")[:3]
    assert [found for found, _ in best] == fitted.items_[by_bias].tolist()


def test_recommendations_are_the_best_of_what_is_not_rated(fitted):
    user = 75
    rated = set(ITEM[user == USER].tolist())
    everything = dict(
        zip(ALL[1].tolist(), fitted.predict([user] * ITEMS, ALL[1][:ITEMS]), strict=False)
    )
    found = fitted.recommend(user, ITEMS)
    assert [item for item, _ in found] == sorted(
        set(everything) - rated, key=lambda item: -everything[item]
    )
    assert [value for _, value in found] == pytest.approx([everything[i] for i, _ in found])
    assert isinstance(found[0][0], int)
    again = fitted.recommend(user, 5, exclude_seen=False)
    assert [i for i, _ in again] == sorted(everything, key=lambda i: -everything[i])[:5]
    assert fitted.recommend(user, 0) == []


def test_similar_items_have_similar_factors(fitted):
    V = fitted.item_factors_ / np.linalg.norm(fitted.item_factors_, axis=1, keepdims=True)
    cosines = V @ V[4]
    order = [j for j in np.argsort(-cosines).tolist() if j != 4][:5]
    found = fitted.similar_items(1004, 5)
    assert [item for item, _ in found] == [j + 1000 for j in order]
    assert [cosine for _, cosine in found] == pytest.approx(cosines[order], rel=1e-4)
    assert len(fitted.similar_items(1004, 99)) == ITEMS - 1
    with pytest.raises(ValueError, match="the item 7 was not rated in fit"):
        fitted.similar_items(7)


def test_new_and_known_users_are_learnt_with_the_items_fixed(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    model = RatingsModel.load(tmp_path / "model")
    mine = USER == 75
    first = np.flatnonzero(mine)[0]
    # A user of the same ratings under a new name, and a known one who changes their mind.
    users = np.append(np.full(mine.sum(), 7), 75)
    items, ratings = np.append(ITEM[mine], ITEM[first]), np.append(RATING[mine], -1.0)
    assert model.partial_fit_users(users, items, ratings) is model
    changed = RATING[mine].copy()
    changed[0] = -1.0
    fit = fitted.learnt_.fit
    for user, stars in ((7, RATING[mine]), (75, changed)):
        row = fit.with_rows(np.zeros(mine.sum(), int), ITEM[mine] - 1000, stars, 1)
        expected = row.predict(np.zeros(ITEMS, int), np.arange(ITEMS))
        np.testing.assert_allclose(
            model.predict([user] * ITEMS, ALL[1][:ITEMS]), expected, rtol=1e-6
        )
    others = ALL[0] != 75
    np.testing.assert_array_equal(model.predict(*ALL)[others], fitted.predict(*ALL)[others])
    assert model.users_.tolist() == [*fitted.users_.tolist(), 7]
    assert model.learnt_.seen.ratings.nnz == len(USER) + mine.sum()
    assert {i for i, _ in model.recommend(7, ITEMS)}.isdisjoint(ITEM[mine].tolist())
    # Given their own ratings anew, users are where training had left them, but for its last step.
    anew = RatingsModel.load(tmp_path / "model").partial_fit_users(USER, ITEM, RATING)
    np.testing.assert_allclose(anew.predict(*ALL), fitted.predict(*ALL), rtol=0, atol=0.02)


def test_new_users_rate_items_that_are_known(fitted, tmp_path):
    fitted.save(tmp_path / "model")
    model = RatingsModel.load(tmp_path / "model")
    with pytest.warns(UserWarning, match="1 ratings are of items that fit has not seen.*of 1"):
        model.partial_fit_users([7, 7], [1, 1001], [3.0, 4.0], sample_weight=[1, 2])
    assert model.learnt_.seen.items(USERS).tolist() == [1]
    assert model.learnt_.seen.weights.data[-1] == 2
    with pytest.raises(ValueError, match="none of the items is known"):
        model.partial_fit_users([8], [1], [3.0])
    with pytest.raises(NotFittedError):
        RatingsModel().partial_fit_users([8], [1], [3.0])


def test_pairs_rated_twice_count_by_their_mean(fitted):
    users, items = np.append(USER, USER[:2]), np.append(ITEM, ITEM[:2])
    ratings = np.append(RATING, RATING[:2])
    ratings[:2] -= 0.5
    ratings[-2:] += 0.5
    with pytest.warns(UserWarning, match="2 ratings are of a user and an item that were rated"):
        model = refit(users, items, ratings)
    np.testing.assert_allclose(model.predict(*ALL), fitted.predict(*ALL), rtol=0, atol=1e-3)
    seen = model.learnt_.seen.ratings
    np.testing.assert_allclose(seen.toarray()[0, ITEM[:2] - 1000], RATING[:2], rtol=1e-6)
    with pytest.raises(ValueError, match="average them with duplicates='mean'"):
        refit(users, items, ratings, duplicates="error")


def test_means_are_weighted_and_a_weight_of_zero_is_no_rating():
    users, items, ratings = ["a", "b", "a", "c"], [1, 2, 1, 3], [1.0, 3.0, 4.0, 9.0]
    given = checked_ratings(users, items, ratings, [2, 1, 1, 0])
    assert given.users.tolist() == ["a", "b", "a"]
    indices = given._replace(users=np.array([0, 1, 0]), items=np.array([1, 0, 1]))
    with pytest.warns(UserWarning, match="1 ratings are of a user and an item"):
        seen = by_user(indices, (2, 2), "mean")
    assert seen.ratings.toarray().tolist() == [[0, 2], [3, 0]]
    assert seen.weights.toarray().tolist() == [[0, 1.5], [1, 0]]


def test_training_is_told_all_that_was_set(monkeypatch, fitted):
    told = {}

    def train(rows, columns, values, shape, **settings):
        told.update(settings, entries=(rows, columns, values), shape=shape)
        return fitted.learnt_.fit

    monkeypatch.setattr(ratings_model, "complete_ratings", train)
    model = RatingsModel(
        width=3,
        depth=2,
        init_scale=0.5,
        members=4,
        max_iter=5,
        validation_fraction=0.25,
        budget=7,
        random_state=8,
    )
    model.fit([9, 4, 9], ["x", "y", "a"], [1, 2, 3], sample_weight=[1, 2, 3], report=print)
    assert [part.tolist() for part in told.pop("entries")] == [[0, 1, 1], [2, 0, 1], [2, 3, 1]]
    assert told.pop("weights").tolist() == [2, 3, 1]
    assert told.pop("key") == jax.random.key(8)
    assert told == {
        "shape": (2, 3),
        "width": 3,
        "depth": 2,
        "init_scale": 0.5,
        "members": 4,
        "sweeps": 5,
        "held_out": 0.25,
        "budget": 7,
        "mesh": None,
        "report": print,
    }


def test_predictions_keep_to_the_range(fitted):
    model = refit(USER, ITEM, np.clip(RATING, 1, 5), rating_range=(1, 5))
    predicted = model.predict(*ALL)
    assert predicted.min() == 1
    assert predicted.max() == 5
    found = [value for _, value in model.recommend(75, ITEMS)]
    assert found == sorted(found, reverse=True)
    assert max(found) <= 5
    message = r"the rating at position 1, of item 'b' by user 2, is 6; the range is 1 to 5"
    with pytest.raises(ValueError, match=message):
        RatingsModel(rating_range=(1, 5)).fit([1, 2], ["a", "b"], [5, 6])
    with pytest.raises(ValueError, match=r"rating_range must be \(low, high\)"):
        RatingsModel(rating_range=(5, 1)).fit([1], [1], [3])


def test_members_are_averaged():
    model = refit(USER, ITEM, RATING, members=2)
    whole = model.user_factors_ @ model.item_factors_.T + model.global_mean_
    whole = whole + model.user_bias_[:, None] + model.item_bias_
    np.testing.assert_allclose(model.predict(*ALL), whole.ravel(), rtol=0, atol=1e-5)
    assert model.user_factors_.shape == (USERS, 12)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (([], [], []), "there are no ratings"),
        (([1], [1], [1.0], [0.0]), "there are no ratings"),
        (([1, 2], [1], [1.0]), r"of one length, got lengths \[2, 1, 1\]"),
        (([1, 2], [1, 2], [1.0, np.nan]), "position 1, of item 2 by user 2, is nan; leave it out"),
        (([1, 2], [1, 2], [np.inf, 1.0]), "position 0, of item 1 by user 1, is inf"),
        (([1], [1], ["good"]), "ratings: must be numbers"),
        (([1], [1], [1.0], [-1.0]), "the weight at position 0.* is -1; weights are finite"),
        (([1], [1], [1.0], [np.nan]), "the weight at position 0.* is nan"),
        (([None], [1], [1.0]), "users: position 0 holds None"),
        (([1], [np.nan], [1.0]), "items: position 0 holds nan"),
    ],
)
def test_ratings_that_cannot_be_used_are_refused(columns, message):
    with pytest.raises(ValueError, match=message):
        RatingsModel().fit(*columns)


def test_one_rating_is_an_answer_and_equal_ratings_are_said():
    one = RatingsModel(width=1, max_iter=2).fit(["me"], ["this"], [4])
    assert one.predict(["me", "you"], ["this", "that"]) == pytest.approx([4, 4])
    assert one.recommend("me") == []
    assert one.similar_items("this") == []
    assert one.rank_ <= 1
    with pytest.warns(UserWarning, match="all ratings are 3, as all predictions will be"):
        same = refit(USER, ITEM, np.full(len(USER), 3))
    assert same.predict([5, 15, 1], [1002, 1001, 9]) == pytest.approx([3, 3, 3])


def test_it_is_an_estimator(fitted, tmp_path):
    copy = clone(fitted)
    assert copy.get_params() == fitted.get_params()
    assert repr(copy) == "RatingsModel(max_iter=12, width=6)"
    learnt = [name for name in dir(RatingsModel) if name.endswith("_") and name[0] != "_"]
    assert {"rank_", "history_", "user_bias_", "items_", "result_"} <= set(learnt)
    assert not any(hasattr(copy, name) for name in [*learnt, "n_iter_"])
    assert all(hasattr(fitted, name) for name in learnt)
    for method, given in (("predict", ([1], [1])), ("recommend", (1,)), ("save", (tmp_path,))):
        with pytest.raises(NotFittedError, match="fit it first"):
            getattr(copy, method)(*given)
    joblib.dump(fitted, tmp_path / "model.joblib")
    again = joblib.load(tmp_path / "model.joblib")
    np.testing.assert_array_equal(again.predict(*ALL), fitted.predict(*ALL))
    assert again.recommend(75) == fitted.recommend(75)
    with pytest.raises(ValueError, match="2 and 1 ids are no pairs"):
        fitted.predict([1, 2], [1])
