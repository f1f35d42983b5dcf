"""What a function is, in short texts that can be compared with those in a store."""

import ast
import functools
import inspect
import pickle
import textwrap
from collections.abc import Callable, Iterator
from hashlib import sha256
from types import CodeType, FunctionType, ModuleType
from typing import Any


def fingerprint(function: Callable[..., Any]) -> dict[str, str]:
    """The name of a function, and digests of its code and of what the code takes from around it.

    Looked at are defaults, values captured by closures and by `functools.partial`, and, of the
    module where the function stands, the functions and values it names, and those that these name.
    What other modules hold is not looked at: their versions are their own matter.
    """
    found: dict[str, str] = {}
    for name, text in _parts(function, set()):
        found.setdefault(name, text)
    return found


def _parts(function: Any, seen: set[int]) -> Iterator[tuple[str, str]]:
    """Pairs of what is looked at and its digest, the function's own name first."""
    if id(function) in seen:
        return
    seen.add(id(function))
    if isinstance(function, functools.partial):
        yield from _parts(function.func, seen)
        for name, value in (*enumerate(function.args), *function.keywords.items()):
            yield from _value(f"argument {name}", value, seen)
        return
    if not isinstance(function, FunctionType):
        kind = type(function)
        yield "function", f"{kind.__module__}.{kind.__qualname__}"
        yield from _value("object", function, seen)
        return

    yield "function", f"{function.__module__}.{function.__qualname__}"
    yield f"code of {function.__qualname__}", _digest(_code(function))
    signature = inspect.signature(function)
    for name, parameter in signature.parameters.items():
        if parameter.default is not parameter.empty:
            yield from _value(f"default of {name}", parameter.default, seen)

    # What it names: cells of closures first, then globals of its own module.
    scope = inspect.getclosurevars(function)
    for name, value in scope.nonlocals.items():
        yield from _value(name, value, seen)
    for name in sorted(_names(function.__code__) & function.__globals__.keys()):
        yield from _value(name, function.__globals__[name], seen, function.__module__)


def _value(name: str, value: Any, seen: set[int], module: str = "") -> Iterator[tuple[str, str]]:
    """The digest of something that a function names; of other modules' things only the name."""
    if isinstance(value, ModuleType):
        return
    if isinstance(value, FunctionType) and module in ("", value.__module__):
        yield from _parts(value, seen)
        return
    if isinstance(value, type | FunctionType):
        yield name, f"{value.__module__}.{value.__qualname__}"
        return
    try:
        yield name, _digest(pickle.dumps(_in_order(value), protocol=4))
    except Exception:  # what cannot be pickled raises anything
        yield name, f"{type(value).__module__}.{type(value).__qualname__}"


def _names(code: CodeType) -> set[str]:
    """Every name that code and the functions inside it look up."""
    inner = [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return set(code.co_names).union(*map(_names, inner))


def _code(function: FunctionType) -> bytes:
    """The source without comments and layout; where there is none, what it was compiled to."""
    try:
        source = textwrap.dedent(inspect.getsource(function))
        return ast.unparse(ast.parse(source)).encode()
    except (OSError, SyntaxError, TypeError, ValueError):
        return _compiled(function.__code__)


def _compiled(code: CodeType) -> bytes:
    constants = []
    for constant in code.co_consts:
        inner = isinstance(constant, CodeType)
        constants.append(_compiled(constant) if inner else repr(_in_order(constant)).encode())
    return b"\0".join([code.co_code, *map(str.encode, code.co_names), *constants])


def _in_order(value: Any) -> Any:
    """A set as a list, since its order is another one in each process."""
    return sorted(map(repr, value)) if isinstance(value, set | frozenset) else value


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]
