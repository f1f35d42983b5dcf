"""The two presets of `milanesi2021_train`; importable without JAX."""

from tacit.experiments._milanesi2021.settings import Config
from tacit.experiments._settings import Presets

__all__ = ["PRESETS", "Config"]

PRESETS = Presets(
    smoke=Config(
        side=10, rank=2, shares=(0.7, 0.25), depths=(1, 3), step=5e-3, steps=3_000, draws=2
    ),
    paper=Config(shares=(0.7, 0.2)),
)
