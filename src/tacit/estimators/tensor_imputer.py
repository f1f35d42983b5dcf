"""The imputer of pictures, films and cubes."""

import warnings
from typing import Literal

import jax
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError

from tacit._typing import Any, Sequence
from tacit.completion import AbstractMethod, Axis, Blend, Completion, Kind, complete
from tacit.estimators._progress import stages

Values = NDArray[np.floating]


class TensorImputer(TransformerMixin, BaseEstimator):
    """Fill the NaN of a picture, a film or a cube of any order.

    A face of `tacit.complete`: some of the observed entries are held out, missing the way the NaN
    are; on them `fit` chooses between families of methods and their settings, and when to stop.

    Args:
        kind: what the data are: `"picture"`, `"film"`, `"series"`, `"cube"`, or `"auto"`.
        axes: what each axis counts, in place of `kind`.
        methods: names of families or methods to try, or `"auto"`.
        members: most methods of which the mean is taken.
        budget: seconds to keep within.
        dtype: precision of training, `"float32"` or `"float64"`.
        random_state: seed of the starts and of the held-out entries.
        verbose: whether a line is printed for each stage.

    Attributes:
        completion_: the answer of `fit`, with its uncertainty, its trajectories and its cause.
        choice_: what was chosen, from what, and why.
        uncertainty_: standard deviation of the error of each filled entry, zero where observed.
        n_iter_: steps of the longest member.
        shape_: shape of the data of `fit`.
    """

    def __init__(
        self,
        *,
        kind: Kind = "auto",
        axes: Sequence[Axis] | None = None,
        methods: Literal["auto"] | Sequence[str | AbstractMethod] = "auto",
        members: int = 3,
        budget: float | int = 60.0,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: int = 0,
        verbose: bool | int = False,
    ):
        self.kind: Kind = kind
        self.axes = axes
        self.methods: Literal["auto"] | Sequence[str | AbstractMethod] = methods
        self.members = members
        self.budget = budget
        self.dtype = dtype
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: None = None) -> "TensorImputer":
        """Choose how to complete tensors like X, and complete it.

        Raises:
            ValueError: if X is not a numeric array of at least four entries, has nothing missing or
                next to nothing observed, or holds infinite values.
        """
        del y
        values = _numbers(X)
        self.completion_ = self._completed(values, self.methods)
        self.choice_ = self.completion_.choice
        self.uncertainty_ = self.completion_.uncertainty
        self.n_iter_ = max(1, *(member.all_steps for member in self.choice_.blend.members))
        self.shape_ = values.shape
        return self

    def fit_transform(self, X: Any, y: None = None, **fit_params: Any) -> Values:
        """X without holes; what was observed is as given."""
        return self.fit(X, y, **fit_params).completion_.filled

    def transform(self, X: Any) -> Values:
        """Another tensor completed by what `fit` chose, with nothing held out and nothing searched.

        Raises:
            NotFittedError: before `fit`.
            ValueError: if the order of X is another than that of the data of `fit`.
        """
        if not hasattr(self, "choice_"):
            raise NotFittedError("TensorImputer: fit it first, or use fit_transform")
        values = _numbers(X)
        if values.ndim != len(self.shape_):
            raise ValueError(
                f"TensorImputer: it was fitted to order {len(self.shape_)}, and X is of order "
                f"{values.ndim}"
            )
        if not np.isnan(values).any():
            return values
        return self._completed(values, self.choice_.blend).filled

    def __sklearn_tags__(self) -> Any:
        """NaN is allowed, and arrays of more than two modes."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.three_d_array = True
        return tags

    def _completed(
        self, values: Values, methods: Literal["auto"] | Blend | Sequence[str | AbstractMethod]
    ) -> Completion:
        _warn_of_lines(np.isnan(values))
        with jax.enable_x64(self.dtype == "float64"), stages(self.verbose) as report:
            return complete(
                values,
                kind=self.kind,
                axes=self.axes,
                methods=methods,
                members=self.members,
                budget=self.budget,
                dtype=self.dtype,
                report=report,
                key=jax.random.key(self.random_state),
            )


def _numbers(X: Any) -> Values:
    if np.ma.isMaskedArray(X):
        X = np.ma.filled(np.ma.asarray(X, float), np.nan)
    values = np.asarray(X)
    if values.dtype.kind not in "fiu":
        raise ValueError(f"TensorImputer: X must be an array of real numbers, got {values.dtype}")
    return values.astype(float)


def _warn_of_lines(missing: NDArray[np.bool_]) -> None:
    """Say of which modes something is wholly missing: only smoothness reaches it."""
    for mode in range(missing.ndim):
        others = tuple(axis for axis in range(missing.ndim) if axis != mode)
        empty = np.flatnonzero(missing.all(axis=others))
        if empty.size:
            warnings.warn(
                f"TensorImputer: of mode {mode}, {empty.size} of {missing.shape[mode]} places are "
                f"wholly missing, the first at {empty[0]}; they are filled by smoothness alone",
                UserWarning,
                stacklevel=4,
            )
