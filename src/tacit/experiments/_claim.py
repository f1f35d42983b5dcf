"""A claim: what a paper asserts of a result, as a predicate on its dataset."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import xarray as xr


class Verdict(NamedTuple):
    """A claim held against a dataset."""

    text: str
    holds: bool
    value: float
    relation: str
    bound: float


class Claim(NamedTuple):
    """What a paper asserts of a result: value(dataset) stands in `relation` to `bound`.

    A value that is not a number satisfies nothing.
    """

    text: str
    value: "Callable[[xr.Dataset], float]"
    relation: Literal["≤", "≥", "<", ">", "="]
    bound: float

    def check(self, dataset: "xr.Dataset") -> Verdict:
        """Evaluate the claim."""
        value = float(self.value(dataset))
        holds = {
            "≤": value <= self.bound,
            "≥": value >= self.bound,
            "<": value < self.bound,
            ">": value > self.bound,
            "=": value == self.bound,
        }[self.relation]
        return Verdict(
            self.text, holds and math.isfinite(value), value, self.relation, float(self.bound)
        )
