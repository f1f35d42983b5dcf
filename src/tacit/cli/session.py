"""One run of an experiment from the command line: settings, progress, store."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tacit.cli.settings import configure_jax
from tacit.experiments import Experiment, find
from tacit.results import Store

if TYPE_CHECKING:
    import xarray as xr


class Outcome(NamedTuple):
    """A run that was stored."""

    dataset: "xr.Dataset"
    path: Path
    seconds: float


@dataclass(frozen=True)
class Session:
    """An experiment with its configuration, and the store that its run goes to."""

    experiment: Experiment
    preset: str
    config: Any
    store: Store

    @classmethod
    def of(cls, name: str, preset: str, seed: int | None, folder: Path) -> "Session":
        """Look up the experiment, then configure JAX, which its module imports."""
        experiment = find(name)
        configure_jax()
        return cls(experiment, preset, experiment.configure(preset, seed), Store(folder))

    @property
    def name(self) -> str:
        """Name of the run in the store."""
        return f"{self.experiment.name}-{self.preset}-seed{self.config.seed}"

    def facts(self, outcome: Outcome) -> dict[str, Any]:
        """The head of every JSON summary."""
        return {**self._settings(), "seconds": round(outcome.seconds, 3)}

    def run(self, quiet: bool) -> Outcome:
        """Run and store, with a progress display on a terminal unless it is quiet."""
        from tacit.results import provenance

        self.store.begin(self.name, **self._settings())
        began = time.perf_counter()
        with _progress(self.experiment.name, quiet) as report:
            dataset = self.experiment.run(self.config, report)
        seconds = time.perf_counter() - began
        origin = provenance(self.config, seconds=seconds)
        dataset = dataset.assign_attrs({**origin, **self._settings()})
        path = self.store.finish(self.name, dataset, seconds=round(seconds, 3))
        return Outcome(dataset, path, seconds)

    def load(self) -> "xr.Dataset":
        """Records of the finished run.

        Raises:
            FileNotFoundError: if there is none; the message says how to make it.
        """
        try:
            return self.store.load(self.name)
        except FileNotFoundError as error:
            raise FileNotFoundError(
                f"{error}; make it with: tacit run {self.experiment.name} --preset {self.preset} "
                f"--seed {self.config.seed} --out {self.store.folder}"
            ) from None

    def _settings(self) -> dict[str, Any]:
        return {
            "experiment": self.experiment.name,
            "preset": self.preset,
            "seed": self.config.seed,
        }


@contextmanager
def _progress(title: str, quiet: bool) -> Iterator[Callable[[float, str], None]]:
    """A bar on standard error; nothing where that is not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda share, what: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[title]}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0, title=title)
        yield lambda share, what: bar.update(task, completed=share, description=what)
