"""Commands on a terminal into which Ctrl-C is typed, once or twice, at any time."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.reliability.commands import COMMANDS, leftovers, make_inputs
from benchmarks.reliability.terminal import ENDED, on_a_terminal

# Says when the command has begun: before, Python is starting, and its own handler would answer.
BEGINS = """
import signal
real = signal.signal
def told(number, handler):
    before = real(number, handler)
    print("BEGUN", flush=True)
    return before
signal.signal = told
from tacit.cli import main
main()
"""
STAGES = (("BEGUN", 10.0), ("s left", 8.0), ("step ", 3.0))
"""What is shown at the start, when the search begins, and when training does; then seconds."""
LONGEST = 400.0


def interrupt(count: int, folder: Path, cache: Path, seed: int) -> Iterator[dict]:
    """Interrupt complete, report, rate fit and run in turn; a row for each.

    Args:
        count: interrupts.
        folder: to work in.
        cache: of compiled programs.
        seed: of the times.
    """
    make_inputs(folder)
    rng = np.random.default_rng(seed)
    commands = [command for command in COMMANDS if command.name != "plot"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "100"}
    environment["JAX_COMPILATION_CACHE_DIR"] = str(cache)
    for number in range(count):
        command = commands[number % len(commands)]
        # Searches, so that there is something to interrupt; and not quiet, so that a bar is shown.
        line = [word for word in command.line(number) if word != "--quiet"]
        if command.arguments[0] == "complete":
            line = [*line[:6], *line[line.index("1e-3") + 1 :]]
        before = command.state(folder)
        twice = number % 3 == 2
        # An experiment shows no seconds; a model of ratings is fitted quickly.
        stage = 0 if command.name == "run" else (number // len(commands)) % len(STAGES)
        shown, longest = STAGES[stage]
        first = shown, round(float(rng.uniform(0, longest)), 2)
        times = [first, *([("again to end", 0.2)] if twice and stage else [0.2] if twice else [])]
        program = [sys.executable, "-c", BEGINS]
        ended = on_a_terminal([*program, *line], times, folder, environment, LONGEST)
        after = command.state(folder)
        yield {
            "command": command.name,
            "stage": shown,
            "after": first[1],
            "twice": twice,
            "status": ended.status,
            "seconds": round(ended.seconds, 1),
            "lines": len(ended.lines),
            "bad": any(
                word in ended.shown for word in ("Traceback", "Exception ignored", "Fatal", ENDED)
            ),
            "half": after == "half",
            "changed": after != before,
            "left": len(leftovers(folder)),
        }
