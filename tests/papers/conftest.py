"""One smoke run of each experiment, shared by all tests of a worker."""

import pytest

from tacit.experiments import EXPERIMENTS


@pytest.fixture(scope="session", params=EXPERIMENTS, ids=lambda experiment: experiment.name)
def smoke(request):
    experiment = request.param
    config = experiment.configure("smoke")
    return experiment, config, experiment.run(config)
