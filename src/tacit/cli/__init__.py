"""The command line: argument parsing only. Nothing heavy is imported before it is used."""

import os
import signal
from collections.abc import Sequence
from typing import Any


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `tacit ARGUMENTS`; exits 0, 1 (a check failed), 2 (unusable input) or 130 (Ctrl-C)."""
    # First of all, since Ctrl-C may come while the rest is imported.
    try:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _end)
    except ValueError:
        pass  # not the main thread: signals are somebody else's
    from tacit.cli.entry import run_command

    run_command(arguments)


def _end(number: int, frame: Any) -> None:
    """End a command that has not begun."""
    os.write(2, b"tacit: interrupted\n")
    os._exit(130)


__all__ = ["main"]
