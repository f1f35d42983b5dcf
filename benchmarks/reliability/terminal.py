"""A command on a terminal of its own, and Ctrl-C typed into it."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

CTRL_C = b"\x03"
ENDED = "TOOK TOO LONG"
# A job in the background inherits an ignored SIGINT, which Python would leave ignored.
_TAKE = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execvp(sys.argv[1], sys.argv[1:])"
)


class Ended(NamedTuple):
    """How a command ended: its status, negative for a signal, what it showed, and the seconds."""

    status: int
    shown: str
    seconds: float

    @property
    def lines(self) -> list[str]:
        """What it said of interrupts."""
        return [line for line in self.shown.splitlines() if "tacit: interrupted" in line]


def _due(interrupt: float | str | tuple[str, float]) -> tuple[bytes, float]:
    """The text to wait for, and the seconds after it."""
    if isinstance(interrupt, tuple):
        return interrupt[0].encode(), interrupt[1]
    return (interrupt.encode(), 0.0) if isinstance(interrupt, str) else (b"", interrupt)


def on_a_terminal(
    command: Sequence[str],
    interrupts: Sequence[float | str | tuple[str, float]],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    limit: float = 120.0,
) -> Ended:
    """Run a command, and type Ctrl-C.

    Args:
        command: program and arguments.
        interrupts: of each Ctrl-C, seconds after the one before, or a text to wait for, or both.
        folder: in which it runs.
        environment: of the process; that of this one if not given.
        limit: seconds after which it is killed.
    """
    terminal, other = pty.openpty()
    # A process with threads, as JAX makes them, must not fork: a new one takes the terminal.
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", _TAKE, *command],
        stdin=other,
        stdout=other,
        stderr=other,
        cwd=folder,
        env=dict(environment or os.environ),
        start_new_session=True,
    )
    os.close(other)

    shown, waiting = b"", [_due(each) for each in interrupts]
    began = last = time.monotonic()
    while True:
        now = time.monotonic()
        if waiting:
            text, seconds = waiting[0]
            if text and text in shown:
                waiting[0], last = (b"", seconds), now
            elif not text and now - last >= seconds:
                os.write(terminal, CTRL_C)
                waiting.pop(0)
                last = now
        if now - began > limit:
            process.kill()
            shown += ENDED.encode()
        if not select.select([terminal], [], [], 0.01)[0]:
            continue
        try:
            more = os.read(terminal, 1 << 16)
        except OSError:  # Linux says so that the other end is closed
            more = b""
        if not more:
            break
        shown += more
    process.wait()
    os.close(terminal)
    return Ended(process.returncode, shown.decode(errors="replace"), time.monotonic() - began)
