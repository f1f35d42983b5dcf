"""Running a dynamics on a problem, once or over many settings in one program."""

from tacit.runs.compile_cache import (
    compile_cache_folder,
    is_compiled,
    keep_compiled,
    known_pace,
    mend_compile_cache,
    note_compiled,
    note_pace,
    silence_compile_cache,
)
from tacit.runs.result import Result
from tacit.runs.run import Progress, run
from tacit.runs.schedule import Schedule
from tacit.runs.stop import AbstractStop, AnyOf, Below, Stalled
from tacit.runs.sweep import sweep
from tacit.runs.trajectory import Trajectory, joined

__all__ = [
    "AbstractStop",
    "AnyOf",
    "Below",
    "Progress",
    "Result",
    "Schedule",
    "Stalled",
    "Trajectory",
    "compile_cache_folder",
    "is_compiled",
    "joined",
    "keep_compiled",
    "known_pace",
    "mend_compile_cache",
    "note_compiled",
    "note_pace",
    "run",
    "silence_compile_cache",
    "sweep",
]
