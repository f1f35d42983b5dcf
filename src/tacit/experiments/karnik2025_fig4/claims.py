"""What is claimed of a run of `karnik2025_fig4`."""

import numpy as np

from tacit.experiments._claim import Claim
from tacit.experiments._tubal.claims import claim_control, claim_fall, largest, median
from tacit.experiments.karnik2025_fig4.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Smaller starts end nearer, with an exponent that is not the bound's."""
    fitted = [alpha for alpha in config.alphas if alpha <= config.fitted]
    where = f"exponent of the error between α={fitted[-1]:g} and {fitted[0]:g}, median of the draws"
    return (
        claim_control(),
        claim_fall("all runs", lambda dataset: dataset),
        Claim(f"{where}, at least", lambda dataset: median(dataset["exponent"]), "≥", 0.6),
        Claim(f"{where}, at most", lambda dataset: median(dataset["exponent"]), "≤", 1.1),
        Claim(
            f"error at the end from α={config.alphas[-1]:g}, median of the draws",
            lambda dataset: median(
                np.abs(dataset["test_error"].sel(alpha=config.alphas[-1]).isel(record=-1))
            ),
            "<",
            1e-4,
        ),
        Claim(
            "largest ratio of train to test error at the end",
            lambda dataset: largest(
                np.abs(dataset["train_error"] / dataset["test_error"]).isel(record=-1)
            ),
            "<",
            1,
        ),
    )
