"""The report of a completion: pictures or a table, curves, candidates, results and settings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.completion import Candidate, Choice, Completion, Scores
from tacit.media import percent
from tacit.plots import curves, singular_values
from tacit.report.layout import write_page
from tacit.report.markup import escape, listing, plots, scroll, table
from tacit.report.pictures import picture_section
from tacit.report.tables import table_section
from tacit.results import provenance, to_dataset

Values = NDArray[np.floating]

_PICTURE = ("row", "column", "channel")
_RECORDS = {"loss": "training loss", "held_out": "held-out error", "noise": "noise"}


def write_report(
    path: str | Path,
    completion: Completion,
    before: Values,
    *,
    title: str,
    axes: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    truth: Values | None = None,
    scores: Scores | None = None,
    notes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    command: str = "",
) -> None:
    """Write a completion as one self-contained HTML page; `path` is replaced whole or not at all.

    Args:
        path: file to write.
        completion: what `complete` returned.
        before: the data, NaN where missing; pictures in [0, 1].
        title: heading, usually the name of the input.
        axes: what each axis of the data counts: `row`, `column`, then any `frame` or `slice`, and
            `channel` for colours; if not given, those of a picture, grey or in colour. Of a film
            or a cube a few frames or slices are shown.
        names: of a table, what its columns are called; it is then drawn as one, each column in its
            own units, and not as a picture.
        truth: the complete data, if known.
        scores: comparison with the truth.
        notes: remarks on the input, a sentence each.
        settings: what the user chose, name by name.
        command: the command line that repeats it.

    Raises:
        MediaError: if the file cannot be written.
    """
    # Of a table the error in its own numbers tells more than PSNR, which is made for pictures.
    results = _results(completion)
    if names is not None and truth is not None:
        error = np.sqrt(np.mean((completion.filled - truth)[np.isnan(before)] ** 2))
        results["Error over missing entries (root mean square)"] = f"{error:.4g}"
    elif scores is not None:
        results |= _compared(scores)

    reason = f"<p>{escape(completion.choice.reason)}</p>"
    axes = axes or _PICTURE[: before.ndim]
    shown = (
        {"The table": table_section(completion, before, names)}
        if names is not None
        else {"Pictures": picture_section(completion, before, truth, axes)}
    )
    write_page(
        path,
        title=title,
        lead=_lead(completion, before),
        notes=notes,
        sections={
            **shown,
            "How it was reached": _plots(completion),
            "What was tried and chosen": f"{reason}\n{scroll(_candidates(completion))}",
            "Results": scroll(table(results)),
            "Settings and versions": scroll(table({**(settings or {}), **provenance()})),
        },
        command=command,
    )


def _lead(completion: Completion, before: Values) -> str:
    blend = completion.choice.blend
    words = f"the weighted mean of {blend}" if len(blend.members) > 1 else str(blend)
    return (
        f"{percent(np.isnan(before).mean())} of it was missing: {completion.holes}. The "
        "holes were filled in "
        f"{completion.seconds:.1f} s, by {words}. The error on held-out entries was "
        f"{completion.choice.held_out:.3g} (root mean square)."
    )


def _plots(completion: Completion) -> str:
    refit, search = to_dataset(completion.refit), to_dataset(completion.trajectory)
    drawn = []
    if "singular_values" in refit:
        caption = "Singular values appear as training goes on (refit on all observed entries)"
        drawn.append((caption, singular_values(refit)))
    # A method that keeps to the observed entries has a loss of zero, which no logarithm shows.
    names = [name for name in _RECORDS if name in search and (search[name] > 0).all()]
    if names:
        words = " and ".join(_RECORDS[name] for name in names)
        caption = f"{words.capitalize()} of the search, in units of the data's standard deviation"
        far = [name for name in names if search[name].max() > 10 * search[name].min()]
        drawn.append((caption, curves(search, names, logarithmic=far)))
    if "effective_rank" in refit:
        drawn.append(("Effective rank of the refit", curves(refit, ["effective_rank"])))
    return plots(drawn)


def _candidates(completion: Completion) -> str:
    tried = completion.choice.candidates
    return listing(
        ("tried", "held-out error", "seconds"),
        [(str(c.member), f"{c.held_out:.4g}", f"{c.seconds:.1f}") for c in tried],
        [_is_chosen(candidate, completion.choice) for candidate in tried],
    )


def _is_chosen(candidate: Candidate, choice: Choice) -> bool:
    """Whether a candidate is one of those whose mean was chosen."""
    chosen = [(member.method, member.units) for member in choice.blend.members]
    return (candidate.member.method, candidate.member.units) in chosen


def _results(completion: Completion) -> dict[str, str]:
    rows = {
        "Why it stopped": completion.result.cause,
        "Time": f"{completion.seconds:.1f} s",
        "Held-out error (root mean square)": f"{completion.choice.held_out:.4g}",
        "Uncertainty (root mean square of the standard deviations)": f"{completion.spread:.4g}",
    }
    if "effective_rank" in completion.refit.records:
        rows["Effective rank"] = f"{completion.refit['effective_rank'][-1]:.1f}"
    return rows


def _compared(scores: Scores) -> dict[str, str]:
    return {
        "PSNR over missing pixels": f"{scores.psnr_missing:.2f} dB",
        "PSNR over all pixels": f"{scores.psnr_all:.2f} dB",
        "SSIM over missing pixels": f"{scores.ssim_missing:.4f}",
        "SSIM over all pixels": f"{scores.ssim_all:.4f}",
    }
