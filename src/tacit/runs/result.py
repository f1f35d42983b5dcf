"""How a run ended, with the cause and the cure."""

from enum import IntEnum


class Result(IntEnum):
    """Why a run ended; an integer, so that a sweep holds one for each lane."""

    FINISHED = 0
    CONVERGED = 1
    STOPPED_EARLY = 2
    DIVERGED = 3
    NON_FINITE = 4
    OUT_OF_TIME = 5
    INTERRUPTED = 6

    @property
    def cause(self) -> str:
        """What happened."""
        return _CAUSES[self][0]

    @property
    def cure(self) -> str:
        """What to do about it; empty where nothing is wrong."""
        return _CAUSES[self][1]

    @property
    def failed(self) -> bool:
        """Whether the model is not to be trusted."""
        return self in (Result.DIVERGED, Result.NON_FINITE)


_CAUSES = {
    Result.FINISHED: ("the schedule came to its end", ""),
    Result.CONVERGED: ("the watched quantity fell below its bound", ""),
    Result.STOPPED_EARLY: ("the watched quantity stopped improving", ""),
    Result.DIVERGED: (
        "the loss rose far above its start and above that of X = 0, or is not a number",
        "take a smaller step, or step='auto'",
    ),
    Result.NON_FINITE: (
        "a parameter became infinite or not a number",
        "take a smaller step or step='auto'; for a flow raise max_steps or loosen rtol",
    ),
    Result.OUT_OF_TIME: ("the time budget was spent", "allow more seconds"),
    Result.INTERRUPTED: ("it was interrupted", ""),
}
