"""Settings of an experiment: its presets, as text, and changed by texts; importable without JAX."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from inspect import getdoc
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

_DTYPES = ("float32", "float64")
_ONE = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
_MANY = {int: "whole numbers", float: "numbers", str: "texts"}


class Presets(NamedTuple):
    """Two configurations: one that runs in seconds, and the paper's."""

    smoke: Any
    paper: Any


class Setting(NamedTuple):
    """A field of a `Config`: its name, its type, and its value in both presets, all as text."""

    name: str
    kind: str
    smoke: str
    paper: str


class Sheet(NamedTuple):
    """The settings of an experiment, and what its `Config` says of them."""

    about: str
    settings: tuple[Setting, ...]


class _Form(NamedTuple):
    """A type that texts can be read as: one value or a tuple of them, or None where that may be."""

    base: type
    many: bool = False
    optional: bool = False

    def __str__(self) -> str:
        words = f"{_MANY[self.base]} with commas between" if self.many else _ONE[self.base]
        return f"{words}, or none" if self.optional else words


def override(config: Any, texts: Mapping[str, str], where: str) -> Any:
    """Return a frozen configuration with some of its fields replaced by what texts say.

    A tuple is written with commas, `none` is None where the field may be None, and a truth value
    is `true` or `false`.

    Args:
        config: An instance of a dataclass whose fields are annotated with `int`, `float`, `str`,
            `bool`, one of them `| None`, or `tuple[T, ...]` of the first three.
        texts: The value of each field that changes.
        where: The experiment, named in messages.

    Raises:
        ValueError: A field is not there, or its text is not of its type, or the configuration
            refuses the value; the message names the nearest fields, or the type and the text.
    """
    kinds = get_type_hints(type(config))
    names = [field.name for field in fields(config)]
    changes = {}
    for name, text in texts.items():
        if name not in names:
            near = get_close_matches(name, names, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
            raise ValueError(f"{where} has no setting {name!r}: {hint}")
        form = _form(kinds[name])
        if form is None:
            raise ValueError(f"{where}: setting {name} is a {kinds[name]}: change it in Python")
        try:
            changes[name] = _parse(text, form)
        except ValueError:
            raise ValueError(f"{where}: setting {name} must be {form}, got {text!r}") from None
    if changes.get("dtype", _DTYPES[0]) not in _DTYPES:
        wanted = " or ".join(_DTYPES)
        raise ValueError(f"{where}: setting dtype must be {wanted}, got {texts['dtype']!r}")
    try:
        return replace(config, **changes)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def as_text(value: Any) -> str:
    """Return a value as `override` reads it: `5.0,3.0`, `none`, `true`."""
    if isinstance(value, tuple):
        return ",".join(map(as_text, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def list_settings(presets: Presets) -> Sheet:
    """Return what a `Config` says of itself, and its fields with their values in both presets."""
    config = type(presets.smoke)
    return Sheet(
        getdoc(config) or "",
        tuple(
            Setting(
                field.name,
                # A plain class prints as <class 'int'>; `int | None` and `tuple[int, ...]` do not.
                field.type.__name__ if isinstance(field.type, type) else str(field.type),
                as_text(getattr(presets.smoke, field.name)),
                as_text(getattr(presets.paper, field.name)),
            )
            for field in fields(config)
        ),
    )


def _form(kind: Any) -> _Form | None:
    """Return how an annotation is read, or None if it cannot be."""
    arguments = get_args(kind)
    rest = [argument for argument in arguments if argument is not NoneType]
    if get_origin(kind) in (Union, UnionType) and len(rest) == 1:
        form = _form(rest[0])
        return form and form._replace(optional=True)
    if get_origin(kind) is tuple:
        many = arguments[1:] == (Ellipsis,) and arguments[0] in _MANY
        return _Form(arguments[0], many=True) if many else None
    return _Form(kind) if kind in _ONE else None


def _parse(text: str, form: _Form) -> Any:
    """Return the value of this form that a text stands for."""
    parse = _PARSERS[form.base]
    if form.optional and text.strip().lower() == "none":
        return None
    if form.many:
        return tuple(parse(part.strip()) for part in text.split(",")) if text.strip() else ()
    return parse(text.strip())


def _number(text: str) -> float:
    """Return a number, which NaN is not."""
    number = float(text)
    if math.isnan(number):
        raise ValueError
    return number


def _truth(text: str) -> bool:
    """Return a truth value."""
    if text.lower() not in ("true", "false"):
        raise ValueError
    return text.lower() == "true"


_PARSERS: dict[type, Callable[[str], Any]] = {int: int, float: _number, bool: _truth, str: str}
