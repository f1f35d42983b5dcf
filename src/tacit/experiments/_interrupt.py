"""What the runs of several experiments share."""

from tacit.runs import Result, Trajectory


def unless_interrupted(trajectory: Trajectory) -> Trajectory:
    """The trajectory; an experiment that was interrupted has no partial answer.

    Raises:
        KeyboardInterrupt: if the run was interrupted.
    """
    if trajectory.result is Result.INTERRUPTED:
        raise KeyboardInterrupt
    return trajectory
