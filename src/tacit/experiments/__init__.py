"""One file a paper's figure: a configuration, a run, what the paper claims of it, and its plot.

The registry below is the only list. It is read without importing JAX; an experiment's own module is
imported when it is used.
"""

from tacit.experiments._base import Claim, Experiment, Presets, Report, Verdict
from tacit.experiments.references import citation

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        name="arora2019_fig1",
        title="Depth against reconstruction error in matrix completion",
        reference="arora2019",
        figure="Figures 1 and 2",
    ),
    Experiment(
        name="chou2024_dynamics",
        title="Stages of the eigenvalues and plateaus of the effective rank",
        reference="chou2024",
        figure="eigenvalues and effective rank",
    ),
)

__all__ = [
    "EXPERIMENTS",
    "Claim",
    "Experiment",
    "Presets",
    "Report",
    "Verdict",
    "citation",
    "find",
]


def find(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        ValueError: if there is none; the message names the nearest and all there are.
    """
    from difflib import get_close_matches

    names = [experiment.name for experiment in EXPERIMENTS]
    if name in names:
        return EXPERIMENTS[names.index(name)]
    near = get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ValueError(f"no experiment {name!r}: {hint}there are {', '.join(names)}")
