"""Fresh runs of tubal gradient descent, and what the experiments about it read off them."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._jit import jit
from tacit._typing import Any, Array, Float, PRNGKey, RealScalar, ScalarLike, Sequence
from tacit.algebra import Fourier, t_eigh, t_outer, t_qr, t_transpose, tubal_frame
from tacit.dynamics import TubalDescent
from tacit.models import SymmetricTubal
from tacit.observers import (
    angle_to_spectral_tensor,
    angle_to_truth,
    factor_spectrum,
    power_iterate_angle,
    test_error,
    train_error,
    tube_error,
)
from tacit.operators import Dense
from tacit.problems import LeastSquares, Problem, tubal_sensing
from tacit.runs import Schedule, sweep
from tacit.runs import run as follow

COUNTED = 1e-2
"""A singular value of U above this one counts; those of the truth's factor are one."""

_LABELS = {
    "test_error": "‖X − X★‖ / ‖X★‖",
    "train_error": "‖A X − y‖ / ‖y‖",
    "tube_error": "singular-tube error",
    "angle_to_spectral_tensor": "L_t to L",
    "angle_to_truth": "L_t to X★",
    "power_iterate_angle": "power iterate to L",
    "signal": "σ_r(U), least slice",
    "noise": "σ_{r+1}(U), largest slice",
    "final_rank": "tubal rank of U at the end",
    "eigenvalue": "eigenvalue of L",
    "regression_error": "least squares",
}


class Sizes(NamedTuple):
    """A truth X * Xᵀ, side × side × tube, of tubal rank `rank` with Xᵀ * X = I, so that κ = 1."""

    side: int
    tube: int
    rank: int
    dtype: str

    def problem(self, most: int, count: ScalarLike, *, key: PRNGKey) -> Problem:
        """Return the truth and the first `count` of `most` symmetrised measurements.

        The others see zero, so that numbers of measurements share a program.
        """
        truth_key, arrays_key = jax.random.split(key)
        X = tubal_frame((self.side, self.rank, self.tube), dtype=self.dtype, key=truth_key)
        truth = t_outer(X, X)
        drawn = tubal_sensing(truth, most, deviation=1, symmetrised=True, key=arrays_key)
        assert isinstance(drawn.operator, Dense)
        deviation = jnp.asarray(count, self.dtype) ** -0.5
        scale = jnp.where(jnp.arange(most) < count, deviation, 0)
        operator = Dense(drawn.operator.arrays * scale[:, None, None, None])
        return Problem(operator, drawn.y * scale, LeastSquares(), truth=drawn.truth)

    def start(self, width: int, *, key: PRNGKey) -> Float[Array, "n n k"]:
        """Return a factor with independent entries of variance 1/R, narrowed to width n.

        U₀ and U₀ * Q, with Q of the t-QR of U₀ᵀ, start the same run, since descent multiplies from
        the left; columns of zeros stay zero. So that widths share a program.
        """
        scale = self.tube * self.side / min(self.side, width)
        model = SymmetricTubal.initialise(
            self.side, (self.tube,), init_scale=scale, width=width, dtype=self.dtype, key=key
        )
        _, R = t_qr(t_transpose(model.factor))
        narrow = t_transpose(R)
        return jnp.pad(narrow, ((0, 0), (0, self.side - narrow.shape[1]), (0, 0)))


class Grid(NamedTuple):
    """What is swept: every width, number of measurements, draw and α; μ and when to record."""

    widths: Sequence[int]
    counts: Sequence[int]
    draws: int
    alphas: Sequence[float]
    step: float
    schedule: Schedule


