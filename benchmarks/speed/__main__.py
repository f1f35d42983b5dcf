"""Every table of this folder: `python -m benchmarks.speed`."""

import subprocess
import sys

for _name in (
    "commands",
    "step",
    "spectral",
    "loops",
    "entries",
    "greedy",
    "landscape",
    "deep",
    "tubal",
    "preconditioned",
    "compressed",
    "cp",
    "imputer",
    "sweeps",
):
    # A process each: switches that one sets before JAX starts are not meant for the next.
    subprocess.run([sys.executable, "-m", f"benchmarks.speed.{_name}"], check=True)
