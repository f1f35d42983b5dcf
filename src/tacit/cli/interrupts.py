"""Ctrl-C in a command: once for the best answer so far, twice for an end at once.

Python would raise where it happens to be, in a callback that swallows it or in the middle of what
must not be left half done, and would not raise at all while a program is compiled. Here the signal
wakes a thread, which acts whatever the main thread does.
"""

import contextlib
import os
import signal
import sys
import threading

from tacit import _interrupt
from tacit.cli.codes import INTERRUPTED

_KEEPING = threading.Event()
"""Whether there is something to keep: the command is at work on an answer."""
_SAID = "interrupted: ending with the best answer so far; press Ctrl-C again to end at once"


def watch_interrupts() -> None:
    """Watch for Ctrl-C; a command that was told to ignore it goes on ignoring it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN or not _is_main_thread():
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGINT, lambda number, frame: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reading,), name="interrupts", daemon=True).start()


def keep_the_best() -> None:
    """From now on the first Ctrl-C asks for the best answer so far; before, it ends the command."""
    _KEEPING.set()


def ignore_interrupts() -> None:
    """The command is done: what is being torn down is not to be interrupted."""
    if _is_main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _watch(reading: int) -> None:
    """Count the signals as they come."""
    while True:
        for number in os.read(reading, 64):
            if number != signal.SIGINT:
                continue
            if _interrupt.is_asked() or not _KEEPING.is_set():
                _end()
            _interrupt.ask()
            _say(_SAID)


def _end() -> None:
    """End at once: other threads may be anywhere, so nothing of theirs is waited for."""
    _interrupt.abandon()
    _say("interrupted")
    os._exit(INTERRUPTED)


def _say(message: str) -> None:
    """A line on standard error past whatever holds it; on a terminal in the place of the bar."""
    clear, show_cursor = ("\r\x1b[2K", "\x1b[?25h") if sys.stderr.isatty() else ("", "")
    with contextlib.suppress(OSError):
        os.write(2, f"{clear}tacit: {message}{show_cursor}\n".encode())