def recover(sizes: Sizes, grid: Grid, seed: int, kinds: Sequence[str] = ()) -> xr.Dataset:
    """Return the records of every run, over (width, count, draw, alpha, record), with controls.

    Every draw has a truth, measurements and a start of its own; its runs from all α and of all
    widths are of one problem, and fewer measurements are the first of more. The control of a draw
    is its linear regression.

    Args:
        sizes: Those of the truths.
        grid: What is swept; its `step` is the μ of the paper, twice that of ½‖A(X) − y‖².
        seed: Of all draws.
        kinds: What is recorded beside the errors: `angles` to L and the truth, `power` for the
            power iterate's and the tube error.
    """
    problem_keys, start_keys = (
        jax.random.split(key, grid.draws) for key in jax.random.split(jax.random.key(seed))
    )
    starts = jnp.stack(
        [jnp.stack([sizes.start(width, key=key) for key in start_keys]) for width in grid.widths]
    )
    most, eta = max(grid.counts), grid.step / 2

    def fit(width: Array, count: Array, draw: Array, alpha: RealScalar) -> dict[str, Any]:
        problem = sizes.problem(most, count, key=problem_keys[draw])
        start = SymmetricTubal(alpha * starts[width, draw])
        assert problem.truth is not None
        observers = [test_error, train_error, factor_spectrum]
        if "angles" in kinds:
            observers += [
                angle_to_spectral_tensor(problem, sizes.rank),
                angle_to_truth(problem.truth, sizes.rank),
            ]
        if "power" in kinds:
            observers += [
                tube_error(problem.truth, sizes.rank),
                power_iterate_angle(problem, start, eta, sizes.rank),
            ]
        records = follow(problem, start, TubalDescent(eta), grid.schedule, observers).records
        spectra = records.pop("factor_spectrum")
        # How much is learnt, and what of the rest has grown: the worst slice of each.
        signal = jnp.min(spectra[..., sizes.rank - 1], axis=-1)
        noise = jnp.max(spectra[..., sizes.rank], axis=-1)
        rank = jnp.max(jnp.sum(spectra[-1] > COUNTED, axis=-1))
        eigentubes, _ = t_eigh(problem.operator.adjoint(problem.y))
        slices = jnp.real(Fourier().forward(eigentubes[:, None]))[..., 0]
        about = {"signal": signal, "noise": noise, "final_rank": rank, "eigenvalue": slices}
        return {**records, **about}

    swept = {
        "width": np.arange(len(grid.widths)),
        "count": np.asarray(grid.counts),
        "draw": np.arange(grid.draws),
        "alpha": np.asarray(grid.alphas, sizes.dtype),
    }
    # One after the other: decompositions of many lanes at once take all threads of a CPU, and wait
    # for ever where two of them do (jaxlib 0.10). Together the steps would take two thirds.
    runs = sweep(fit, lanes=1, **swept)
    inner = {"final_rank": (), "eigenvalue": ("slice", "index")}
    variables = {
        name: ((*swept, *inner.get(name, ("record",))), np.asarray(values), _about(name))
        for name, values in runs.items()
    }
    regressions = [
        [_regression(sizes, most, count, key) for key in problem_keys] for count in grid.counts
    ]
    coords = {
        "step": ("record", grid.schedule.points, make_attrs("step t")),
        "width": ("width", list(grid.widths), make_attrs("width R")),
        "count": ("count", list(grid.counts), make_attrs("measurements m")),
        "draw": ("draw", 1 + np.arange(grid.draws), make_attrs("draw")),
        "alpha": ("alpha", swept["alpha"], make_attrs("scale α of the start")),
    }
    # L is that of the problem: neither the width nor α changes it.
    found = xr.Dataset(variables, coords).assign(
        regression_error=(("count", "draw"), regressions, _about("regression_error"))
    )
    return found.assign(
        eigenvalue=found["eigenvalue"].isel(width=0, alpha=0, drop=True),
        middle_error=_middle(found["test_error"], "‖X − X★‖ / ‖X★‖, middle draw"),
        middle_regression=_middle(found["regression_error"], "least squares, middle draw"),
    )


def _middle(values: xr.DataArray, label: str) -> xr.DataArray:
    return values.median("draw", skipna=False).assign_attrs(make_attrs(label))


def _regression(sizes: Sizes, most: int, count: int, key: PRNGKey) -> float:
    """Relative error of the least linear fit, that of least norm where there are many."""
    rows, y, truth = (np.asarray(part, float) for part in _drawn(sizes, most, count, key))
    least = np.linalg.lstsq(rows[:count], y[:count], rcond=None)[0]
    return float(np.linalg.norm(least - truth.ravel()) / np.linalg.norm(truth))


@jit
def _drawn(sizes: Sizes, most: int, count: ScalarLike, key: PRNGKey) -> tuple[Array, Array, Array]:
    problem = sizes.problem(most, count, key=key)
    assert problem.truth is not None
    return problem.operator.as_matrix(), problem.y, problem.truth


def _about(name: str) -> dict[str, str]:
    return make_attrs(_LABELS[name])


def make_attrs(label: str) -> dict[str, str]:
    """Attributes of a variable with that label."""
    return {"long_name": label}
