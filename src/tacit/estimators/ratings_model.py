"""The model of star ratings."""

import math
import os
import warnings
from typing import Literal

import jax
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score

from tacit._typing import Any, Callable
from tacit.completion import complete_ratings
from tacit.estimators._columns import read_ids
from tacit.estimators._ids import learn
from tacit.estimators._learnt import Learnt, highest
from tacit.estimators._learnt_attributes import LearntAttributes
from tacit.estimators._saved import load, save
from tacit.estimators._triplets import Ratings, by_user, checked_ratings
from tacit.runs import Progress, device_mesh

Values = NDArray[np.floating]
Index = NDArray[np.int32]


class RatingsModel(LearntAttributes, BaseEstimator):
    """Expected rating μ + b_user + c_item + u_user · v_item, learnt from (user, item, rating).

    The width is generous, and training decides how many of the components stay; nothing is formed
    for pairs that are not rated, so that time and memory are in proportion to the ratings. See
    `tacit.completion.complete_ratings`, of which this is a face. Users and items are known by any
    ids that can be hashed; one that `fit` has not seen is answered by the bias of the other side.

    Args:
        width: number of components to begin with.
        depth: of the factorisation whose prior is used, from 2 to infinity.
        init_scale: standard deviation of the factors at the start, relative to √ of that of the
            ratings.
        rating_range: the least and the greatest rating there is; predictions are clipped to it.
        members: starts over which the answer is averaged.
        max_iter: most sweeps.
        validation_fraction: share of the ratings held out to stop where they are predicted best;
            training then begins afresh on all of them. 0 for none.
        duplicates: what becomes of a pair that is rated more than once: its weighted mean,
            with a warning, or an error.
        budget: seconds after which no further sweep begins.
        random_state: seed of the starts and of the held-out ratings.
        devices: of JAX over which users and their ratings are shared out, or "all". With those of
            several processes each calls `fit` with all ratings, and gets the whole model.

    Attributes:
        n_iter_: sweeps taken.
        learnt_: what the methods read; the attributes below are views of it.
    """

    def __init__(
        self,
        *,
        width: int = 32,
        depth: float | int = math.inf,
        init_scale: float | int = 0.1,
        rating_range: tuple[float | int, float | int] | None = None,
        members: int = 1,
        max_iter: int = 30,
        validation_fraction: float | int = 0.0,
        duplicates: Literal["mean", "error"] = "mean",
        budget: float | int | None = None,
        random_state: int = 0,
        devices: int | Literal["all"] = 1,
    ):
        self.width = width
        self.depth = depth
        self.init_scale = init_scale
        self.rating_range = rating_range
        self.members = members
        self.max_iter = max_iter
        self.validation_fraction = validation_fraction
        self.duplicates: Literal["mean", "error"] = duplicates
        self.budget = budget
        self.random_state = random_state
        self.devices: int | Literal["all"] = devices

    def fit(
        self,
        users: Any,
        items: Any,
        ratings: Any,
        sample_weight: Any = None,
        *,
        report: Callable[[str, Progress], None] | None = None,
    ) -> "RatingsModel":
        """Learn from triplets, given as three lists, arrays or columns of a data frame.

        Args:
            users: who rated.
            items: what.
            ratings: how.
            sample_weight: precision of a rating relative to that of the others.
            report: called after each sweep with the stage and its progress.

        Raises:
            ValueError: if there are no ratings, or one of them cannot be used, which is named.
        """
        given = self._checked(users, items, ratings, sample_weight)
        known_users, rows = learn(given.users, "users")
        known_items, columns = learn(given.items, "items")
        shape = len(known_users), len(known_items)
        seen = by_user(given._replace(users=rows, items=columns), shape, self.duplicates)
        # Ten million ratings are held once.
        del given, rows, columns
        entries = seen.entries()
        if len(entries.ratings) > 1 and np.ptp(entries.ratings) == 0:
            warnings.warn(
                f"RatingsModel: all ratings are {entries.ratings[0]:g}, as all predictions will be",
                UserWarning,
                stacklevel=2,
            )

        fit = complete_ratings(
            entries.users,
            entries.items,
            entries.ratings,
            shape,
            weights=entries.weights,
            width=self.width,
            depth=self.depth,
            init_scale=self.init_scale,
            members=self.members,
            sweeps=self.max_iter,
            held_out=self.validation_fraction,
            budget=self.budget,
            report=report,
            mesh=None if self.devices == 1 else device_mesh(self.devices),
            key=jax.random.key(self.random_state),
        )
        self.learnt_ = Learnt(fit, known_users, known_items, seen)
        self.n_iter_ = max(1, fit.steps)
        return self

    def partial_fit_users(
        self, users: Any, items: Any, ratings: Any, sample_weight: Any = None
    ) -> "RatingsModel":
        """Add users, or ratings to users, with the items as they are.

        A user's earlier ratings count on, but for those of items that are rated again. Ratings of
        unknown items are left out, with a warning.

        Raises:
            NotFittedError: before `fit`.
            ValueError: as `fit`, and if none of the items is known.
        """
        learnt = self._known
        given = self._checked(users, items, ratings, sample_weight)
        columns = learnt.items.find(given.items, "items")
        known = columns >= 0
        if not known.any():
            raise ValueError("RatingsModel: none of the items is known; fit again with all ratings")
        if not known.all():
            (first,) = given.items[~known][:1].tolist()
            warnings.warn(
                f"RatingsModel: {int((~known).sum())} ratings are of items that fit has not seen, "
                f"the first of {first!r}; they are left out",
                UserWarning,
                stacklevel=2,
            )
        given = given._replace(items=columns).at(known)
        ids, rows = learn(given.users, "users")
        shape = len(ids), len(learnt.items)
        new = by_user(given._replace(users=rows), shape, self.duplicates)
        self.learnt_ = learnt.with_users(ids.values, new)
        return self

    def predict(self, users: Any, items: Any, *, return_std: bool = False) -> Any:
        """Expected rating of each pair (users[k], items[k]), within `rating_range` if there is one.

        Args:
            users: who.
            items: what.
            return_std: also return the standard deviation of a rating about its expectation, of
                the noise and of the uncertainty of the factors together.

        Raises:
            NotFittedError: before `fit`.
        """
        rows, columns = self._indices(users, items)
        expected = self._clipped(self._known.fit.predict(rows, columns))
        if not return_std:
            return expected
        spread = self._known.fit.spread(rows, columns)
        return expected, np.hypot(spread, self._known.fit.noise)

    def uncertainty(self, users: Any, items: Any) -> Values:
        """Standard deviation of the expectation of each pair, without the noise of a rating."""
        return self._known.fit.spread(*self._indices(users, items))

    def recommend(
        self, user: Any, n: int = 10, *, exclude_seen: bool = True
    ) -> list[tuple[Any, float]]:
        """The n items with the highest expected rating for a user, and that rating.

        An unknown user gets the items that are rated highest by their biases.

        Args:
            user: an id.
            n: how many at most.
            exclude_seen: leave out what the user has rated.
        """
        learnt = self._known
        (row,) = learnt.users.find(read_ids([user], "user"), "user").tolist()
        scores = np.array(learnt.fit.row_scores(row))
        count = len(scores)
        if exclude_seen and row >= 0:
            rated = learnt.seen.items(row)
            scores[rated] = -np.inf
            count -= len(rated)
        best = highest(scores, min(n, count))
        return [
            (learnt.items[item], float(expected))
            for item, expected in zip(best, self._clipped(scores[best]), strict=True)
        ]

    def similar_items(self, item: Any, n: int = 10) -> list[tuple[Any, float]]:
        """The n items whose factors are most like those of an item, with the cosine between them.

        Raises:
            ValueError: if the item is unknown.
        """
        learnt = self._known
        (column,) = learnt.items.find(read_ids([item], "item"), "item").tolist()
        if column < 0:
            raise ValueError(f"RatingsModel: the item {item!r} was not rated in fit")
        cosines = learnt.similarities(column)
        cosines[column] = -np.inf
        best = highest(cosines, min(n, len(cosines) - 1))
        return [(learnt.items[other], float(cosines[other])) for other in best]

    def score(self, users: Any, items: Any, ratings: Any, sample_weight: Any = None) -> float:
        """Coefficient of determination R² of the predictions."""
        given = self._checked(users, items, ratings, sample_weight)
        predicted = self.predict(given.users, given.items)
        return float(r2_score(given.ratings, predicted, sample_weight=given.weights))

    def rmse(self, users: Any, items: Any, ratings: Any, sample_weight: Any = None) -> float:
        """Root mean square error of the predictions."""
        given = self._checked(users, items, ratings, sample_weight)
        squares = (self.predict(given.users, given.items) - given.ratings) ** 2
        return float(np.sqrt(np.average(squares, weights=given.weights)))

    def save(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the fitted model to a folder: safetensors and JSON, whole or not at all.

        Raises:
            NotFittedError: before `fit`.
            MediaError: if something is there and may not be replaced, or an id is neither a number
                nor a text.
        """
        save(folder, self._known, self.get_params(), overwrite=overwrite)

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "RatingsModel":
        """Read a model that was saved; it predicts the same to the last bit.

        Raises:
            MediaError: if there is none, or one that is damaged or of a newer version.
        """
        learnt, parameters = load(folder, cls._get_param_names())
        limits = parameters.pop("rating_range")
        model = cls(rating_range=None if limits is None else tuple(limits), **parameters)
        model.learnt_ = learnt
        model.n_iter_ = max(1, learnt.fit.steps)
        return model

    @property
    def _known(self) -> Learnt:
        if "learnt_" not in vars(self):
            raise NotFittedError("RatingsModel: fit it first, or load one")
        return self.learnt_

    def _checked(self, users: Any, items: Any, ratings: Any, weights: Any) -> Ratings:
        if self.rating_range is not None and not self.rating_range[0] < self.rating_range[1]:
            raise ValueError(
                f"RatingsModel: rating_range must be (low, high), got {self.rating_range}"
            )
        return checked_ratings(users, items, ratings, weights, self.rating_range)

    def _indices(self, users: Any, items: Any) -> tuple[Index, Index]:
        rows = self._known.users.find(read_ids(users, "users"), "users")
        columns = self._known.items.find(read_ids(items, "items"), "items")
        if len(rows) != len(columns):
            raise ValueError(f"users and items: {len(rows)} and {len(columns)} ids are no pairs")
        return rows, columns

    def _clipped(self, expected: Values) -> Values:
        return expected if self.rating_range is None else np.clip(expected, *self.rating_range)
