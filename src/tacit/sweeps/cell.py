"""One cell, computed wherever: its values in, arrays out, or one line that says why not."""

import inspect
import json
import platform
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from typing import Any, NamedTuple

import jax
import numpy as np
import xarray as xr
from threadpoolctl import threadpool_limits

from tacit._version import __version__
from tacit.results import provenance
from tacit.runs import keep_compiled
from tacit.sweeps.axes import RESERVED, Value, describe, seed_of

_PACKAGES = ("equinox", "jax", "jaxlib", "numpy")
_SETTINGS = (
    "jax_default_matmul_precision",
    "jax_default_prng_impl",
    "jax_enable_x64",
    "jax_numpy_dtype_promotion",
    "jax_numpy_rank_promotion",
    "jax_threefry_partitionable",
)
"""What of JAX's settings results may depend on."""
_STORED = {
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
}
"""Types that every reader of zarr knows."""
_LONGEST = 500
"""Letters of a message that are kept."""
_TURN = threading.Lock()
"""One cell at a time in a process: XLA's threads, and its settings, are those of the process."""


class Array(NamedTuple):
    """One result: names of its dimensions, its values, and what is said of it."""

    dims: tuple[str, ...]
    values: np.ndarray
    attrs: dict[str, Any]


class Outcome(NamedTuple):
    """What came of a cell: results, or an error in one line.

    `refusal` is of the worker, not of the cell: it must compute none. A cell that is `suspected`
    was on workers that were killed, it or one that waited beside it being the cause.
    """

    results: dict[str, Array]
    error: str = ""
    seconds: float = np.nan
    origin: str = ""
    refusal: str = ""
    suspected: bool = False


class Cell(NamedTuple):
    """A function with what every process needs to know to compute the same as this one."""

    fit: Callable[..., Any]
    versions: dict[str, str]
    settings: dict[str, Any]
    hands: str
    """What the function asks for beside the axes: `key`, `seed` or nothing."""

    @classmethod
    def of(cls, fit: Callable[..., Any], example: Mapping[str, Value]) -> "Cell":
        """A function with the versions and settings of this process.

        Raises:
            ValueError: if it does not take the axes, of which `example` has a value each.
        """
        return cls(fit, versions(), settings(), _asked(fit, example))

    def compute(self, values: Mapping[str, Value]) -> Outcome:
        """Call the function for one cell; whatever it raises becomes a line."""
        unlike = differences(versions(), self.versions)
        if unlike:
            where = f"a worker on {platform.node() or 'another machine'}"
            return Outcome({}, refusal=f"{where} has {unlike}; install the same everywhere")

        seed = seed_of(values)
        given: dict[str, Any] = dict(values)
        with _TURN, _as_told(self.settings), keep_compiled(), threadpool_limits(1, "blas"):
            if self.hands:
                given[self.hands] = seed if self.hands == "seed" else jax.random.key(seed)
            origin = _origin()
            began = time.perf_counter()
            try:
                results, error = _arrays(self.fit(**given), values), ""
            except (Exception, SystemExit) as raised:
                results, error = {}, one_line(raised)
            return Outcome(results, error, time.perf_counter() - began, origin)


@cache
def _origin() -> str:
    """Versions, platform, device and machine of this process, as JSON."""
    return json.dumps({**provenance(), "host": platform.node()}, sort_keys=True)


@cache
def versions() -> dict[str, str]:
    """Versions that results may depend on, of this process."""
    python = ".".join(platform.python_version_tuple()[:2])
    found = {name: version(name) for name in _PACKAGES}
    return {"tacit": __version__, **found, "python": python}


def settings() -> dict[str, Any]:
    """Settings of JAX that results may depend on, of this process."""
    return {name: getattr(jax.config, name) for name in _SETTINGS}


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """What two tables differ in, `jax 0.9.1, not 0.10.2`; nothing if they are the same."""
    names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name)]
    return " and ".join(
        f"{name} {found.get(name, 'absent')}, not {wanted.get(name, 'there')}" for name in names
    )


def one_line(error: BaseException) -> str:
    """An exception as one line of moderate length."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:_LONGEST].removesuffix(": ")


def _asked(fit: Callable[..., Any], example: Mapping[str, Value]) -> str:
    """Which of `key` and `seed` a function asks for where it is no axis."""
    try:
        signature = inspect.signature(fit)
    except (TypeError, ValueError):  # of some built-in functions nothing is known
        return ""
    asked = [name for name in ("key", "seed") if name in signature.parameters]
    hands = next((name for name in asked if name not in example), "")
    try:
        signature.bind(**example, **({hands: None} if hands else {}))
    except TypeError as error:
        takes = ", ".join(signature.parameters) or "nothing"
        raise ValueError(
            f"grid: the axes {', '.join(example)} do not fit the function, which takes {takes}: "
            f"{error}"
        ) from None
    return hands


@contextmanager
def _as_told(told: Mapping[str, Any]) -> Iterator[None]:
    """JAX set as in the process that began the sweep; in that process nothing changes."""
    before = {name: value for name, value in settings().items() if value != told[name]}
    try:
        for name in before:
            jax.config.update(name, told[name])
        yield
    finally:
        for name, value in before.items():
            jax.config.update(name, value)


def _arrays(results: Any, axes: Mapping[str, Value]) -> dict[str, Array]:
    """What a function returned, as arrays with names for their dimensions."""
    if isinstance(results, xr.Dataset) and results.variables:
        return _of_dataset(results, axes)
    if not isinstance(results, Mapping) or not results:
        raise TypeError(
            f"a cell must return a dict of one array or more, got a {type(results).__name__}"
        )
    arrays = {}
    for name, value in results.items():
        if not isinstance(name, str) or not name or name in axes or name in RESERVED or "/" in name:
            raise ValueError(f"a result cannot be called {name!r}: {_TAKEN}")
        array = _storable(name, value)
        arrays[name] = Array(tuple(f"{name}_{at}" for at in range(array.ndim)), array, {})
    return arrays


_TAKEN = f"taken are the axes and {', '.join(sorted(RESERVED))}, and a name is a text without /"


def _of_dataset(dataset: xr.Dataset, axes: Mapping[str, Value]) -> dict[str, Array]:
    """Variables and coordinates; what has the name of an axis gets `_in_cell` behind it.

    Coordinates of dimensions get `_values`, for they may differ from cell to cell.
    """

    def renamed(name: Any) -> str:
        return f"{name}_in_cell" if name in axes or name in RESERVED else str(name)

    arrays = {}
    for name, variable in dataset.variables.items():
        dims = tuple(map(renamed, variable.dims))
        own = f"{renamed(name)}_values" if name in variable.dims else renamed(name)
        arrays[own] = Array(dims, _storable(own, variable.values), _plain(variable.attrs))
    return arrays


def _plain(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Attributes as JSON knows them."""
    return json.loads(json.dumps({str(name): value for name, value in attrs.items()}, default=str))


def _storable(name: str, value: Any) -> np.ndarray:
    """Numbers, truth values or texts."""
    array = np.asarray(value)
    if array.dtype.kind in "OUT" and all(isinstance(part, str) for part in array.ravel().tolist()):
        return array.astype(object)
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    if native.dtype.name not in _STORED:
        raise TypeError(
            f"result {name!r} must hold numbers, truth values or texts, got {array.dtype}"
        )
    return native


def named(values: Mapping[str, Value], outcome: Outcome) -> str:
    """A cell that raised, with its values and its message."""
    return f"{describe(values)}: {outcome.error}"
