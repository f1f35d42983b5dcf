"""A process that has imported what commands need, and runs each command in a child of itself.

A child begins where a new process would be after some seconds of imports, so that hundreds of
commands can be killed in little time. JAX is imported and not yet used: its threads begin in the
child.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_SERVE = """
import json, os, sys, time, warnings
warnings.simplefilter("ignore")
import numpy, scipy.sparse.linalg, jax, equinox, PIL.Image, polars, matplotlib.figure, xarray, zarr
import tacit.completion, tacit.estimators, tacit.experiments, tacit.report, tacit.plots
import tacit.cli.app
import tacit.cli.settings

def run(order):
    os.chdir(order["folder"])
    os.environ.update(order["environment"])
    errors = os.open(order["errors"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number, file in ((0, nothing), (1, nothing), (2, errors)):
        os.dup2(file, number)
    tacit.cli.settings.BEGAN = time.monotonic()
    sys.argv = ["tacit", *order["arguments"]]
    code = 1
    try:
        from tacit.cli import main
        main()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        import traceback
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)

print("READY", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        run(json.loads(line))
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Child:
    """A command under way."""

    def __init__(self, number: int, answers: IO[str], errors: Path):
        self.number, self._answers, self._errors = number, answers, errors

    def wait(self) -> int:
        """Its exit status, negative for a signal."""
        return int(self._answers.readline())

    @property
    def said(self) -> str:
        """What it printed on standard error."""
        return self._errors.read_text(errors="replace")


class Nursery:
    """Runs commands, one at a time."""

    def __init__(self, errors: Path):
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        self._errors = errors
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self._answers.readline() == "READY\n"

    @property
    def _answers(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def start(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> Child:
        """Begin `tacit ARGUMENTS` in a folder."""
        order = {
            "arguments": list(arguments),
            "folder": str(folder),
            "environment": dict(environment),
            "errors": str(self._errors),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Child(int(self._answers.readline()), self._answers, self._errors)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
