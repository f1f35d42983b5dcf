"""Compiled programs, none of which can wait for itself for ever.

On CPUs XLA runs at once what does not depend on each other in a program, on a pool of as many
threads as there are cores. A batch of LAPACK calls, and an FFT, hands its own pieces to the same
pool and waits for them on the thread that it has. Once every thread waits, none is left to do the
pieces. Where two such operations could meet, each is made to depend on the one before.
"""

import math
from dataclasses import dataclass
from functools import partial, reduce, update_wrapper
from operator import or_
from typing import ParamSpec, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.core import Tracer
from jax.extend.core import ClosedJaxpr, Jaxpr, JaxprEqn, Literal

from tacit._typing import Any, Array, Callable, Iterator, RealScalar, Sequence, ShapeDtypeStruct

_P = ParamSpec("_P")
_R = TypeVar("_R")

# fmt: off
_BATCHED = frozenset({
    "cholesky", "eig", "eigh", "geqp3", "geqrf", "hessenberg", "householder_product", "lu", "ormqr",
    "qr", "schur", "svd", "triangular_solve", "tridiagonal", "tridiagonal_solve",
    "spectral_derivative",
})
# fmt: on
"""What calls LAPACK once for each matrix of a batch; the last is Tacit's own."""

_CONTROL = frozenset({"cond", "scan", "shard_map", "while"})
"""What begins after all that it is given, and ends before all that follows from it; of those on a
mesh each device has its own."""


class _Program:
    """A function, compiled for every form of its arguments."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        flat = update_wrapper(partial(_flat, function), function)
        self._compiled = jax.jit(flat, static_argnums=0)
        self._in_order: dict[Any, Callable[..., Any] | None] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns."""
        leaves, tree = jax.tree.flatten((args, kwargs))
        arrays = tuple(leaf if eqx.is_array(leaf) else None for leaf in leaves)
        static = _Static((tree, *(None if eqx.is_array(leaf) else leaf for leaf in leaves)))
        in_order = None
        if not any(isinstance(leaf, Tracer) for leaf in arrays):
            forms = tuple(None if leaf is None else jax.typeof(leaf) for leaf in arrays)
            key = (static, forms, jax.config.read("jax_enable_x64"))
            if key not in self._in_order:
                self._in_order[key] = _program_in_order(self._compiled.trace(static, arrays))
            in_order = self._in_order[key]
        if in_order is None:
            traced, known = self._compiled(static, arrays)
        else:
            traced, known = in_order(*(leaf for leaf in arrays if leaf is not None))
        return eqx.combine(traced, known.value)


