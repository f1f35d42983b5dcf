"""A ratings model as a folder: its arrays as safetensors, everything else as JSON."""

import hashlib
import json
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tacit._typing import Any
from tacit._version import __version__
from tacit.completion import RatingsFit
from tacit.estimators._ids import Ids
from tacit.estimators._learnt import Learnt
from tacit.estimators._triplets import Seen
from tacit.media import MediaError
from tacit.media.atomic import atomic_folder, recover_folder
from tacit.models import GaussianFactors, Gaussians
from tacit.runs import Result, Trajectory
from tacit.runs.trajectory import Axes

Arrays = dict[str, NDArray[Any]]

FORMAT, VERSION = "tacit ratings model", 1
ARRAYS, FACTS = "model.safetensors", "model.json"
_SCALARS = ("centre", "noise", "held_out", "steps")
_CLOCKS = ("step", "time", "result_code", "length", "best")
"""No wall time is kept: the same fit has the same bytes."""
_HOW = "devices"
"""The parameter that says how a model is computed, not what it is: another machine has others."""


def save(
    folder: str | os.PathLike[str],
    learnt: Learnt,
    parameters: dict[str, Any],
    *,
    overwrite: bool = False,
) -> None:
    """Write a model, whole or not at all.

    Raises:
        MediaError: if something is there already and may not be replaced, the folder cannot be
            written to, or an id is neither a number nor a text.
    """
    if not overwrite and Path(folder).exists() and (Path(folder).is_file() or os.listdir(folder)):
        raise MediaError(f"{folder}: exists already: name a new folder, or allow it to be replaced")
    trajectory = learnt.fit.trajectory
    stored = _safetensors().save(_arrays(learnt))
    content = {
        "parameters": {name: parameters[name] for name in parameters if name != _HOW},
        "fit": {name: getattr(learnt.fit, name) for name in _SCALARS},
        "result": learnt.fit.result.name,
        "axes": [] if trajectory is None else [[a.name, a.label, a.dims] for a in trajectory.axes],
        "users": _names(folder, learnt.users),
        "items": _names(folder, learnt.items),
        "arrays": _digest(stored),
    }
    plain = _plain(content)
    facts = {"format": FORMAT, "version": VERSION, "tacit": __version__}
    facts |= {"content": plain, "checksum": _digest(_text(plain))}
    with atomic_folder(folder, frozenset([ARRAYS, FACTS])) as temporary:
        (temporary / ARRAYS).write_bytes(stored)
        (temporary / FACTS).write_bytes(_text(facts))


def load(folder: str | os.PathLike[str], names: Sequence[str]) -> tuple[Learnt, dict[str, Any]]:
    """Read a model and the parameters that it was made with.

    The checksums tell an accident; a folder that was made to do harm has right ones, so that
    whatever it holds must be met.

    Args:
        folder: that it was saved to.
        names: of the parameters.

    Raises:
        MediaError: if there is no model, or one that is damaged or of a newer version.
    """
    arrays_of = _safetensors().load
    recover_folder(folder)
    facts = _facts(Path(folder))
    stored = _bytes(Path(folder), ARRAYS)
    try:
        content = _restored(facts["content"])
        if _digest(stored) != content["arrays"]:
            raise _damaged(folder, f"{ARRAYS} is not what was written")
        learnt, parameters = _learnt(arrays_of(stored), content), dict(content["parameters"])
        if set(parameters) != set(names) - {_HOW}:
            raise KeyError(f"parameters {sorted(parameters)}")
    except MediaError:
        raise
    except Exception as error:  # safetensors and NumPy raise anything on what is not theirs
        raise _damaged(folder, f"{ARRAYS} and {FACTS} do not belong together") from error
    return learnt, parameters


def _safetensors() -> Any:
    try:
        return import_module("safetensors.numpy")
    except ImportError as error:
        raise ImportError(
            "RatingsModel: models are kept with safetensors: pip install 'tacit-lowrank[media]'"
        ) from error


def _facts(folder: Path) -> dict[str, Any]:
    """What `model.json` holds, once it is known to be whole and of a version that can be read."""
    try:
        facts = json.loads(_bytes(folder, FACTS))
    except MediaError:
        raise
    except (ValueError, RecursionError):
        raise _damaged(folder, f"{FACTS} is cut off or is no JSON") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise MediaError(f"{folder}: {FACTS} is not that of a ratings model: name another folder")
    if not isinstance(facts.get("version"), int):
        raise _damaged(folder, f"{FACTS} names no version")
    if facts["version"] > VERSION:
        raise MediaError(
            f"{folder} was written by a newer Tacit ({facts.get('tacit')}), in format "
            f"{facts['version']}, and this one reads {VERSION}: update Tacit, or fit it again"
        )
    if _digest(_text(facts.get("content"))) != facts.get("checksum"):
        raise _damaged(folder, f"{FACTS} is not what was written")
    return facts


def _bytes(folder: Path, name: str) -> bytes:
    if not folder.is_dir():
        raise MediaError(f"{folder}: there is no such folder: name one that a model was saved to")
    # A pipe or a device under this name would keep the reader waiting, or never end.
    if (folder / name).exists() and not (folder / name).is_file():
        raise _damaged(folder, f"{name} is not an ordinary file")
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise _damaged(folder, f"{name} is missing") from None
    except OSError as error:
        raise MediaError(f"{folder}: {name} cannot be read: {error.strerror}") from None


