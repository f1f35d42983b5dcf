"""Where data lies: a file, and for an archive the variable in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tacit.media.errors import MediaError

_ARCHIVES = (".npz", ".mat")


class Location(NamedTuple):
    """A file and, where it holds several variables, the name of the one that is meant."""

    file: Path
    variable: str | None = None


def locate(path: Path) -> Location:
    """Return the file that `path` names, taking `archive.npz:name` apart.

    Args:
        path: A file, or an `.npz` or `.mat` file followed by a colon and a variable's name.

    Returns:
        The location; its file exists, is an ordinary one and is not empty.

    Raises:
        MediaError: There is no such file, it is a folder or a device, or it has no bytes.
    """
    location = Location(path)
    file, colon, variable = str(path).rpartition(":")
    if colon and not path.exists() and file.lower().endswith(_ARCHIVES):
        location = Location(Path(file), variable)
    if not location.file.exists():
        raise MediaError(f"{location.file}: no such file: check the name and the folder")
    if location.file.is_dir():
        raise MediaError(f"{location.file}: is a folder: name a file in it")
    if not location.file.is_file():
        raise MediaError(f"{location.file}: is not an ordinary file: save the data to a file first")
    if location.file.stat().st_size == 0:
        raise MediaError(f"{location.file}: is empty (0 bytes): it may not have been saved fully")
    return location


def choose_variable(location: Location, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return the variable that is meant: the one named, or the only matrix in the archive.

    Args:
        location: The archive, and the name if one was given.
        shapes: The shape of every numeric variable in it.

    Returns:
        A key of `shapes`.

    Raises:
        MediaError: The name is not there, there is no variable, or several may be meant.
    """
    listed = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items())
    if location.variable is not None:
        if location.variable in shapes:
            return location.variable
        raise MediaError(
            f"{location.file}: has no numeric variable named {location.variable!r}: "
            f"it holds {listed or 'none'}"
        )
    if len(shapes) == 1:
        return next(iter(shapes))
    matrices = [name for name, shape in shapes.items() if len(shape) == 2 and min(shape) > 1]
    if len(matrices) == 1:
        return matrices[0]
    if not matrices:
        raise MediaError(f"{location.file}: holds no matrix of numbers (it has {listed or 'none'})")
    raise MediaError(
        f"{location.file}: holds several variables ({listed}): "
        f"name one as {location.file}:{matrices[0]}"
    )
