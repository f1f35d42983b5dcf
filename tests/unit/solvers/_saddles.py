"""A matrix of known singular vectors, and the saddles of its factorisations, constructed."""

import jax.numpy as jnp
import numpy as np

from tacit.models import Deep

SPECTRUM = (5.0, 3.0, 1.0)


def frames(m, n):
    """Orthogonal U, m × m, and V, n × n."""
    random = np.random.default_rng(0)
    return tuple(np.linalg.qr(random.standard_normal((side, side)))[0] for side in (m, n))


def matrix():
    """U diag(5, 3, 1) Vᵀ, 6 × 5."""
    U, V = frames(6, 5)
    return jnp.asarray((U[:, :3] * SPECTRUM) @ V[:, :3].T)


def saddle_at(learnt, depth, width=5):
    """Balanced factors of Σ_{i learnt} σ_i u_i v_iᵀ in a rotated basis of each inner space."""
    U, V = frames(6, 5)
    learnt, r = list(learnt), len(learnt)
    root = np.array([SPECTRUM[i] for i in learnt]) ** (1 / depth)
    inner = [frames(width + j, width)[1][:, :r] for j in range(depth - 1)]
    bases = [V[:, learnt], *inner, U[:, learnt]]
    return Deep(tuple(jnp.asarray((bases[j + 1] * root) @ bases[j].T) for j in range(depth)))