def _damaged(folder: str | os.PathLike[str], what: str) -> MediaError:
    return MediaError(f"{folder}: the model is damaged, {what}: copy it again, or fit it again")


def _arrays(learnt: Learnt) -> Arrays:
    fit, seen = learnt.fit, learnt.seen
    arrays: dict[str, Any] = {}
    for k, (model, priors) in enumerate(zip(fit.members, fit.priors, strict=True)):
        sides = (("rows", model.rows, priors[0]), ("columns", model.columns, priors[1]))
        for side, law, prior in sides:
            arrays[f"{k}.{side}.mean"] = law.mean
            arrays[f"{k}.{side}.variance"] = law.variance
            arrays[f"{k}.{side}.prior"] = prior
        arrays[f"{k}.precision"] = model.precision
    arrays |= {"seen.starts": seen.ratings.indptr, "seen.items": seen.ratings.indices}
    arrays["seen.ratings"] = seen.ratings.data
    if seen.weights is not None:
        arrays["seen.weights"] = seen.weights.data
    for name, ids in (("users", learnt.users), ("items", learnt.items)):
        if ids.table is None:
            arrays[name] = ids.values
    if fit.trajectory is not None:
        arrays |= {f"clock.{name}": getattr(fit.trajectory, name) for name in _CLOCKS}
        arrays |= {f"record.{name}": value for name, value in fit.trajectory.records.items()}
    return {name: np.asarray(array, order="C") for name, array in arrays.items()}


def _learnt(arrays: Arrays, content: dict[str, Any]) -> Learnt:
    members, priors = [], []
    while (number := f"{len(members)}.precision") in arrays:
        (rows, of_rows), (columns, of_columns) = (
            _law(arrays, f"{len(members)}.{side}") for side in ("rows", "columns")
        )
        members.append(GaussianFactors(rows, columns, jnp.asarray(arrays[number])))
        priors.append((of_rows, of_columns))
    axes = tuple(Axes(name, label, tuple(dims)) for name, label, dims in content["axes"])
    trajectory = None
    if axes:
        clocks: dict[str, Any] = {name: arrays[f"clock.{name}"] for name in _CLOCKS}
        clocks["seconds"] = np.asarray(np.nan)
        records: dict[str, Any] = {axis.name: arrays[f"record.{axis.name}"] for axis in axes}
        trajectory = Trajectory(records=records, model=members[0], axes=axes, **clocks)
    fit = RatingsFit(
        members=tuple(members),
        priors=tuple(priors),
        trajectory=trajectory,
        result=Result[content["result"]],
        seconds=np.nan,
        **{name: content["fit"][name] for name in _SCALARS},
    )
    users, items = (_ids(arrays, content, name) for name in ("users", "items"))
    shape = len(users), len(items)
    if {(len(m.rows.mean), len(m.columns.mean)) for m in members} != {shape}:
        raise ValueError(f"the factors are not those of {shape[0]} users and {shape[1]} items")
    places = arrays["seen.items"], arrays["seen.starts"]
    ratings, weights = (
        sparse.csr_array((arrays[name], *places), shape=shape) if name in arrays else None
        for name in ("seen.ratings", "seen.weights")
    )
    # SciPy's loops do not look whether an index lies within the shape.
    for table in (ratings, weights):
        if table is not None:
            table.check_format(full_check=True)
    return Learnt(fit, users, items, Seen(ratings, weights))


def _law(arrays: Arrays, side: str) -> tuple[Gaussians, NDArray[Any]]:
    mean, variance = (jnp.asarray(arrays[f"{side}.{name}"]) for name in ("mean", "variance"))
    return Gaussians(mean, variance), arrays[f"{side}.prior"]


def _ids(arrays: Arrays, content: dict[str, Any], name: str) -> Ids:
    names = content[name]
    return Ids.of(arrays[name] if names is None else np.fromiter(names, object, len(names)))


def _names(folder: str | os.PathLike[str], ids: Ids) -> list[Any] | None:
    """Ids that are no array of numbers, for JSON."""
    if ids.table is None:
        return None
    names = [value.item() if isinstance(value, np.generic) else value for value in ids.table]
    for name in names:
        if not isinstance(name, str | int | float):
            raise MediaError(f"{folder}: the id {name!r} cannot be saved: fit with numbers or text")
    return names


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(content: Any) -> bytes:
    return json.dumps(content, allow_nan=False, sort_keys=True, indent=1).encode()


def _plain(content: Any) -> Any:
    """Numbers that JSON has no word for as `{"float": ...}`, tuples as lists."""
    if isinstance(content, dict):
        return {name: _plain(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, np.generic):
        return _plain(content.item())
    if isinstance(content, float) and not np.isfinite(content):
        return {"float": repr(content)}
    return content


def _restored(content: Any) -> Any:
    if isinstance(content, dict):
        if set(content) == {"float"}:
            return float(content["float"])
        return {name: _restored(value) for name, value in content.items()}
    return [_restored(value) for value in content] if isinstance(content, list) else content
