"""Random draws made by numpy, which compiles nothing, from a JAX key."""

import jax
import numpy as np

from tacit._typing import PRNGKey


def generator(key: PRNGKey, salt: int = 0) -> np.random.Generator:
    """A generator that follows from the key; other salts make independent ones."""
    seed = int.from_bytes(np.asarray(jax.random.key_data(key)).tobytes(), "big")
    return np.random.default_rng([seed, salt])
