"""Flow from α² I goes to the least trace where the measurements commute [gunasekar2017].

With A_i = Q diag(a_i) Qᵀ the flow of ‖A(U Uᵀ) − y‖² / 2 from U = α I keeps the eigenvectors Q, and
the eigenvalues stay of the form α² exp(Āᵀ s). If it comes to interpolate, at x_α, it has minimised
H(x) + 2 ln(1/α) Σ x there, H(x) = Σ x ln x − x, so against a minimiser x* of the trace

    0 ≤ Σ x_α − Σ x* ≤ (H(x*) − H(x_α)) / (2 ln 1/α).

The trace is least in the limit α → 0, and this says how nearly for each α. The minimum is that of a
linear programme; the flow is that of the matrix U. Both are written in the basis Q: in another one
the rounding of the large eigenvalues would be taken for starts of the others, far above α².
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit import plots
from tacit._typing import Any, PRNGKey
from tacit.dynamics import GradientFlow
from tacit.experiments._base import Claim, Presets, Report
from tacit.experiments._checks import require_descending, require_distinct, require_positive
from tacit.experiments._runs import unless_interrupted
from tacit.models import Symmetric, identity
from tacit.observers import loss
from tacit.operators import SharedBasis
from tacit.problems import LeastSquares, Problem
from tacit.runs import Below, Schedule
from tacit.runs import run as follow
from tacit.solvers import nuclear_programme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """`draws` psd truths, side × side, of `rank` eigenvalues in [½, 2], from `count` measurements.

    `alphas` are the scales of U at the start, descending and below 1. The flow is followed until
    the loss is `stop`, at most for a time `span`.
    """

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    rank: int = 6
    count: int = 4
    alphas: tuple[float, ...] = (1e-2, 1e-4, 1e-8)
    draws: int = 8
    stop: float = 1e-20
    span: float = 50_000.0

    def __post_init__(self):
        """Refuse what cannot be run.

        Raises:
            ValueError: A setting is out of range; the message names it and what it must be.
        """
        require_positive(self, "side", "rank", "count", "alphas", "draws", "stop", "span")
        require_distinct(self, "alphas")
        require_descending(self, "alphas")
        if max(self.alphas) >= 1:
            raise ValueError(f"setting alphas must be below 1, got {self.alphas}")
        if max(self.rank, self.count) > self.side:
            raise ValueError(
                f"settings rank and count must be at most side, {self.side}, got {self.rank} and "
                f"{self.count}"
            )


PRESETS = Presets(
    smoke=Config(side=8, rank=5, count=3, alphas=(1e-2, 1e-4), draws=2),
    paper=Config(),
)
_ROUNDING = 1e-8
"""What the tolerances of flow and programme leave of an exact inequality."""


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow the flow for each draw and α, and solve the linear programme of each draw."""
    keys = jax.random.split(jax.random.key(config.seed), config.draws)
    cells, least = [], []
    for number, key in enumerate(keys):
        problem = _problem(config, key)
        least.append(_least(problem))
        for place, alpha in enumerate(config.alphas):
            share = (number + place / len(config.alphas)) / config.draws
            report(share, f"draw {number + 1}, α = {alpha:g}")
            cells.append(_limit(config, problem, alpha))
    report(1.0, "done")
    shape = (config.draws, len(config.alphas))
    return xr.Dataset(
        {
            **{
                name: (("draw", "alpha"), np.reshape([cell[name] for cell in cells], shape))
                for name in cells[0]
            },
            **{name: ("draw", [found[name] for found in least]) for name in least[0]},
        },
        coords={
            "alpha": ("alpha", list(config.alphas), {"long_name": "scale α of the start"}),
            "draw": ("draw", 1 + np.arange(config.draws), {"long_name": "draw"}),
        },
    )


