"""The line under every table: machine and versions."""

import os
import platform
from importlib.metadata import version
from pathlib import Path


def machine() -> str:
    """Processor, cores, memory, and versions of Python, jax and numpy."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    packages = [f"{name} {version(name)}" for name in ("jax", "numpy", "scikit-image")]
    versions = ", ".join([f"Python {platform.python_version()}", *packages])
    return f"{_processor()}, {cores} cores, {_memory()}; {versions}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return "memory unknown"
    return f"{size / 2**30:.0f} GiB"
