"""`tacit list | run | check | plot | cite`."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tacit.cli.codes import FAILED
from tacit.cli.experiments import words
from tacit.cli.experiments.options import RUNS, Choice, Config, Json, Output, Quiet
from tacit.cli.experiments.session import Session
from tacit.experiments import EXPERIMENTS, citation, find
from tacit.results import Store


def list_(
    name: str | None = None,
    /,
    *,
    runs: Annotated[bool, Parameter(negative=())] = False,
    out: Path = RUNS,
) -> None:
    """List the experiments, the settings of one of them, or the stored runs.

    Args:
        name: An experiment; shows its settings and their values in both presets.
        runs: List the stored runs instead; one that was killed is shown as unfinished.
        out: Folder where runs are stored.
    """
    if name is not None and runs:
        raise ValueError("list: give the name of an experiment or --runs, not both")
    if name is not None:
        words.print_settings(find(name))
    elif runs:
        words.print_runs(Store(out).runs(), out)
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
    output: Output = None,
) -> None:
    """Draw the figure of a stored run without running it again.

    Args:
        name: An experiment from `tacit list`.
        choice: Preset, seed and folder.
        config: --config.FIELD VALUE, as given to `tacit run`, selects the run with this setting.
        output: PNG, PDF or SVG file to write; by default NAME.png beside the records.
    """
    from tacit import plots

    session = _session(name, choice, config)
    dataset = session.load()
    output = output or choice.out / session.name / f"{name}.png"
    print(plots.save(session.experiment.plot(dataset), output))


def cite(name: str, /) -> None:
    """Print the BibTeX entry of an experiment's paper.

    Args:
        name: An experiment from `tacit list`.
    """
    sys.stdout.write(citation(find(name).reference) + "\n")


def _session(name: str, choice: Choice, config: Config) -> Session:
    return Session.of(name, choice.preset, choice.seed, choice.out, config)
