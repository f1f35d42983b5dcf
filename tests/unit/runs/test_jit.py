"""Programs that could wait for themselves are known, and end."""

import subprocess
import sys
from functools import partial

import jax
import jax.numpy as jnp
import lineax as lx
import numpy as np
import pytest
from jax.extend.core import jaxpr_as_fun

from tacit import _jit
from tacit.algebra import spectral_map
from tacit.runs import jit

X = jax.random.normal(jax.random.key(0), (3, 4, 4))


def turned(X):
    """The eigenvectors of a batch."""
    return jnp.linalg.eigh(X + X.swapaxes(-1, -2))[1]


def beside(one, other=None):
    """Two that do not follow from each other."""
    return lambda X: one(X) + (other or one)(2 * X)


def after(one, other=None):
    """Two of which the second takes what the first has found."""
    return lambda X: (other or one)(one(X))


def looped(step):
    return lambda X: jax.lax.fori_loop(0, 3, lambda _, X: step(X), X)


def branched(step):
    return lambda X: jax.lax.cond(X.sum() > 0, step, jnp.sin, X)


def apart(X):
    """Of two results of one call, the first alone follows from what waits there."""
    one, other = jax.jit(lambda X: (turned(X), X + 1))(X)
    return one + turned(other)


def transformed(X):
    return jnp.fft.fft(X).real


def decomposed(X):
    return jnp.linalg.svd(X)[0]


def solved(X):
    return jnp.linalg.solve(X @ X.swapaxes(-1, -2) + jnp.eye(4)[None], X)


def matrix_free(X):
    """Of an operator that closes over X, whose program is among the operation's parameters."""
    form = jax.ShapeDtypeStruct(X.shape[1:2], X.dtype)
    operator = lx.FunctionLinearOperator(lambda v: X[0] @ X[0].T @ v + 5 * v, form)
    return lx.linear_solve(operator, X[0, 0], lx.LU()).value


def root(X):
    return spectral_map(jnp.sqrt, X)


ALONE = [turned, transformed, decomposed]
PROGRAMS = {
    "one": (turned, False),
    **{f"{one.__name__} beside itself": (beside(one), True) for one in ALONE},
    **{f"{one.__name__} after itself": (after(one), False) for one in ALONE},
    "another beside": (beside(turned, transformed), True),
    "another after": (after(decomposed, transformed), False),
    "single matrices": (lambda X: beside(turned)(X[0]), False),
    "single matrices, mapped": (jax.vmap(beside(turned)), True),
    "a batch of one": (lambda X: beside(turned)(X[:1]), False),
    "factors and solutions": (beside(solved), True),
    "inside a loop": (looped(beside(turned)), True),
    "one after the other in a loop": (looped(after(turned)), False),
    "loops beside each other": (beside(looped(turned)), True),
    "loops after each other": (after(looped(turned)), False),
    "a loop beside a transform": (beside(looped(turned), transformed), True),
    "one that may be": (beside(branched(turned)), True),
    "one that may be, first": (after(branched(turned)), False),
    "beside a part of a call": (apart, True),
    "beside a call": (beside(jax.jit(turned)), True),
    "after a call": (after(jax.jit(turned)), False),
    "beside what is not kept": (beside(jax.checkpoint(turned)), True),
    "derivatives of a spectral map": (jax.grad(lambda X: root(X).sum() + root(2 * X).sum()), True),
    "matrix-free solutions": (beside(matrix_free), False),
    "no wait at all": (beside(lambda X: X @ X), False),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_could_wait_for_itself_is_known(name):
    function, could_wait = PROGRAMS[name]
    jaxpr = jax.make_jaxpr(function)(X).jaxpr
    assert _jit.could_wait_for_itself(jaxpr) == could_wait


@pytest.mark.parametrize("name", PROGRAMS)
def test_in_order_none_can_wait_for_itself(name):
    function, _ = PROGRAMS[name]
    program = jax.make_jaxpr(function)(X)
    ordered = _jit.in_order(program)
    assert not _jit.could_wait_for_itself(ordered.jaxpr)
    both = jax.jit(lambda X: (jaxpr_as_fun(ordered)(X), jaxpr_as_fun(program)(X)))
    for one, other in zip(*both(X), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["no wait at all", "one", "inside a loop", "matrix-free solutions"]
)
def test_the_result_is_that_of_the_function(name):
    function, _ = PROGRAMS[name]
    np.testing.assert_allclose(jit(function)(X), jax.jit(function)(X), rtol=1e-5, atol=1e-5)


def test_arrays_are_traced_and_the_rest_is_static():
    traced = []

    @jit
    def function(X, label, *, power=2):
        """As it was."""
        traced.append(label)
        return {"power": X**power, "label": label, "beside": beside(turned)(X)}

    found = function(X, "first")
    np.testing.assert_allclose(found["power"], X**2)
    assert found["label"] == "first"
    function(X + 1, "first")
    assert traced == ["first"]
    function(np.asarray(X), "second", power=3)
    function(X[:2], "second", power=3)
    assert traced == ["first", "second", "second"]
    assert function.__doc__ == "As it was."


def test_inside_another_program_it_is_a_part_of_it():
    function = jit(beside(turned))
    expected = beside(turned)(X)
    np.testing.assert_allclose(jax.jit(function)(X), expected, atol=1e-6)
    np.testing.assert_allclose(jit(function)(X), expected, atol=1e-6)
    np.testing.assert_allclose(jax.vmap(function)(X[None])[0], expected, atol=1e-6)
    slope = jax.grad(lambda X: function(X).sum())(X)
    np.testing.assert_allclose(slope, jax.grad(lambda X: beside(turned)(X).sum())(X), rtol=1e-4)


WAITING = """
import sys
import jax
import jax.numpy as jnp
from tacit.runs import jit

compiled = jit if sys.argv[1] == "ours" else jax.jit

def step(_, X):
    parts = [jnp.linalg.eigh(X + k * X.swapaxes(-1, -2))[1] for k in range(1, 7)]
    parts += [jnp.fft.irfft(k * jnp.fft.rfft(X), 8) for k in range(1, 7)]
    found = sum(parts)
    return found / jnp.linalg.norm(found, axis=(1, 2), keepdims=True)

program = compiled(lambda X: jax.lax.fori_loop(0, 10, step, X))
X = jax.random.normal(jax.random.key(0), (500, 8, 8))
for number in range(100):
    program(X).block_until_ready()
print("done")
"""


@pytest.mark.slow
def test_what_could_wait_for_itself_ends():
    """By `jax.jit` it hangs within a few seconds on two to four cores."""
    command = partial(subprocess.run, capture_output=True, text=True, check=True, timeout=300)
    assert command([sys.executable, "-c", WAITING, "ours"]).stdout == "done\n"
