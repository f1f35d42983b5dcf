"""Where data lies: a file, and for an archive the variable in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tacit.media.atomic import recover_folder
from tacit.media.errors import MediaError

_ARCHIVES = (".npz", ".mat", ".xlsx", ".nc", ".zarr")
_WILD = frozenset("*?[")


class Location(NamedTuple):
    """A file or a folder; of an archive the variable, and of a pattern the files that are meant."""

    file: Path
    variable: str | None = None
    matches: tuple[Path, ...] = ()


def locate(path: Path) -> Location:
    """Return the file or folder that `path` names, taking `archive.npz:name` apart.

    Args:
        path: A file, or an `.npz`, `.mat`, `.xlsx`, `.nc` or `.zarr` file followed by a colon and a
            variable's name; a
            folder; or a pattern of the names of files, such as `folder/*.png`.

    Returns:
        The location; its file exists, is an ordinary one and is not empty, or it is a folder, or a
        pattern that matches files.

    Raises:
        MediaError: There is no such file, it is a device, it has no bytes, or no file matches.
    """
    if _WILD.intersection(path.name) and not path.exists():
        found = path.parent.glob(path.name)
        matches = tuple(file for file in found if file.is_file() and file.name[0] != ".")
        if not matches:
            raise MediaError(f"{path}: no file matches: check the pattern and the folder")
        return Location(path, matches=matches)
    location = Location(path)
    file, colon, variable = str(path).rpartition(":")
    if colon and not path.exists() and file.lower().endswith(_ARCHIVES):
        location = Location(Path(file), variable)
    recover_folder(location.file)
    if not location.file.exists():
        raise MediaError(f"{location.file}: no such file: check the name and the folder")
    if location.file.is_dir():
        return location
    if not location.file.is_file():
        raise MediaError(f"{location.file} is not an ordinary file: save the data to a file first")
    if location.file.stat().st_size == 0:
        raise MediaError(f"{location.file} is empty (0 bytes): it may not have been saved fully")
    return location


def choose_variable(location: Location, shapes: Mapping[str, tuple[int, ...]]) -> str:
    """Return the variable that is meant: the one named, or the only matrix or cube in the archive.

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
            f"{location.file} has no numeric variable named {location.variable!r}: "
            f"it holds {listed or 'none'}"
        )
    if len(shapes) == 1:
        return next(iter(shapes))
    arrays = [name for name, shape in shapes.items() if len(shape) > 1 and min(shape[:2]) > 1]
    if len(arrays) == 1:
        return arrays[0]
    if not arrays:
        raise MediaError(f"{location.file} holds no matrix of numbers (it has {listed or 'none'})")
    raise MediaError(
        f"{location.file} holds several variables ({listed}): "
        f"name one as {location.file}:{arrays[0]}"
    )
