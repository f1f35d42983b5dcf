"""Settings of `liu2025_preconditioned`, and its two presets; importable without JAX."""

from dataclasses import dataclass

from tacit.experiments._checks import require_ascending, require_distinct, require_positive
from tacit.experiments._settings import Presets


@dataclass(frozen=True)
class Config:
    """`draws` tensors, side × side × tube of the given rank, for each of the condition numbers.

    `enough` and `few` are the measurements to a degree of freedom of the truth, `init_scale` and
    `few_init_scale` the scale of the start end to end with each, `step` and `few_step` the step of
    preconditioned descent, which takes `steps`. Plain descent takes up to `plain_most` steps at
    each of `plain_steps`, in units of one over the largest singular value of the truth, and is
    recorded every `plain_every`.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 12
    tube: int = 3
    rank: int = 2
    widths: tuple[int, ...] = (2, 4, 8)
    conditions: tuple[float, ...] = (1.0, 10.0, 100.0)
    enough: float = 10.0
    few: float = 3.0
    init_scale: float = 1e-3
    few_init_scale: float = 1e-6
    step: float = 0.7
    few_step: float = 0.3
    damping: float = 1e-10
    steps: int = 300
    plain_steps: tuple[float, ...] = (0.4, 0.7)
    plain_most: int = 8_000
    plain_every: int = 10
    draws: int = 3

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "tube", "rank", "widths", "conditions", "enough", "few")
        require_positive(self, "init_scale", "few_init_scale", "step", "few_step", "damping")
        require_positive(self, "steps", "draws")
        require_positive(self, "plain_steps", "plain_most", "plain_every")
        require_distinct(self, "widths", "conditions", "plain_steps")
        require_ascending(self, "widths", "conditions")
        if len(self.widths) < 2 or len(self.conditions) < 2:
            raise ValueError("settings widths and conditions must have two values or more each")
        if self.widths[0] != self.rank or self.widths[-1] > self.side:
            raise ValueError(
                f"setting widths must begin with the rank, {self.rank}, and end at most at the "
                f"side, {self.side}, got {self.widths}"
            )
        if min(self.conditions) < 1:
            raise ValueError(f"setting conditions must be 1 or more each, got {self.conditions}")
        if self.few >= self.enough:
            raise ValueError(f"setting few must be below enough, {self.enough}, got {self.few}")


PRESETS = Presets(
    smoke=Config(
        conditions=(1.0, 100.0),
        widths=(2, 8),
        plain_steps=(0.6,),
        plain_most=4_000,
        plain_every=50,
        draws=2,
    ),
    paper=Config(),
)
