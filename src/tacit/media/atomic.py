"""Whole files or none: writing beside the target and renaming.

What is written stands beside its target under a hidden name that tells the machine and the process:
the next that writes to the same target clears away what a killed one has left.
"""

import contextlib
import errno
import os
import re
import secrets
import shutil
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tacit import _interrupt
from tacit.media.errors import MediaError

_ASIDE = ".old"
"""Ends the hidden name of a folder that was moved aside, whole."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_LONGEST = 200
"""Bytes of a name that its hidden names can take up: file systems allow 255 in all."""


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path that takes the place of `path` when the block ends without an error.

    The temporary file lies in the folder of `path` and has its suffix. On success it is flushed to
    the disk and renamed in one step, so a reader sees the old file or the new one, never half of
    one; on any exception, an interrupt included, it is deleted and `path` is as it was. A symbolic
    link is followed: its target is replaced and the link stays. An overwritten file's permissions
    are kept; a new file gets the usual ones.

    Args:
        path: The file to create or to replace.

    Yields:
        The temporary path, an empty file to be written to.

    Raises:
        MediaError: The folder does not exist or cannot be written to, or `path` is a folder or a
            device.
    """
    target = _file(path)
    _clear_leftovers(target)
    temporary = _created(path, target)
    try:
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        with _interrupt.unfinished(temporary):
            yield temporary
            with open(temporary, "rb+") as stream:
                os.fsync(stream.fileno())
            with _interrupt.renaming():
                os.replace(temporary, target)
    except BaseException as error:
        full = _found_no_room(target.parent, error)
        temporary.unlink(missing_ok=True)
        if full:
            raise MediaError(f"{path} cannot be written: {full}") from error
        raise


