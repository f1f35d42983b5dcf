"""Pure functions, arrays to arrays: spectra, spectral maps, products, penalties, random draws.

Example:
    >>> import jax
    >>> from tacit.algebra import low_rank_matrix, numerical_rank, singular_values
    >>> X = low_rank_matrix((8, 6), 2, key=jax.random.key(0))
    >>> values = singular_values(X)
    >>> values.shape, int(numerical_rank(values))
    ((6,), 2)
"""

from tacit.algebra._divided_differences import vanishes_at_zero
from tacit.algebra._odd_polynomial import OddPolynomial, odd_polynomial
from tacit.algebra.activations import (
    Activation,
    SmoothClamp,
    identity,
    sigmoid,
    softplus,
    tanh,
)
from tacit.algebra.batched_small_svd import scale_singular_values
from tacit.algebra.dense_rows import DenseRows
from tacit.algebra.factored import Factored
from tacit.algebra.formats import (
    AbstractTensorFormat,
    CanonicalFormat,
    TrainFormat,
    TransferFormat,
    Tree,
    TreeFormat,
    TuckerFormat,
)
from tacit.algebra.lanczos import TopPair, top_eigenpair
from tacit.algebra.matrix_transforms import (
    AbstractMatrixTransform,
    Cosine,
    Haar,
    Linear,
    learned_transform,
)
from tacit.algebra.products import ModeMatrix, chain_product, multilinear, product
from tacit.algebra.ragged_rows import NormalEquations, RaggedRows, Regressors
from tacit.algebra.random import (
    low_rank_matrix,
    low_tubal_rank_tensor,
    orthogonal_frame,
    tubal_frame,
)
from tacit.algebra.scalar_flow import singular_value_at, time_to_reach
from tacit.algebra.sharded_rows import ShardedRows
from tacit.algebra.smoothness import dirichlet_energy, hessian_variation, laplacian_energy
from tacit.algebra.spectral_map import spectral_map
from tacit.algebra.spectrum import (
    effective_rank,
    nuclear_norm,
    nuclear_rank,
    numerical_rank,
    schatten_norm,
    shrink_singular_values,
    singular_values,
    spectral_norm,
    stable_rank,
    truncate_singular_values,
)
from tacit.algebra.transforms import AbstractTransform, Fourier
from tacit.algebra.tubal import t_chain_product, t_identity, t_outer, t_product, t_transpose
from tacit.algebra.tubal_factorisations import (
    TubalSVD,
    shrink_slices,
    t_eigh,
    t_pinv,
    t_qr,
    t_svd,
)
from tacit.algebra.tubal_spectrum import (
    average_rank,
    multirank,
    singular_tubes,
    slice_singular_values,
    tensor_nuclear_norm,
    tensor_spectral_norm,
    tubal_condition_number,
    tubal_principal_angles,
    tubal_rank,
)

__all__ = [
    "AbstractMatrixTransform",
    "AbstractTensorFormat",
    "AbstractTransform",
    "Activation",
    "CanonicalFormat",
    "Cosine",
    "DenseRows",
    "Factored",
    "Fourier",
    "Haar",
    "Linear",
    "ModeMatrix",
    "NormalEquations",
    "OddPolynomial",
    "RaggedRows",
    "Regressors",
    "ShardedRows",
    "SmoothClamp",
    "TopPair",
    "TrainFormat",
    "TransferFormat",
    "Tree",
    "TreeFormat",
    "TubalSVD",
    "TuckerFormat",
    "average_rank",
    "chain_product",
    "dirichlet_energy",
    "effective_rank",
    "hessian_variation",
    "identity",
    "laplacian_energy",
    "learned_transform",
    "low_rank_matrix",
    "low_tubal_rank_tensor",
    "multilinear",
    "multirank",
    "nuclear_norm",
    "nuclear_rank",
    "numerical_rank",
    "odd_polynomial",
    "orthogonal_frame",
    "product",
    "scale_singular_values",
    "schatten_norm",
    "shrink_singular_values",
    "shrink_slices",
    "sigmoid",
    "singular_tubes",
    "singular_value_at",
    "singular_values",
    "slice_singular_values",
    "softplus",
    "spectral_map",
    "spectral_norm",
    "stable_rank",
    "t_chain_product",
    "t_eigh",
    "t_identity",
    "t_outer",
    "t_pinv",
    "t_product",
    "t_qr",
    "t_svd",
    "t_transpose",
    "tanh",
    "tensor_nuclear_norm",
    "tensor_spectral_norm",
    "time_to_reach",
    "top_eigenpair",
    "truncate_singular_values",
    "tubal_condition_number",
    "tubal_frame",
    "tubal_principal_angles",
    "tubal_rank",
    "vanishes_at_zero",
]
