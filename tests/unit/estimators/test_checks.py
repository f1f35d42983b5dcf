"""What scikit-learn asks of every estimator, of the imputers of tables."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

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


# A check stores numbers as names and names as numbers: `fit` alone may refuse them.
@pytest.mark.usefixtures("unchecked")
@parametrize_with_checks(ESTIMATORS)
def test_checks(estimator, check):
    check(estimator)
