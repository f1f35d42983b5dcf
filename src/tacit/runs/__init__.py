"""Running a dynamics on a problem, once or over many settings in one program."""

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
    "joined",
    "run",
    "sweep",
]