def jit(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile a function as `equinox.filter_jit` does, so that it ends on CPUs.

    Arrays among its arguments and results are traced, everything else is static. Batched
    factorisations and FFTs that could wait for each other for ever run one after the other, each on
    all cores. While a function around it is traced, it becomes a part of that program: compile that
    one by this, too.

    Args:
        function: of arrays and of what can be hashed.
    """
    return _Program(function)


def could_wait_for_itself(jaxpr: Jaxpr) -> bool:
    """Whether two operations that wait on threads of the pool do not depend on each other."""
    return _Order.of(jaxpr).may_meet


def in_order(closed: ClosedJaxpr) -> ClosedJaxpr:
    """The same program, in which each operation that waits depends on the one before."""
    forms = [ShapeDtypeStruct(a.shape, a.dtype, weak_type=a.weak_type) for a in closed.in_avals]
    return jax.make_jaxpr(lambda *arguments: _evaluate(closed, arguments, None)[0])(*forms)


def _program_in_order(traced: Any) -> Callable[..., Any] | None:
    """The program that is its own in order; None if nothing in it can meet."""
    closed, tree = traced.jaxpr, jax.tree.structure(traced.out_info)
    if not could_wait_for_itself(closed.jaxpr):
        return None
    return jax.jit(
        lambda *arguments: jax.tree.unflatten(tree, _evaluate(closed, arguments, None)[0])
    )


def _evaluate(
    closed: ClosedJaxpr, arguments: Sequence[Any], last: RealScalar | None
) -> tuple[list[Any], RealScalar | None]:
    """The results, and a number that follows from the last that has waited, inside or before."""
    jaxpr = closed.jaxpr
    known = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*closed.consts, *arguments), strict=True))

    def read(values: Sequence[Any]) -> list[Any]:
        return [value.val if isinstance(value, Literal) else known[value] for value in values]

    for equation in jaxpr.eqns:
        inputs, called = read(equation.invars), _called(equation)
        waits = _does_wait(equation)
        if waits and called is not None:
            results, last = _evaluate(called, inputs, last)
        else:
            parameters = equation.params
            if waits:
                parameters = jax.tree.map(_in_order_if_program, parameters)
                inputs = inputs if last is None else [_after(last, value) for value in inputs]
            parameters = equation.primitive.get_bind_params(parameters)
            results = equation.primitive.bind(*inputs, **parameters)
            results = results if equation.primitive.multiple_results else [results]
            last = _number_of(results) if waits else last
        known.update(zip(equation.outvars, results, strict=True))
    return read(jaxpr.outvars), last


def _in_order_if_program(value: Any) -> Any:
    return in_order(value) if isinstance(value, ClosedJaxpr) else value


def _after(last: RealScalar, value: Any) -> Any:
    """The value, which the compiler takes to depend on the number.

    It cannot know that the number is not one certain signalling NaN, which no operation returns.
    """
    if not jnp.issubdtype(value.dtype, jnp.inexact):
        return value
    never = jax.lax.bitcast_convert_type(last, jnp.uint32) == jnp.uint32(0x7FA5A5A5)
    return jnp.where(never, jnp.zeros((), value.dtype), value)


def _number_of(results: Sequence[Array]) -> RealScalar:
    """A number that is known once all of these are."""
    firsts = [
        r.ravel()[0] for r in results if r.size and not jnp.issubdtype(r.dtype, jax.dtypes.extended)
    ]
    return sum((jnp.real(first).astype(jnp.float32) for first in firsts), start=jnp.float32(0))


class _Order:
    """What waits in a program, numbered, and which of it every value follows from, bit by bit."""

    def __init__(self) -> None:
        self.count = 0
        self.may_meet = False

    @classmethod
    def of(cls, jaxpr: Jaxpr) -> "_Order":
        """That of a program by itself."""
        order = cls()
        order.follow(jaxpr, [0] * len(jaxpr.invars))
        return order

    def follow(self, jaxpr: Jaxpr, given: list[int]) -> list[int]:
        """What the results follow from, if the arguments follow from what is given."""
        known = dict(zip(jaxpr.invars, given, strict=True))

        def masks(values: Sequence[Any]) -> list[int]:
            return [0 if isinstance(v, Literal) else known.get(v, 0) for v in values]

        for equation in jaxpr.eqns:
            results = self.step(equation, masks(equation.invars))
            known.update(zip(equation.outvars, results, strict=True))
        return masks(jaxpr.outvars)

    def step(self, equation: JaxprEqn, given: list[int]) -> list[int]:
        """What the results of one operation follow from."""
        if (called := _called(equation)) is not None:
            return self.follow(called.jaxpr, given)
        inside = [_Order.of(each.jaxpr) for each in _inside(equation)]
        self.may_meet |= any(order.may_meet for order in inside)
        mask = reduce(or_, given, 0)
        if _waits(equation) or any(order.count for order in inside):
            self.may_meet |= mask != (1 << self.count) - 1
            mask |= 1 << self.count
            self.count += 1
        return [mask] * len(equation.outvars)


def _called(equation: JaxprEqn) -> ClosedJaxpr | None:
    """The program of which the operation is no more than a call, part by part."""
    inside = list(_inside(equation))
    is_call = len(inside) == 1 and equation.primitive.name not in _CONTROL
    is_call = is_call and len(inside[0].in_avals) == len(equation.invars)
    return inside[0] if is_call else None


def _inside(equation: JaxprEqn) -> Iterator[ClosedJaxpr]:
    """The programs that an operation runs."""
    for value in jax.tree.leaves(equation.params):
        if isinstance(value, ClosedJaxpr):
            yield value
        elif isinstance(value, Jaxpr):
            # What it has of its own beside its arguments stands among those of the operation.
            names = (*value.constvars, *value.invars)
            yield ClosedJaxpr(value.replace(constvars=[], invars=names), ())


def _does_wait(equation: JaxprEqn) -> bool:
    order = _Order()
    order.step(equation, [0] * len(equation.invars))
    return order.count > 0


def _waits(equation: JaxprEqn) -> bool:
    """Whether pieces of the operation go to the pool while it waits for them."""
    name = equation.primitive.name
    if name in _BATCHED:
        shape = equation.invars[0].aval.shape  # pyright: ignore[reportAttributeAccessIssue]
        return math.prod(shape[:-2]) > 1
    return name == "fft"


@dataclass(frozen=True)
class _Static:
    """What is not traced."""

    value: Any


jax.tree_util.register_static(_Static)


def _flat(function: Callable[..., Any], static: _Static, arrays: tuple) -> tuple[Any, _Static]:
    """The function on its leaves, and the leaves of its result."""
    tree, *others = static.value
    pairs = zip(arrays, others, strict=True)
    args, kwargs = jax.tree.unflatten(tree, [b if a is None else a for a, b in pairs])
    traced, known = eqx.partition(function(*args, **kwargs), eqx.is_array)
    return traced, _Static(known)
