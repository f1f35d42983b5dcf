"""What an experiment is: a folder of modules, each imported when it is used."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from tacit.experiments._claim import Claim, Verdict
from tacit.experiments._settings import Sheet, as_text, list_settings, override

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

Report = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is being done."""


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


class Experiment(NamedTuple):
    """A paper's figure as a run that can be repeated, checked and drawn.

    `tacit.experiments.NAME` is a folder: `config` with `Config` and `PRESETS`, which does without
    JAX, `run`, `claims`, and `figure` with `plot`. Each is imported when it is first used.
    """

    name: str
    title: str
    reference: str
    figure: str

    def configure(
        self,
        preset: str = "smoke",
        seed: int | None = None,
        overrides: Mapping[str, str] | None = None,
    ) -> Any:
        """The configuration of a preset, with its own seed or the one given, and with changes.

        Args:
            preset: `smoke` or `paper`.
            seed: The seed; the preset's own if not given.
            overrides: Fields to change after that, as text: `{"step": "5e-4", "depths": "2,3"}`.

        Raises:
            ValueError: if there is no such preset or field, or a text is not of the field's type.
        """
        presets = self._import("config").PRESETS
        if preset not in presets._fields:
            raise ValueError(f"no preset {preset!r}: there are {', '.join(presets._fields)}")
        config = getattr(presets, preset)
        config = config if seed is None else replace(config, seed=seed)
        return override(config, overrides, self.name) if overrides else config

    def changes(self, preset: str, config: Any) -> dict[str, str]:
        """What a configuration has otherwise than the preset, but for the seed.

        It is written as `configure` reads it, so it is the same however it was typed.
        """
        base = replace(self.configure(preset), seed=config.seed)
        return {
            field.name: as_text(getattr(config, field.name))
            for field in fields(config)
            if getattr(config, field.name) != getattr(base, field.name)
        }

    def settings(self) -> Sheet:
        """What `configure` can change, and its values in both presets; JAX is not imported."""
        return list_settings(self._import("config").PRESETS)

    def run(self, config: Settings, report: Report = lambda share, what: None) -> "xr.Dataset":
        """Run in the precision of the configuration; the same seed gives the same dataset.

        The global precision of JAX is left as it is: x64 is switched for this run alone.
        """
        import jax

        with jax.enable_x64(config.dtype == "float64"):
            return self._import("run").run(config, report)

    def claims(self, config: Settings) -> tuple[Claim, ...]:
        """What the paper claims of a run with this configuration."""
        return self._import("claims").claims(config)

    def check(self, dataset: "xr.Dataset", config: Settings) -> tuple[Verdict, ...]:
        """Every claim held against the dataset."""
        return tuple(claim.check(dataset) for claim in self.claims(config))

    def plot(self, dataset: "xr.Dataset") -> "Figure":
        """The figure, drawn from the dataset alone."""
        return self._import("figure").plot(dataset)

    def _import(self, part: str) -> ModuleType:
        """One module of the experiment's folder."""
        return import_module(f"tacit.experiments.{self.name}.{part}")
