"""Settings of `aoyagi2024_coefficient`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_ascending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` truths of every net and rank, each followed by `chains` for so many `sweeps`.

    `nets` are widths from the inputs to the outputs, such as `3-2-3`, each with every one of
    `ranks` that is below its least width. `strengths` are t, ascending; the first fifth of the
    sweeps is left out. A sweep draws every layer once.
    """

    seed: int = 0
    dtype: str = "float64"
    nets: tuple[str, ...] = (
        "3-3",
        "2-2-2",
        "3-2-3",
        "3-3-3",
        "4-2-4",
        "4-4-4",
        "2-2-2-2",
        "3-3-3-3",
        "4-2-3-4",
        "4-4-4-4",
        "3-3-3-3-3",
    )
    ranks: tuple[int, ...] = (0, 1, 2)
    strengths: tuple[float, ...] = (1e4, 1e8, 1e12)
    draws: int = 4
    chains: int = 8
    sweeps: int = 800

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "strengths", "draws", "chains")
        require_distinct(self, "nets", "ranks", "strengths")
        require_ascending(self, "strengths")
        if self.sweeps < 10:
            raise ValueError(f"setting sweeps must be at least 10, got {self.sweeps}")
        if self.dtype != "float64":
            raise ValueError("setting dtype must be float64: t K would be lost in rounding")
        if len(self.strengths) < 2 or self.strengths[0] < 10:
            raise ValueError(
                f"setting strengths must be two or more, from 10 on, got {self.strengths}"
            )
        for net in self.nets:
            widths = net.split("-")
            if len(widths) < 2 or not all(width.isdecimal() and int(width) for width in widths):
                raise ValueError(f"setting nets must be widths such as 3-2-3, got {net!r}")
        if not self.cases or min(self.ranks) < 0:
            raise ValueError(
                "setting ranks must be 0 or more, and one below the least width of a net, got "
                f"{self.ranks}"
            )

    @property
    def cases(self) -> tuple[tuple[tuple[int, ...], int], ...]:
        """The widths and the rank of every case, net by net."""
        nets = [tuple(int(width) for width in net.split("-")) for net in self.nets]
        return tuple((widths, rank) for widths in nets for rank in self.ranks if rank < min(widths))


PRESETS = Presets(
    smoke=Config(
        nets=("2-2", "2-2-2", "3-3-3", "2-2-2-2"),
        ranks=(0, 1),
        strengths=(1e4, 1e12),
        draws=2,
        chains=16,
        sweeps=300,
    ),
    paper=Config(),
)
