"""What a search for the completion of a table tries."""

import math
from typing import NamedTuple

from tacit._typing import Any


class LowRank(NamedTuple):
    """`VariationalDescent` with these settings.

    Attributes:
        width: components to begin with.
        depth: L ≥ 2 of the prior.
        scale: standard deviation of the factors at the start, relative to √ of that of the table.
        own_noise: whether each column has a noise of its own.
        biases: whether rows and columns have biases beside the factors.
    """

    width: int = 32
    depth: float | int = math.inf
    scale: float | int = 0.1
    own_noise: bool = False
    biases: bool = True

    def facts(self) -> dict[str, Any]:
        """Method and settings, name by name."""
        return {"method": "variational descent", **self._asdict()}

    def __str__(self) -> str:
        """The settings in words."""
        depth = "∞" if math.isinf(self.depth) else f"{self.depth:g}"
        noise = "noise by column" if self.own_noise else "one noise"
        biases = "" if self.biases else ", no biases"
        return (
            f"factors of width {self.width}, depth {depth}, scale {self.scale:g}, {noise}{biases}"
        )
