"""Completion with the face of scikit-learn: numpy in, numpy out, NaN is missing."""

from tacit.estimators.tensor_imputer import TensorImputer

__all__ = ["TensorImputer"]