@contextmanager
def atomic_folder(path: str | os.PathLike[str], names: frozenset[str]) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of `path` when the block ends without an error.

    A new folder, or an empty one, appears in one step. One with files in it is moved aside, the new
    one takes its name and the old one is deleted. A process killed between the two moves leaves the
    old folder whole under a hidden name beside, and `recover_folder` puts it back when it is next
    read or written. On any exception `path` is as it was.

    Args:
        path: The folder to create or to replace.
        names: The files that will be written; a folder with anything else in it is not replaced.

    Yields:
        The temporary folder, empty.

    Raises:
        MediaError: `path` may not be replaced, or the folder that it lies in does not exist or
            cannot be written to.
    """
    recover_folder(path)
    check_folder(path, names)
    target = Path(os.path.realpath(path))
    _clear_leftovers(target)
    temporary, aside = _beside(target, ".new"), _beside(target, _ASIDE)
    try:
        temporary.mkdir()
    except FileNotFoundError:
        raise MediaError(f"{path}: the folder {target.parent} does not exist: create it") from None
    except OSError as error:
        raise MediaError(f"{path} cannot be written: {error.strerror}") from error
    try:
        with _interrupt.unfinished(temporary):
            yield temporary
            for file in filter(Path.is_file, temporary.rglob("*")):
                with open(file, "rb+") as stream:
                    os.fsync(stream.fileno())
            with _interrupt.renaming():
                if target.exists():
                    temporary.chmod(target.stat().st_mode & 0o7777)
                    os.replace(target, aside)
                os.replace(temporary, target)
    except BaseException as error:
        full = _found_no_room(target.parent, error)
        shutil.rmtree(temporary, ignore_errors=True)
        if aside.exists() and not target.exists():
            os.replace(aside, target)
        if full:
            raise MediaError(f"{path} cannot be written: {full}") from error
        raise
    shutil.rmtree(aside, ignore_errors=True)


def check_place(path: str | os.PathLike[str]) -> None:
    """Refuse a file that could not be written, by a file beside it; call it before any work begins.

    Args:
        path: The file to create or to replace.

    Raises:
        MediaError: As `atomic_path` would.
    """
    _created(path, _file(path)).unlink()


def check_folder_place(path: str | os.PathLike[str]) -> None:
    """Refuse a folder that could not be written, by a file beside it, before any work begins.

    Args:
        path: The folder to create or to replace.

    Raises:
        MediaError: As `atomic_folder` would.
    """
    _created(path, Path(os.path.realpath(path))).unlink()


def check_folder(path: str | os.PathLike[str], names: frozenset[str]) -> None:
    """Refuse a folder that would lose something if it were replaced by files of these names.

    Raises:
        MediaError: `path` is a file, or a folder that holds anything else.
    """
    target = Path(path)
    if target.exists() and not target.is_dir():
        raise MediaError(f"{path} is a file, but the output is a folder: choose a new name")
    others = sorted(set(os.listdir(target)) - names) if target.exists() else []
    if others:
        raise MediaError(
            f"{path} has other files in it, such as {others[0]}, which would be lost: "
            "name a new folder"
        )


def recover_folder(path: str | os.PathLike[str]) -> None:
    """Put back a folder that was moved aside by a process that was killed before the new one came.

    Args:
        path: A folder, perhaps missing.
    """
    target = Path(os.path.realpath(path))
    if target.exists():
        return
    left = [other for other, ended in _leftovers(target) if ended and other.suffix == _ASIDE]
    if left:
        os.replace(max(left, key=lambda other: other.stat().st_mtime), target)


def _found_no_room(folder: Path, error: BaseException) -> str | None:
    """What to say of an error in writing if there was no room; libraries say it in ways of theirs.

    Args:
        folder: That was written to, with what was written still in it.
        error: That ended the writing.
    """
    if isinstance(error, OSError) and error.errno in _FULL:
        return os.strerror(error.errno)
    if not isinstance(error, Exception):
        return None
    try:
        full = hasattr(os, "statvfs") and os.statvfs(folder).f_bavail == 0
    except OSError:
        return None
    return os.strerror(errno.ENOSPC) if full else None


def _file(path: str | os.PathLike[str]) -> Path:
    """The file that a path leads to, perhaps missing."""
    target = Path(os.path.realpath(path))
    if os.path.exists(target) and not target.is_file():
        raise MediaError(f"{path} is not an ordinary file: name a file to write to")
    return target


def _created(path: str | os.PathLike[str], target: Path) -> Path:
    """A new empty file beside the target; messages name it as it was given."""
    temporary = _beside(target, _suffix(target))
    try:
        # A name may be too long even where a hidden one is not.
        with contextlib.suppress(FileNotFoundError):
            os.stat(target)
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileNotFoundError:
        raise MediaError(f"{path}: the folder {target.parent} does not exist: create it") from None
    except OSError as error:
        raise MediaError(f"{path} cannot be written: {error.strerror}") from error
    return temporary


def _beside(target: Path, suffix: str) -> Path:
    """A new hidden name beside the target, of this machine and this process."""
    return target.with_name(
        f".{_stem(target)}.{_machine()}-{os.getpid()}-{secrets.token_hex(4)}{suffix}"
    )


def _stem(target: Path) -> str:
    """The stem of a name; of a long one its beginning and a checksum, so that hidden names fit."""
    name = os.fsencode(target.name)
    if len(name) <= _LONGEST:
        return target.stem
    return f"{target.stem[:40]}-{zlib.crc32(name):08x}"


def _suffix(target: Path) -> str:
    """The suffix, by which codecs know what to write; of a file of no format it may be long."""
    return target.suffix if len(os.fsencode(target.suffix)) < 16 else ""


def _clear_leftovers(target: Path) -> None:
    """Delete what processes of this machine that are no more have left beside the target."""
    for left, ended in _leftovers(target):
        if ended and left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        elif ended:
            left.unlink(missing_ok=True)


def _leftovers(target: Path) -> list[tuple[Path, bool]]:
    """What was written beside the target, and whether the process that wrote it has ended."""
    pattern = re.compile(
        rf"\.{re.escape(_stem(target))}\.([0-9a-f]{{8}})-([0-9]+)-[0-9a-f]{{8}}"
        rf"({re.escape(_suffix(target))}|\.new|{re.escape(_ASIDE)})"
    )
    try:
        names = os.listdir(target.parent)
    except OSError:
        return []
    found = []
    for name in names:
        if match := pattern.fullmatch(name):
            ended = match[1] == _machine() and not _is_running(int(match[2]))
            found.append((target.with_name(name), ended))
    return found


def _machine() -> str:
    """Eight letters for the name of this machine: another's processes have numbers of their own."""
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
