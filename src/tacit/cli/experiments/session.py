"""One run of an experiment from the command line: settings, progress, store."""

import hashlib
import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
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
    def of(
        cls,
        name: str,
        preset: str,
        seed: int | None,
        folder: Path,
        overrides: Mapping[str, str] | None = None,
    ) -> "Session":
        """Look up the experiment, then configure JAX, which its module imports.

        The configuration is the preset's, with the seed and then the overrides, given as text.
        """
        experiment = find(name)
        configure_jax()
        config = experiment.configure(preset, seed, overrides)
        return cls(experiment, preset, config, Store(folder))

    @property
    def changes(self) -> dict[str, str]:
        """The settings that are not the preset's, as text; the seed is none of them."""
        return self.experiment.changes(self.preset, self.config)

    @property
    def name(self) -> str:
        """Name of the run in the store; changed settings add eight letters made of them."""
        name = f"{self.experiment.name}-{self.preset}-seed{self.config.seed}"
        if not self.changes:
            return name
        text = json.dumps(self.changes, sort_keys=True)
        return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def facts(self, outcome: Outcome) -> dict[str, Any]:
        """The head of every JSON summary."""
        seconds = round(outcome.seconds, 3)
        return {**self._settings(), "changes": self.changes, "seconds": seconds}

    def run(self, quiet: bool) -> Outcome:
        """Run and store, with a progress display on a terminal unless it is quiet."""
        from tacit.results import provenance

        run = self.store.begin(self.name, **self._settings(), changes=self.changes)
        began = time.perf_counter()
        with _progress(self.experiment.name, quiet) as report:
            dataset = self.experiment.run(self.config, report)
        seconds = time.perf_counter() - began
        origin = provenance(self.config)
        dataset = dataset.assign_attrs({**origin, **self._settings()})
        path = run.finish(dataset, seconds=round(seconds, 3))
        return Outcome(dataset, path, seconds)

    def load(self) -> "xr.Dataset":
        """Records of the finished run.

        Raises:
            FileNotFoundError: if there is none; the message says how to make it.
        """
        try:
            return self.store.load(self.name)
        except FileNotFoundError as error:
            options = [f"--config.{field}={text}" for field, text in self.changes.items()]
            words = ["--preset", self.preset, "--seed", str(self.config.seed)]
            command = ["tacit", "run", self.experiment.name, *words, *options]
            command += ["--out", str(self.store.folder)]
            raise FileNotFoundError(f"{error}; make it with: {shlex.join(command)}") from None

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