def claims(config: Config) -> tuple[Claim, ...]:
    """The flow interpolates in the shared basis, and both inequalities hold at every run."""
    runs = config.draws * len(config.alphas)
    return (
        Claim(
            f"largest ‖A X − y‖ / ‖y‖ of {runs} runs",
            lambda dataset: _largest(np.abs(dataset["residual"])),
            "≤",
            1e-9,
        ),
        Claim(
            "largest entry of Qᵀ X Q off its diagonal",
            lambda dataset: _largest(np.abs(dataset["off_diagonal"])),
            "≤",
            1e-12,
        ),
        Claim(
            "largest relative duality gap of the linear programmes",
            lambda dataset: _largest(np.abs(dataset["duality_gap"])),
            "≤",
            1e-9,
        ),
        Claim(
            f"least excess of the trace over its minimum, of {runs} runs",
            lambda dataset: -_largest(-_excess(dataset)),
            "≥",
            -_ROUNDING,
        ),
        Claim(
            f"largest of excess − bound, of {runs} runs",
            lambda dataset: _largest(_excess(dataset) - _bound(dataset)),
            "≤",
            _ROUNDING,
        ),
        Claim(
            "largest excess at the least α over that at the largest",
            lambda dataset: _largest(_excess(dataset)[:, -1]) / _largest(_excess(dataset)[:, 0]),
            "<",
            1,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Excess of the trace and its bound against α, and their ratio."""
    return plots.excess_and_bound(dataset.assign(excess=_excess(dataset), bound=_bound(dataset)))


def _largest(values: xr.DataArray) -> float:
    return float(values.max(skipna=False))


def _excess(dataset: xr.Dataset) -> xr.DataArray:
    excess = (dataset["trace"] - dataset["least_trace"]).transpose("draw", "alpha")
    return excess.assign_attrs(long_name="excess of the trace over its minimum")


def _bound(dataset: xr.Dataset) -> xr.DataArray:
    fall = (dataset["least_entropy"] - dataset["entropy"]).transpose("draw", "alpha")
    return (fall / (2 * np.log(1 / dataset["alpha"]))).assign_attrs(long_name="its bound")


def _problem(config: Config, key: PRNGKey) -> Problem:
    spectra_key, truth_key = jax.random.split(key)
    frame = jnp.eye(config.side, dtype=config.dtype)
    spectra = jax.random.normal(spectra_key, (config.count, config.side), frame.dtype)
    operator = SharedBasis(frame, frame, spectra / np.sqrt(config.count))
    drawn = jax.random.uniform(truth_key, (config.rank,), frame.dtype, 0.5, 2.0)
    truth = operator.target(jnp.zeros(config.side, frame.dtype).at[: config.rank].set(drawn))
    return Problem(operator, operator.mv(truth), LeastSquares(), truth=truth)


def _limit(config: Config, problem: Problem, alpha: float) -> dict[str, float]:
    """What is read of the matrix at which the flow ends."""
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    start = Symmetric.initialise(
        config.side,
        scale=alpha**2,
        initialiser=identity,
        dtype=config.dtype,
        key=jax.random.key(0),
    )
    schedule, stop = Schedule.logarithmic(config.span, 40, 1.0), Below("loss", config.stop)
    # What an absolute tolerance lets in grows with everything else: it must be far below every α.
    flow = GradientFlow(rtol=1e-10, atol=1e-24)
    end = unless_interrupted(follow(problem, start, flow, schedule, (loss,), stop=stop, chunk=8))
    X = np.asarray(end.model())
    misfit = np.linalg.norm(operator.mv(jnp.asarray(X)) - problem.y)
    return {
        "trace": float(np.trace(X)),
        "entropy": _entropy(np.diagonal(X)),
        "residual": float(misfit / np.linalg.norm(problem.y)),
        "off_diagonal": float(np.abs(X - np.diag(np.diagonal(X))).max()),
    }


def _least(problem: Problem) -> dict[str, float]:
    """The minimum of the trace, by the linear programme."""
    operator = problem.operator
    assert isinstance(operator, SharedBasis)
    found = nuclear_programme(operator, problem.y, semidefinite=True)
    return {
        "least_trace": float(found.value),
        "least_entropy": _entropy(operator.coordinates(found.X)),
        "duality_gap": float(found.gap),
    }


def _entropy(eigenvalues: Any) -> float:
    """H(x) = Σ x ln x − x, with 0 ln 0 = 0."""
    x = np.maximum(np.asarray(eigenvalues), 0)
    return float(np.sum(x * np.log(np.where(x > 0, x, 1)) - x))
