"""The laws of each kind as public functions, for the tests of Tacit and of code built on it.

Each takes one object and raises AssertionError with the law that it breaks. A class of your own is
tested by one call. Run them in float64 (`jax.enable_x64`): in float32 they are looser.

Example:
    >>> import jax
    >>> from tacit.operators import Entries
    >>> from tacit.testing import check_measurement
    >>> check_measurement(Entries([0, 1], [2, 0], shape=(2, 3)), key=jax.random.key(0))
"""

from tacit.testing.dynamics import check_dynamics
from tacit.testing.factorisation import check_factorisation
from tacit.testing.measurement import check_measurement

__all__ = ["check_dynamics", "check_factorisation", "check_measurement"]
