"""What is claimed of a run of `chu2024_fig1`."""

from itertools import pairwise

from tacit.experiments._claim import Claim
from tacit.experiments.chu2024_fig1.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """The network is the one that the paper writes down."""
    widths = (*config.widths, 1)
    count = 2 * config.widths[0] * config.side**2
    count += sum(one * other for one, other in pairwise(widths))
    return (
        Claim(
            "trained numbers: 2 K₁ n² and the weights of every aggregation",
            lambda dataset: float(dataset["parameters"]),
            "=",
            count,
        ),
        Claim(
            "largest difference of the output from the paper's formulas, matrix by matrix",
            lambda dataset: float(dataset["difference"]),
            "<",
            1e-12,
        ),
        Claim(
            "one output",
            lambda dataset: float(dataset["width"].isel(layer=-1)),
            "=",
            1,
        ),
    )
