"""Running a dynamics on a problem, once or over many settings in one program.

Example:
    >>> import jax
    >>> from tacit.algebra import low_rank_matrix
    >>> from tacit.dynamics import GradientDescent
    >>> from tacit.models import Direct
    >>> from tacit.observers import loss
    >>> from tacit.problems import full_observation
    >>> from tacit.runs import Below, Schedule, run
    >>> problem = full_observation(low_rank_matrix((6, 6), 1, key=jax.random.key(0)))
    >>> start, rule = Direct.zeros((6, 6)), GradientDescent(0.5)
    >>> schedule, stop = Schedule.linear(100, 11), Below("loss", 1e-3)
    >>> trajectory = run(problem, start, rule, schedule, (loss,), stop=stop)
    >>> trajectory.step.tolist()  # recorded every ten steps, and stopped at the first below
    [0, 10]
"""

from tacit._jit import jit
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
from tacit.runs.devices import device_mesh, sum_over_devices
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
    "device_mesh",
    "is_compiled",
    "jit",
    "joined",
    "keep_compiled",
    "known_pace",
    "mend_compile_cache",
    "note_compiled",
    "note_pace",
    "run",
    "silence_compile_cache",
    "sum_over_devices",
    "sweep",
]
