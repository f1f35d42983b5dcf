"""What a certificate is."""

import equinox as eqx
import numpy as np


class Certificate(eqx.Module):
    """A theorem's statement checked at a point or along a run: it holds exactly if `margin` ≥ 0.

    Along a run `margin` is the least over the records, and `evidence` has the arrays it is the
    least of. Numbers, not traced arrays: a certificate is made outside jit.

    Attributes:
        margin: Signed slack: how much the statement could worsen and still hold, or what it lacks
            when negative; not a number means that it could not be checked, and does not hold.
        unit: What the margin is measured in.
        evidence: The numbers and arrays behind it, by name.
        sentence: What was found, for a practitioner.
    """

    margin: float
    unit: str
    evidence: dict[str, float | np.ndarray]
    sentence: str

    @property
    def holds(self) -> bool:
        """Whether the statement was found to hold: margin ≥ 0."""
        return self.margin >= 0

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        return self.sentence
