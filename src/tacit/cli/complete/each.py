"""`tacit complete --each`: the pictures of a folder one by one, each on its own."""

import time
from dataclasses import replace
from pathlib import Path

from tacit.cli.complete.answer import Answer, Values, complete_source
from tacit.cli.complete.options import Options
from tacit.cli.complete.words import answer_facts, picture_row
from tacit.cli.printing import print_notes, print_object, print_rows
from tacit.cli.progress import progress_bar
from tacit.cli.settings import BEGAN, configure_jax
from tacit.media import MediaError, Source, check_output, list_pictures, read, read_truth, write


def complete_each(input: Path, options: Options) -> None:
    """Complete each picture of a folder within its part of the budget, and write it at once.

    Pictures of which nothing is missing are written as they are.

    Args:
        input: the folder, or a pattern of files.
        options: of the command; a mask or a truth is one file for all, or a folder with a file of
            the same name for each.

    Raises:
        MediaError: a picture, its mask or its truth cannot be used; nothing has been written then.
    """
    # All are read once before the first is completed: the last may be the one that is damaged.
    files = list_pictures(input)
    check_output(input, options.output, overwrite=options.overwrite)
    for file in files:
        _read(file, options)

    configure_jax()
    shown = not (options.quiet or options.json)
    options.output.mkdir(exist_ok=True)
    answers: list[tuple[Path, Answer | None]] = []
    for at, file in enumerate(files):
        source, truth = _read(file, options)
        output = options.output / file.name
        if not (options.denoise or source.missing.any()):
            write(source, source.values, output)
            answers.append((output, None))
            continue
        # What one leaves over, the others may use.
        left = max(options.budget - (time.monotonic() - BEGAN), 0.0)
        share = replace(options, budget=left / (len(files) - at))
        with progress_bar(shown, share.budget) as report:
            answer = complete_source(source, truth, share, report)
        filled = answer.completion.denoised if options.denoise else answer.completion.filled
        write(source, filled, output, keep_observed=not options.denoise)
        answers.append((output, answer))
        if answer.completion.result.name == "INTERRUPTED":
            break

    _say(input, files, answers, options)


def _read(file: Path, options: Options) -> tuple[Source, Values | None]:
    source = read(
        file,
        missing=_partner(options.missing, file),
        marking=options.marking,
        missing_value=options.missing_value,
        reading=options.reading,
        land=options.land,
        need_holes=False,
    )
    truth = _partner(options.truth, file)
    return source, None if truth is None else read_truth(truth, source)


def _partner(given: Path | None, file: Path) -> Path | None:
    """The mask or the truth of a picture: of the same name in a folder, or one file for all."""
    if given is None or not given.is_dir():
        return given
    if not (given / file.name).exists():
        raise MediaError(f"{given} has no {file.name}: give one for each picture")
    return given / file.name


def _say(
    input: Path,
    files: tuple[Path, ...],
    answers: list[tuple[Path, Answer | None]],
    options: Options,
) -> None:
    """What was done with each picture, and how many an interrupt has left undone."""
    undone = len(files) - len(answers)
    notes = [f"interrupted: {undone} of {len(files)} pictures are not completed"] if undone else []
    if options.json:
        done = [
            answer_facts(answer, file, path, options)
            for file, (path, answer) in zip(files, answers, strict=False)
            if answer is not None
        ]
        print_object({"input": str(input), "pictures": done, "notes": notes})
    elif not options.quiet:
        remarks = [
            f"{path.name}: {note}" for path, answer in answers if answer for note in answer.notes
        ]
        print_notes([*remarks, *notes])
        print_rows({path.name: picture_row(answer) for path, answer in answers})
