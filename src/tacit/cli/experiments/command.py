"""`tacit list | run | check | plot | sweep | cite`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tacit.cli.codes import FAILED
from tacit.cli.experiments import words
from tacit.cli.experiments.options import (
    RUNS,
    Choice,
    Config,
    Json,
    Output,
    Plane,
    Preset,
    Quiet,
    Workers,
)
from tacit.cli.experiments.session import Session
from tacit.experiments import EXPERIMENTS, citation, find
from tacit.results import Store
from tacit.sweeps import find_sweeps, is_sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def list_(
    name: str | None = None,
    /,
    *,
    runs: Annotated[bool, Parameter(negative=())] = False,
    out: Path = RUNS,
) -> None:
    """List the experiments, the settings of one of them, or the stored runs and sweeps.

    Args:
        name: An experiment; shows its settings and their values in both presets.
        runs: List the stored runs and sweeps instead, and how far they are.
        out: Folder where runs are stored, or that of a sweep.
    """
    if name is not None and runs:
        raise ValueError("list: give the name of an experiment or --runs, not both")
    if name is not None:
        words.print_settings(find(name))
    elif runs:
        words.print_runs(Store(out).runs(), find_sweeps(out), out)
    else:
        words.print_experiments(EXPERIMENTS)


def run(
    name: str,
    /,
    *,
    choice: Choice = Choice(),
    config: Config = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run an experiment and store its records.

    Args:
        name: An experiment from `tacit list`.
        choice: Preset, seed and folder.
        config: --config.FIELD VALUE changes a setting and can be repeated; `tacit list NAME` shows
            the settings. Separate the values of a tuple by commas, and write --config.FIELD=VALUE
            if a value begins with a minus. The run is stored beside that of the preset, under a
            name made of the changes; `tacit plot` with the same options draws it.
        json: Print a summary as JSON.
        quiet: Show no progress.
    """
    session = _session(name, choice, config)
    outcome = session.run(quiet or json)
    if json:
        words.print_json({**session.facts(outcome), "path": str(outcome.path)})
    else:
        print(f"{outcome.path}  ({outcome.seconds:.1f} s)")


def check(
    name: str,
    /,
    *,
    choice: Choice = Choice(),
    config: Config = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run an experiment and check what its paper claims; the status is 1 when a claim fails.

    Args:
        name: An experiment from `tacit list`.
        choice: Preset, seed and folder.
        config: --config.FIELD VALUE changes a setting and can be repeated; `tacit list NAME` shows
            the settings. Separate the values of a tuple by commas, and write --config.FIELD=VALUE
            if a value begins with a minus. The run is stored beside that of the preset, under a
            name made of the changes; `tacit plot` with the same options draws it.
        json: Print the claims as JSON.
        quiet: Show no progress.
    """
    session = _session(name, choice, config)
    outcome = session.run(quiet or json)
    verdicts = session.experiment.check(outcome.dataset, session.config)
    if json:
        claims = [words.claim_facts(verdict) for verdict in verdicts]
        words.print_json({**session.facts(outcome), "claims": claims})
    else:
        words.print_verdicts(session.name, verdicts, outcome.seconds)
    return 0 if all(verdict.holds for verdict in verdicts) else FAILED


def plot(
    name: str,
    /,
    *,
    choice: Choice = Choice(),
    config: Config = None,
    plane: Plane = Plane(),
    output: Output = None,
) -> None:
    """Draw the figure of a stored run, or the phase diagram of a sweep, finished or not.

    Args:
        name: An experiment from `tacit list`, or the folder of a sweep.
        choice: Preset, seed and folder.
        config: --config.FIELD VALUE, as given to `tacit run`, selects the run with this setting.
        plane: Of a sweep, the result and the two axes.
        output: PNG, PDF or SVG file to write; by default NAME.png beside the records.
    """
    from tacit import plots

    if is_sweep(Path(name)):
        if choice != Choice() or config:
            raise ValueError("plot: of a sweep --value, --x and --y can be chosen, nothing else")
        print(plots.save(_draw(Path(name), plane), output or Path(name).with_suffix(".png")))
        return
    if plane != Plane():
        raise ValueError(f"plot: --value, --x and --y are of a sweep, and {name} is none")
    session = _session(name, choice, config)
    dataset = session.load()
    output = output or choice.out / session.name / f"{name}.png"
    print(plots.save(session.experiment.plot(dataset), output))


def sweep(
    name: str,
    /,
    *,
    preset: Preset = "smoke",
    seed: int | None = None,
    config: Config = None,
    out: Path | None = None,
    keep: str = "",
    who: Workers = Workers(),
    retry: Annotated[bool, Parameter(negative=())] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run an experiment for every combination of settings; what is finished survives a kill.

    The same command again computes only what is missing. `tacit list --runs` shows how far a sweep
    is, and `tacit plot STORE` draws what there is of it. The status is 1 when a cell raised an
    error; the store names it.

    Args:
        name: An experiment from `tacit list`.
        preset: `smoke` takes seconds a cell; `paper` has the paper's own settings.
        seed: Random seed of every cell; by default that of the preset.
        config: --config.FIELD A,B,C gives a setting several values, and every combination is a
            cell; a single value holds for all of them. Values that are tuples are separated by
            semicolons: --config.depths '2;2,3'.
        out: Folder of the zarr store; by default runs/NAME-PRESET-sweep.zarr.
        keep: Names of the results to keep, with commas between; by default all.
        who: Processes or a scheduler.
        retry: Compute cells that raised an error again.
        json: Print a summary as JSON.
        quiet: Show no progress.
    """
    from tacit.cli.experiments import sweeping

    out = out or RUNS / f"{name}-{preset}-sweep.zarr"
    kept = tuple(part.strip() for part in keep.split(",") if part.strip())
    swept = sweeping.compute(
        name, preset, seed, config or {}, kept, out,
        workers=who.workers, dask=who.dask, retry=retry, quiet=quiet or json,
    )  # fmt: skip
    if json:
        words.print_json(words.sweep_facts(name, swept, out))
    else:
        words.print_sweep(swept, out)
    return FAILED if bool((swept["cell_error"] != "").any()) else 0


def cite(name: str, /) -> None:
    """Print the BibTeX entry of an experiment's paper.

    Args:
        name: An experiment from `tacit list`.
    """
    sys.stdout.write(citation(find(name).reference) + "\n")


def _draw(store: Path, plane: Plane) -> "Figure":
    """The phase diagram of a sweep; cells that are missing are hatched."""
    from tacit.plots import phase_diagram
    from tacit.sweeps import average_over_plane, open_sweep

    averaged, x, y, value = average_over_plane(open_sweep(store), plane.value, plane.x, plane.y)
    return phase_diagram(averaged, x, y, value)


def _session(name: str, choice: Choice, config: Config) -> Session:
    return Session.of(name, choice.preset, choice.seed, choice.out, config)
