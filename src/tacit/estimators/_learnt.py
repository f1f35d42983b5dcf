"""What a ratings model knows once it is fitted."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any
from tacit.algebra import Factored
from tacit.completion import RatingsFit
from tacit.estimators._ids import Ids
from tacit.estimators._triplets import Seen, merged
from tacit.models import GaussianFactors, Gaussians

Values = NDArray[np.floating]


class Learnt(NamedTuple):
    """The fit, whom and what its rows and columns stand for, and what each user has rated."""

    fit: RatingsFit
    users: Ids
    items: Ids
    seen: Seen

    def factors(self) -> tuple[Values, Values]:
        """U and V with U Vᵀ the learnt part without biases, the mean over members."""
        share = np.float32(len(self.fit.members) ** -0.5)
        sides = zip(*((m.rows.factor, m.columns.factor) for m in self.fit.members), strict=True)
        users, items = (np.concatenate(side, axis=1) * share for side in sides)
        return users, items

    def biases(self) -> tuple[Values, Values]:
        """Biases of users and of items, the mean over members."""
        sides = zip(*((m.rows.bias, m.columns.bias) for m in self.fit.members), strict=True)
        users, items = (np.mean(side, axis=0) for side in sides)
        return users, items

    def singular_values(self) -> Values:
        """Singular values of U Vᵀ."""
        users, items = map(jnp.asarray, self.factors())
        return np.asarray(jit(Factored.singular_values)(Factored(users, items.T)))

    def similarities(self, item: int) -> Values:
        """Cosine between the factors of an item and those of every item; 0 for factors of zero."""
        _, items = self.factors()
        length = np.linalg.norm(items, axis=1)
        return items @ items[item] / np.maximum(length * length[item], np.finfo(items.dtype).tiny)

    def with_users(self, ids: NDArray[Any], new: Seen) -> "Learnt":
        """With ratings of some users, old and new, whose rows are learnt afresh from all of theirs.

        Args:
            ids: of the users, each once.
            new: their ratings, one user a row.
        """
        rows = self.users.find(ids, "users")
        unknown = rows < 0
        rows[unknown] = len(self.users) + np.arange(unknown.sum(), dtype=np.int32)
        users = self.users.extended(ids[unknown], "users") if unknown.any() else self.users
        seen = merged(self.seen, new, rows)
        given = seen.at(rows).entries()
        afresh = self.fit.with_rows(
            given.users, given.items, given.ratings, len(rows), given.weights
        )
        pairs = zip(self.fit.members, afresh.members, strict=True)
        members = tuple(_replaced(old, part.rows, rows, len(users)) for old, part in pairs)
        return Learnt(self.fit._replace(members=members), users, self.items, seen)


def _replaced(
    model: GaussianFactors, part: Gaussians, rows: NDArray[np.int32], count: int
) -> GaussianFactors:
    """The model with `count` rows, those numbered from `part`."""

    def put(old: Any, new: Any) -> Any:
        whole = np.zeros((count, *old.shape[1:]), old.dtype)
        whole[: len(old)] = old
        whole[rows] = new
        return jnp.asarray(whole)

    sides = put(model.rows.mean, part.mean), put(model.rows.variance, part.variance)
    return eqx.tree_at(lambda m: m.rows, model, Gaussians(*sides))


def highest(scores: Values, n: int) -> list[int]:
    """Indices of the n highest scores, the highest first."""
    return np.argsort(-scores, kind="stable")[: max(n, 0)].tolist()
