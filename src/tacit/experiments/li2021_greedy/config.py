"""Settings of `li2021_greedy`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """A side × side target with these eigenvalues, the others zero, seen in a symmetric `share`.

    `alphas` are the scales of the factor U at the start, descending; `corner` is R of the
    counterexample, with scales, step and steps of its own.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 20
    eigenvalues: tuple[float, ...] = (5.0, 3.0, 1.5)
    share: float = 0.7
    depths: tuple[int, ...] = (2, 3)
    alphas: tuple[float, ...] = (1e-1, 1e-2, 1e-3, 1e-4)
    step: float = 0.04
    steps: int = 100_000
    records: int = 1_000
    corner: float = 2.0
    corner_alphas: tuple[float, ...] = (1e-3, 1e-6, 1e-9)
    corner_step: float = 0.01
    corner_steps: int = 20_000

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "eigenvalues", "share", "alphas", "step", "steps")
        require_positive(self, "corner_alphas", "corner_step", "corner_steps")
        require_distinct(self, "depths", "alphas", "corner_alphas")
        require_descending(self, "eigenvalues", "alphas", "corner_alphas")
        if not self.depths or min(self.depths) < 2:
            raise ValueError(f"setting depths must be 2 or more each, got {self.depths}")
        if len(self.eigenvalues) >= self.side:
            raise ValueError(
                f"setting eigenvalues must have fewer values than side, {self.side}, got "
                f"{len(self.eigenvalues)}"
            )
        if self.share > 1:
            raise ValueError(f"setting share must be at most 1, got {self.share}")
        if self.records < 4:
            raise ValueError(f"setting records must be at least 4, got {self.records}")
        if not self.corner > 1:
            raise ValueError(
                f"setting corner must be above 1, where the traces differ, got {self.corner}"
            )


PRESETS = Presets(
    smoke=Config(
        side=10,
        eigenvalues=(4.0, 2.0),
        share=0.8,
        alphas=(1e-1, 1e-2, 1e-3),
        steps=20_000,
        records=400,
        corner_alphas=(1e-3, 1e-6),
    ),
    paper=Config(),
)
