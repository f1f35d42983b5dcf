"""Ridge regression from its normal equations, one or a batch of them."""

from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.linalg import cho_solve

from tacit._typing import Array, Float, Inexact, ScalarLike


class Ridge(NamedTuple):
    """The normal equations (G + diag λ) x = b, factorised once for all that is solved with them.

    Two batches of LAPACK's routines at once wait for each other for ever (jaxlib 0.10): let what is
    solved second depend on what is solved first.

    Attributes:
        root: the lower Cholesky factor of G + diag λ.
    """

    root: Inexact[Array, "*batch w w"]

    @classmethod
    def of(
        cls, gram: Inexact[Array, "*batch w w"], ridge: Float[Array, "*#batch #w"] | ScalarLike
    ) -> "Ridge":
        """Factorise.

        Args:
            gram: G, symmetric or Hermitian, and not negative.
            ridge: λ of each coordinate, or one for all; positive where G is singular.
        """
        diagonal = jnp.broadcast_to(jnp.asarray(ridge, gram.dtype), gram.shape[:-1])
        identity = jnp.broadcast_to(jnp.eye(gram.shape[-1], dtype=gram.dtype), gram.shape)
        return cls(jnp.linalg.cholesky(gram + diagonal[..., None] * identity))

    def solve(self, moment: Inexact[Array, "*batch w k"]) -> Inexact[Array, "*batch w k"]:
        """(G + diag λ)⁻¹ B."""
        return cho_solve((self.root, True), moment)
