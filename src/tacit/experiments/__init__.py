"""One folder a paper's figure: a configuration, a run, what the paper claims of it, and its plot.

The registry below is the only list. It is read without importing JAX; an experiment's own modules
are imported when they are used.

Example:
    >>> from tacit.experiments import find
    >>> experiment = find("chou2024_dynamics")
    >>> experiment.reference, experiment.configure("smoke", seed=3).seed
    ('chou2024', 3)
"""

from tacit.experiments._claim import Claim, Verdict
from tacit.experiments._experiment import Experiment, Report
from tacit.experiments._settings import Presets
from tacit.experiments._sweep import sweep_experiment
from tacit.experiments.references import citation

EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        name="aoyagi2024_coefficient",
        title="The learning coefficient of deep linear networks, exact and sampled",
        reference="aoyagi2024",
        figure="Main theorem",
    ),
    Experiment(
        name="arora2019_fig1",
        title="Depth against reconstruction error in matrix completion",
        reference="arora2019",
        figure="Figures 1 and 2",
    ),
    Experiment(
        name="arora2019_fig2",
        title="Depth and the scale of the start: error, nuclear norm and effective rank",
        reference="arora2019",
        figure="Figure 2",
    ),
    Experiment(
        name="arora2019_fig3",
        title="Singular values along training, and the test error, at depths 1, 2 and 3",
        reference="arora2019",
        figure="Figure 3",
    ),
    Experiment(
        name="arora2019_theorem",
        title="How fast each singular value moves, predicted and measured",
        reference="arora2019",
        figure="Theorem 3",
    ),
    Experiment(
        name="bai2024_connectivity",
        title="Connected patterns of entries go to the lowest rank, separate blocks do not",
        reference="bai2024",
        figure="connectivity",
    ),
    Experiment(
        name="cao2022_stages",
        title="Rank is learnt in saddle-escaping stages, and where that breaks",
        reference="cao2022",
        figure="stages",
    ),
    Experiment(
        name="chou2024_dynamics",
        title="Stages of the eigenvalues and plateaus of the effective rank",
        reference="chou2024",
        figure="eigenvalues and effective rank",
    ),
    Experiment(
        name="chou2024_rank",
        title="Effective rank along descent: starts, noise, sensing, negative eigenvalues",
        reference="chou2024",
        figure="effective rank and early stopping",
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
    Experiment(
        name="gunasekar2017_commuting",
        title="Commuting measurements: how nearly flow from a small start has the least trace",
        reference="gunasekar2017",
        figure="Theorem 1, with a bound",
    ),
    Experiment(
        name="karnik2025_fig2",
        title="Tubal gradient descent: errors, angles and phases of one run",
        reference="karnik2025",
        figure="Figure 2",
    ),
    Experiment(
        name="karnik2025_fig3",
        title="Tubal gradient descent from factors of any width",
        reference="karnik2025",
        figure="Figure 3",
    ),
    Experiment(
        name="karnik2025_fig4",
        title="Tubal gradient descent: what remains falls with the start",
        reference="karnik2025",
        figure="Figure 4",
    ),
    Experiment(
        name="karnik2025_underdetermined",
        title="Tubal recovery where least squares fails: a small start decides",
        reference="karnik2025",
        figure="beyond the figures",
    ),
    Experiment(
        name="li2021_greedy",
        title="Descent passes the stages of greedy low-rank learning, not the least trace",
        reference="li2021",
        figure="greedy stages and counterexample",
    ),
    Experiment(
        name="liu2025_preconditioned",
        title="Preconditioned tubal descent: the condition number does not count, and the price",
        reference="liu2025",
        figure="iterations, and few measurements",
    ),
    Experiment(
        name="liu2026_noise",
        title="Noisy tubal sensing: a small start does not mind the width, and when to stop",
        reference="liu2026",
        figure="early stopping",
    ),
    Experiment(
        name="milanesi2021_train",
        title="A tensor train finds a low multilinear rank, the deeper the fewer entries it needs",
        reference="milanesi2021",
        figure="deep tensor train",
    ),
    Experiment(
        name="milanesi2021_tucker",
        title="A full Tucker core finds a low multilinear rank, from fewer entries if deep",
        reference="milanesi2021",
        figure="deep Tucker",
    ),
    Experiment(
        name="razin2020_norms",
        title="Norms grow without bound while the rank falls, and where the sign is lost",
        reference="razin2020",
        figure="2 × 2 completion",
    ),
    Experiment(
        name="razin2021_components",
        title="Components of a tensor appear one by one, and fewer from a smaller start",
        reference="razin2021",
        figure="dynamics of learning: component norms and reconstruction error",
    ),
    Experiment(
        name="razin2021_dynamics",
        title="How fast each component of a tensor moves, predicted and measured",
        reference="razin2021",
        figure="Theorem 3 and Corollary 1, and with depth",
    ),
    Experiment(
        name="singh2026_optimisers",
        title="Which optimisers commute with rotations of the factors, and which find low rank",
        reference="singh2026",
        figure="equivariance and recovery",
    ),
    Experiment(
        name="razin2022_hierarchical",
        title="Rank is learnt one by one by matrix, tensor and tree, side by side",
        reference="razin2022",
        figure="Figure 2",
    ),
    Experiment(
        name="stoeger2021_phases",
        title="Three phases of descent on a symmetric matrix from a small start",
        reference="stoeger2021",
        figure="three phases",
    ),
    Experiment(
        name="yaras2024_subspace",
        title="Each layer moves in 2r directions, and 2r + 1 coordinates train as well as all",
        reference="yaras2024",
        figure="invariant subspaces",
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
    "sweep_experiment",
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
