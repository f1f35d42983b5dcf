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
    Experiment(
        name="chu2024_fig1",
        title="The anatomy of a spectral neural network",
        reference="chu2024",
        figure="Figure 1",
    ),
    Experiment(
        name="chu2024_fig2",
        title="A spectral network where it is well specified, at several rates",
        reference="chu2024",
        figure="Figure 2",
    ),
    Experiment(
        name="chu2024_fig3",
        title="Spectral network, deep factorisation and linear regression, mis-specified",
        reference="chu2024",
        figure="Figure 3",
    ),
    Experiment(
        name="chu2024_fig4",
        title="A picture appears in a spectral network as it trains",
        reference="chu2024",
        figure="Figure 4",
    ),
    Experiment(
        name="chu2024_fig5",
        title="Pictures from few measurements, and the step that decides",
        reference="chu2024",
        figure="Figure 5",
    ),
    Experiment(
        name="chu2024_theorems",
        title="The three theorems of spectral networks as checks",
        reference="chu2024",
        figure="Theorems 1 to 3",
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
    begun = [known for known in names if name and known.startswith(name)]
    near = begun or get_close_matches(name, names, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}? " if near else ""
    raise ValueError(f"no experiment {name!r}: {hint}there are {', '.join(names)}")
