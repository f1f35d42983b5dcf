"""What scikit-learn asks of every estimator, of the imputers of tables."""

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from tacit.estimators import (
    AlternatingLeastSquaresImputer,
    MatrixImputer,
    ScaledDescentImputer,
    SoftImputer,
)

# Few steps, narrow, one path of penalties: manners are asked, and each check fits several times.
ESTIMATORS = [
    MatrixImputer(width=4, depth=4, init_scale=0.1, members=1, max_iter=8),
    SoftImputer(max_iter=8),
    AlternatingLeastSquaresImputer(penalty=10.0, width=4, max_iter=8),
    ScaledDescentImputer(width=4, max_iter=20),
]

# Each fits at a shape of its own, which is most to compile.
SLOW = {
    "check_dtype_object",
    "check_estimator_sparse_array",
    "check_estimator_sparse_matrix",
    "check_estimator_sparse_tag",
    "check_estimators_dtypes",
    "check_estimators_overwrite_params",
    "check_fit_check_is_fitted",
    "check_fit_idempotent",
    "check_fit_score_takes_y",
    "check_n_features_in_after_fitting",
    "check_pipeline_consistency",
    "check_positive_only_tag_during_fit",
}


def _params():
    """Every check of every estimator, as `parametrize_with_checks` would list them."""
    for made in ESTIMATORS:
        for estimator, check in estimator_checks_generator(made, mark="xfail"):
            name = getattr(check, "func", check).__name__
            # All four have one face; what `SoftImputer` does not show of it, `MatrixImputer` does.
            like_soft = isinstance(estimator, AlternatingLeastSquaresImputer | ScaledDescentImputer)
            slow = like_soft or name in SLOW
            yield pytest.param(
                estimator,
                check,
                id=f"{type(estimator).__name__}-{name}",
                marks=[pytest.mark.slow] if slow else [],
            )


# A check stores numbers as names and names as numbers: `fit` alone may refuse them.
@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("estimator", "check"), list(_params()))
def test_checks(estimator, check):
    check(estimator)
