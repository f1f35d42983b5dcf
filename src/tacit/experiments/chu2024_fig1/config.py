"""Settings of `chu2024_fig1`, and its two presets; importable without JAX."""

from dataclasses import dataclass

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
        if self.side < 1 or not self.widths or min(self.widths) < 1:
            raise ValueError(
                f"side {self.side} and widths {self.widths}: give whole numbers ≥ 1, at least one "
                "width"
            )


PRESETS = Presets(smoke=Config(side=6, widths=(2, 3)), paper=Config())
