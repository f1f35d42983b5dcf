"""What a user should know of how an answer was found, a sentence each."""

import math

from tacit._typing import Mapping, Sequence
from tacit.completion.cases import Cases
from tacit.completion.engine import Chosen, Ending
from tacit.completion.refit import quickest


def notes_on(
    chosen: Chosen, ending: Ending, shape: Sequence[int], given: Mapping[str, object]
) -> tuple[str, ...]:
    """What was chosen on a part, what was not used, and what there was no time for.

    Args:
        chosen: by the search.
        ending: of the training on all that is seen.
        shape: of the data.
        given: settings that were not searched.
    """
    notes = []
    if not chosen.cases.are_whole:
        notes.append(_say_part(chosen.cases, shape))

    # A setting that is given for one kind of method says nothing where another was tried.
    tried = [trial.candidate.member.method for trial in chosen.trials]
    unused = [name for name in given if not any(hasattr(method, name) for method in tried)]
    if unused:
        notes.append(
            f"no method that was tried has a setting {' or '.join(unused)}: it is not used"
        )

    methods = [trial.candidate.member.method for trial in chosen.members]
    if chosen.cases.task.everywhere and all(method.meets_data for method in methods):
        notes.append(
            "no method that was tried takes noise off what is observed: that stays as it is"
        )

    members = len(chosen.members)
    if not ending.trained and not ending.interrupted:
        notes.append("there was no time to train on the held-out entries as well")
    elif ending.trained < members and not ending.interrupted:
        notes.append(
            f"there was time for {ending.trained} of the {members} methods whose mean is best"
        )

    if ending.hurried:
        notes.append("to end in time, training took fewer steps than the search did")

    if ending.is_cut_short:
        notes.append(
            "training on all of the data was cut short: the fills are less certain than the "
            "held-out errors say, by as much as they differ from the search"
        )

    quick = quickest(chosen.trials)
    if ending.left and quick is not None:
        what = "entries" if chosen.cases.task.everywhere else "holes"
        notes.append(
            f"there was no time for {ending.left / ending.wanted:.0%} of the {what}: "
            f"{quick.candidate.member.method} filled them"
        )
    return tuple(notes)


def _say_part(cases: Cases, shape: Sequence[int]) -> str:
    """On how much of the data the method was chosen, in words."""
    sizes = {id(case.tasks): case.held_out.size for case in cases.each}
    share = min(sum(sizes.values()) / math.prod(shape), 1.0)
    return (
        f"the method was chosen on {share:.1%} of the data, and then used on all of them, to keep "
        "within the budget"
    )
