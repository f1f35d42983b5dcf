"""Settings of `chu2024_fig1`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A network of side × side matrices with the given widths; its output has `init_scale`."""

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    widths: tuple[int, ...] = (2, 2, 2, 2)
    init_scale: float = 0.5

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "widths", "init_scale")


PRESETS = Presets(smoke=Config(side=6, widths=(2, 3)), paper=Config())
