"""Completion with the face of scikit-learn: numpy in, numpy out, NaN is missing.

Example:
    >>> import numpy as np
    >>> from tacit.estimators import SoftImputer
    >>> table = np.outer(np.arange(1.0, 21), np.arange(1.0, 11))
    >>> table[3, 4] = np.nan
    >>> filled = SoftImputer().fit_transform(table)
    >>> filled.shape, bool(np.isfinite(filled).all())
    ((20, 10), True)
"""

from tacit.estimators.alternating_imputer import AlternatingLeastSquaresImputer
from tacit.estimators.matrix_imputer import MatrixImputer
from tacit.estimators.matrix_sensing import MatrixSensing
from tacit.estimators.ratings_model import RatingsModel
from tacit.estimators.scaled_imputer import ScaledDescentImputer
from tacit.estimators.soft_imputer import SoftImputer
from tacit.estimators.tensor_imputer import TensorImputer

__all__ = [
    "AlternatingLeastSquaresImputer",
    "MatrixImputer",
    "MatrixSensing",
    "RatingsModel",
    "ScaledDescentImputer",
    "SoftImputer",
    "TensorImputer",
]
