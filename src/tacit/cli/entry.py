"""Running a command: one line on standard error and a status when it cannot be done."""

import os
import sys
from collections.abc import Sequence

from tacit import _interrupt
from tacit.cli.app import app
from tacit.cli.codes import INTERRUPTED, UNUSABLE
from tacit.cli.interrupts import ignore_interrupts, watch_interrupts
from tacit.media import visible

_EXHAUSTED = "RESOURCE_EXHAUSTED"
"""How the message begins of what JAX raises, a `RuntimeError`, when memory runs out."""


def run_command(arguments: Sequence[str] | None = None) -> None:
    """Run `tacit ARGUMENTS` and exit with its status."""
    watch_interrupts()
    code = status(sys.argv[1:] if arguments is None else arguments)
    ignore_interrupts()
    if code == INTERRUPTED:
        # JAX's threads may still be computing, and an ordinary exit would tear down what they use.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def status(arguments: Sequence[str]) -> int:
    """Exit status of `tacit ARGUMENTS`. A subcommand returns its own, or None for success."""
    from cyclopts import CycloptsError

    try:
        answer = app(
            list(arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except (CycloptsError, ValueError, OSError) as error:
        return _say(_in_words(error), UNUSABLE)
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and _EXHAUSTED not in str(error):
            raise
        return _say(f"not enough memory: make the input smaller ({error})", UNUSABLE)
    if _interrupt.is_asked():
        return INTERRUPTED
    return answer if isinstance(answer, int) else 0


def _in_words(error: Exception) -> str:
    """Of what the system refuses the file first, and not its number for the reason."""
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    return str(error)


def _say(message: str, code: int) -> int:
    print(f"tacit: {visible(' '.join(message.split()))}", file=sys.stderr)
    return code
