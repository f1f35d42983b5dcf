"""An experiment over several values of its settings, as cells of a sweep."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from tacit.experiments._experiment import Experiment
from tacit.experiments._settings import as_text, split

if TYPE_CHECKING:
    import xarray as xr

    from tacit.sweeps import Sweep

HOLDING = "claims_holding"
"""Result of every cell: the share of the paper's claims that hold, of those that were checked."""
CHECKED = "claims_checked"
"""How many these are: some claims need several values of a setting that a cell has one of."""


class ExperimentCell(NamedTuple):
    """Runs an experiment with some of its settings changed, and checks its claims."""

    experiment: Experiment
    config: Any
    keep: tuple[str, ...]

    def __call__(self, **changes: Any) -> "xr.Dataset":
        """The dataset of the run, all of it or what is kept, with the share of claims that hold.

        Raises:
            ValueError: if the settings cannot be run, or the dataset has not what is to be kept.
        """
        config = replace(self.config, **changes)
        dataset = self.experiment.run(config)
        holding = _check(self.experiment, dataset, config)

        absent = [name for name in self.keep if name not in dataset]
        if absent:
            there = ", ".join(map(str, dataset.data_vars))
            raise ValueError(f"there is no {' and no '.join(absent)} among {there}")
        kept = dataset[list(self.keep)] if self.keep else dataset
        share = sum(holding) / len(holding) if holding else float("nan")
        return kept.assign(
            {
                HOLDING: ((), share, {"long_name": "share of claims that hold"}),
                CHECKED: ((), len(holding), {"long_name": "number of claims that were checked"}),
            }
        )


def sweep_experiment(
    experiment: Experiment,
    preset: str,
    seed: int | None,
    texts: Mapping[str, str],
    keep: tuple[str, ...] = (),
) -> "Sweep":
    """The sweep of an experiment over the settings that are given several values.

    Args:
        experiment: what is run in every cell.
        preset: `smoke` or `paper`.
        seed: of every cell, unless it is an axis; the preset's own if None.
        texts: values of settings, separated by commas, or by semicolons where they are tuples.
        keep: names of results; all if empty, of which those that are unlike the first cell's are
            left out of theirs.

    Raises:
        ValueError: if a setting is not there, its text not of its type, none has several values,
            or no combination of them can be run.
    """
    from tacit.sweeps import Axes, Sweep

    values = split(experiment.configure(preset, seed), texts, experiment.name)
    swept = {name: given for name, given in values.items() if len(given) > 1}
    if not swept:
        raise ValueError(
            f"{experiment.name}: give a setting several values, as in --config.seed 0,1,2"
        )
    axes = Axes.of(swept)
    fixed = {name: given[0] for name, given in values.items() if len(given) == 1}
    base = _find_possible(experiment, preset, seed, axes, fixed)

    settings = {
        field.name: as_text(getattr(base, field.name))
        for field in fields(base)
        if field.name not in swept
    }
    identity = {
        "function": {"experiment": experiment.name, "results": ", ".join(keep) or "all"},
        "settings": settings,
    }
    cell = ExperimentCell(experiment, base, keep)
    return Sweep(cell, axes._replace(seed=base.seed), identity, strict=bool(keep))


def _check(experiment: Experiment, dataset: "xr.Dataset", config: Any) -> list[bool]:
    """Whether each claim holds of those that can be checked with these settings."""
    found = []
    for claim in experiment.claims(config):
        with suppress(ValueError, KeyError, IndexError, ZeroDivisionError):
            found.append(claim.check(dataset).holds)
    return found


def _find_possible(
    experiment: Experiment, preset: str, seed: int | None, axes: Any, fixed: Mapping[str, Any]
) -> Any:
    """The configuration of the first cell that can be run: the others raise in their turn."""
    start = experiment.configure(preset, seed)
    reason = ""
    for index in axes.indices():
        try:
            return replace(start, **fixed, **axes.cell(index))
        except ValueError as error:
            reason = reason or str(error)
    raise ValueError(f"{experiment.name}: {reason}, and no other combination can be run")
