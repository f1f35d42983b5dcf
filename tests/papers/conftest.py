"""One smoke run of each experiment, shared by all tests of a worker."""

import pytest

from tacit.experiments import EXPERIMENTS

_LONG = {
    "arora2019_fig1",
    "arora2019_fig2",
    "arora2019_fig3",
    "arora2019_theorem",
    "bai2024_connectivity",
    "cao2022_stages",
    "chou2024_rank",
    "chu2024_fig2",
    "chu2024_fig3",
    "chu2024_fig5",
    "chu2024_theorems",
    "karnik2025_fig2",
    "karnik2025_fig3",
    "karnik2025_fig4",
    "karnik2025_underdetermined",
    "li2021_greedy",
    "liu2025_preconditioned",
    "milanesi2021_train",
    "milanesi2021_tucker",
    "razin2020_norms",
    "razin2021_components",
    "razin2021_dynamics",
    "liu2026_noise",
    "singh2026_optimisers",
    "razin2022_hierarchical",
    "stoeger2021_phases",
    "yaras2024_subspace",
}
"""Experiments whose smoke preset compiles for seven seconds and more, though it runs in a few."""


def _case(experiment):
    marks = [pytest.mark.slow] if experiment.name in _LONG else []
    return pytest.param(experiment, id=experiment.name, marks=marks)


@pytest.fixture(scope="session", params=map(_case, EXPERIMENTS))
def smoke(request):
    experiment = request.param
    config = experiment.configure("smoke")
    return experiment, config, experiment.run(config)
