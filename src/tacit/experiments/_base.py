"""What an experiment is, and what a claim is; importable without JAX."""

import math
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, cast, runtime_checkable

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

Report = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is being done."""


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


@runtime_checkable
class Settings(Protocol):
    """What every configuration, a frozen dataclass, has."""

    @property
    def seed(self) -> int:
        """The only source of randomness."""
        ...

    @property
    def dtype(self) -> str:
        """Floating-point type of the run: the paper's own where a claim depends on it."""
        ...


class Presets(NamedTuple):
    """Two configurations: one that runs in seconds, and the paper's."""

    smoke: Any
    paper: Any


@runtime_checkable
class _Module(Protocol):
    """What the module of an experiment offers."""

    PRESETS: Presets

    def run(self, config: Any, report: Report) -> "xr.Dataset": ...
    def claims(self, config: Any) -> tuple[Claim, ...]: ...
    def plot(self, dataset: "xr.Dataset") -> "Figure": ...


class Experiment(NamedTuple):
    """A paper's figure as a run that can be repeated, checked and drawn.

    `tacit.experiments.NAME` holds its presets, run, claims and plot, and is imported on first use.
    """

    name: str
    title: str
    reference: str
    figure: str

    def configure(self, preset: str = "smoke", seed: int | None = None) -> Any:
        """The configuration of a preset, with its own seed or the one given.

        Raises:
            ValueError: if the preset is neither `smoke` nor `paper`.
        """
        presets = self._module().PRESETS
        if preset not in presets._fields:
            raise ValueError(f"no preset {preset!r}: there are {', '.join(presets._fields)}")
        config = getattr(presets, preset)
        return config if seed is None else replace(config, seed=seed)

    def run(self, config: Settings, report: Report = lambda share, what: None) -> "xr.Dataset":
        """Run in the precision of the configuration; the same seed gives the same dataset.

        The global precision of JAX is left as it is: x64 is switched for this run alone.
        """
        import jax

        with jax.enable_x64(config.dtype == "float64"):
            return self._module().run(config, report)

    def claims(self, config: Settings) -> tuple[Claim, ...]:
        """What the paper claims of a run with this configuration."""
        return self._module().claims(config)

    def check(self, dataset: "xr.Dataset", config: Settings) -> tuple[Verdict, ...]:
        """Every claim held against the dataset."""
        return tuple(claim.check(dataset) for claim in self.claims(config))

    def plot(self, dataset: "xr.Dataset") -> "Figure":
        """The figure, drawn from the dataset alone."""
        return self._module().plot(dataset)

    def _module(self) -> _Module:
        return cast(_Module, import_module(f"tacit.experiments.{self.name}"))
