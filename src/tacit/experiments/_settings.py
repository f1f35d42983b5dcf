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
    changes = {
        name: _read(name, text, _find_form(config, name, where), where)
        for name, text in texts.items()
    }
    try:
        return replace(config, **changes)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def split(config: Any, texts: Mapping[str, str], where: str) -> dict[str, tuple[Any, ...]]:
    """Return the values that each text gives a field, one or several.

    Values are separated by commas; those of a field that is itself a tuple by semicolons, `2;2,3`,
    and one that has commas ends with a semicolon, `2,3;`.

    Args:
        config: As for `override`, by which the values have yet to be tried.
        texts: The values of each field.
        where: The experiment, named in messages.

    Raises:
        ValueError: A field is not there, a text is not of its type, or its commas could mean both.
    """
    found = {}
    for name, text in texts.items():
        form = _find_form(config, name, where)
        if form.many and "," in text and ";" not in text:
            raise ValueError(
                f"{where}: setting {name} is {form}: write {text.replace(',', ';')!r} for several "
                f"cells, or '{text};' for one"
            )
        parts = text.removesuffix(";").split(";") if form.many else text.split(",")
        found[name] = tuple(_read(name, part, form, where) for part in parts)
    return found


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


def _find_form(config: Any, name: str, where: str) -> _Form:
    """Return how the text of a field is read."""
    names = [field.name for field in fields(config)]
    if name not in names:
        near = get_close_matches(name, names, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
        raise ValueError(f"{where} has no setting {name!r}: {hint}")
    kind = get_type_hints(type(config))[name]
    form = _form(kind)
    if form is None:
        raise ValueError(f"{where}: setting {name} is a {kind}: change it in Python")
    return form


def _read(name: str, text: str, form: _Form, where: str) -> Any:
    """Return the value that a text gives a field."""
    try:
        value = _parse(text, form)
    except ValueError:
        raise ValueError(f"{where}: setting {name} must be {form}, got {text!r}") from None
    if name == "dtype" and value not in _DTYPES:
        wanted = " or ".join(_DTYPES)
        raise ValueError(f"{where}: setting dtype must be {wanted}, got {text!r}")
    return value


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
