"""The entries of JAX's compile cache: those that were cut short are dropped.

JAX writes an entry in place, so that a kill or a full disk leaves a part of it under its name. It
compiles then what it cannot read, but never replaces what is there: every later process would
compile it again.
"""

import os
import zlib
from pathlib import Path

_SUFFIX = "-cache"
_CHECKED = "checked.txt"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""How an entry begins where the package zstandard is installed; it is else written by zlib."""


def drop_damaged(folder: Path) -> bool:
    """Delete the entries that are not whole, and say whether there was one.

    What was found whole is remembered by name, size and time, and is not read again.

    Args:
        folder: of the cache.
    """
    try:
        known = set((folder / _CHECKED).read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        known = set()

    whole, dropped = set(), False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.endswith(_SUFFIX):
                    continue
                facts = entry.stat()
                line = f"{entry.name} {facts.st_size} {facts.st_mtime_ns}"
                if line in known or _is_whole(Path(entry.path)):
                    whole.add(line)
                else:
                    # Should somebody be writing it at this moment, one compilation is lost.
                    os.unlink(entry.path)
                    dropped = True
        if whole != known:
            temporary = folder / f".{_CHECKED}.{os.getpid()}"
            temporary.write_text("".join(f"{line}\n" for line in sorted(whole)), encoding="utf-8")
            temporary.replace(folder / _CHECKED)
    except OSError:
        # A cache that cannot be read or written is done without.
        return dropped
    return dropped


def _is_whole(file: Path) -> bool:
    """Whether an entry can be unpacked to its end; both formats say where that is."""
    content = file.read_bytes()
    try:
        if content.startswith(_ZSTANDARD):
            return _is_whole_zstandard(content)
        unpacking = zlib.decompressobj()
        unpacking.decompress(content)
        return unpacking.eof and not unpacking.unused_data
    except zlib.error:
        return False


def _is_whole_zstandard(content: bytes) -> bool:
    try:
        import zstandard  # type: ignore[import-not-found]
    except ImportError:
        # JAX could not read it either: it goes.
        return False
    try:
        zstandard.ZstdDecompressor().decompress(content)
    except zstandard.ZstdError:
        return False
    return True
