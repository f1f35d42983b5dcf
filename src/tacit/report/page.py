"""The report: pictures, curves, candidates and settings in one HTML file, nothing from outside."""

import html
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.completion import Blend, Candidate, Choice, Completion, Recipe, Scores
from tacit.media import atomic_path
from tacit.plots import curves, heat_map, singular_values
from tacit.report.markup import bullets, drawing, figure, image, table
from tacit.report.views import views
from tacit.results import provenance, to_dataset

Values = NDArray[np.floating]

_PICTURE = ("row", "column", "channel")
_RECORDS = {"loss": "training loss", "held_out": "held-out error"}


def write_report(
    path: str | Path,
    completion: Completion,
    before: Values,
    *,
    title: str,
    axes: Sequence[str] | None = None,
    truth: Values | None = None,
    scores: Scores | None = None,
    notes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    command: str = "",
) -> None:
    """Write a completion as one self-contained HTML page; `path` is replaced whole or not at all.

    Args:
        path: file to write.
        completion: what `complete` or `complete_tensor` returned.
        before: the data, NaN where missing; pictures in [0, 1].
        title: heading, usually the name of the input.
        axes: what each axis of the data counts: `row`, `column`, then any `frame` or `slice`, and
            `channel` for colours; if not given, those of a picture, grey or in colour. Of a film
            or a cube a few frames or slices are shown.
        truth: the complete data, if known.
        scores: comparison with the truth.
        notes: remarks on the input, a sentence each.
        settings: what the user chose, name by name.
        command: the command line that repeats it.

    Raises:
        MediaError: if the file cannot be written.
    """
    choice = completion.choice
    text = Template(files("tacit.report").joinpath("template.html").read_text("utf-8")).substitute(
        title=html.escape(title),
        lead=html.escape(_lead(completion, before)),
        notes=bullets(notes),
        pictures=_pictures(completion, before, truth, axes or _PICTURE[: before.ndim]),
        plots=_plots(completion),
        reason=html.escape(choice.reason),
        candidates=_candidates(completion),
        results=table(_results(completion, scores)),
        settings=table({**(settings or {}), **provenance()}),
        command=html.escape(command),
    )
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _lead(completion: Completion, before: Values) -> str:
    recipe = completion.choice.recipe
    words = str(recipe)
    if isinstance(recipe, Recipe):
        words = f"a factorisation of {recipe}"
    elif len(recipe.members) > 1:
        words = f"the weighted mean of {recipe}"
    return (
        f"{np.isnan(before).mean():.0%} of it was missing. The holes were filled in "
        f"{completion.seconds:.1f} s, by {words}. The error on entries that had not been seen was "
        f"{completion.choice.held_out:.3g} (root mean square)."
    )


def _pictures(
    completion: Completion, before: Values, truth: Values | None, axes: Sequence[str]
) -> str:
    shown = [("Before", before), ("After", completion.filled)]
    if truth is not None:
        shown.append(("Truth", truth))
    low, high = _range(before)
    uncertainty = completion.uncertainty
    if "channel" in axes:
        uncertainty = np.sqrt(np.mean(uncertainty**2, axis=-1))
    rows = []
    for view in views(before.shape, axes):
        where = f", {view.name}" if view.name else ""
        # Missing places are shown in a colour that no grey picture has; a colour picture may.
        figures = [
            figure(f"{name}{where}", image(view.of(values), low, high)) for name, values in shown
        ]
        drawn = heat_map(view.of(uncertainty), label="spread over fits (data units)")
        caption = f"Uncertainty: standard deviation over fits{where}"
        figures.append(figure(caption, drawing(drawn)))
        rows.append('<div class="pictures">\n' + "\n".join(figures) + "\n</div>")
    return "\n".join(rows)


def _plots(completion: Completion) -> str:
    refit, search = to_dataset(completion.refit), to_dataset(completion.trajectory)
    drawn = []
    if "singular_values" in refit:
        caption = "Singular values appear as training goes on (refit on all observed entries)"
        drawn.append((caption, singular_values(refit)))
    # A method that keeps to the observed entries has a loss of zero, which no logarithm shows.
    names = [name for name in _RECORDS if (search[name] > 0).all()]
    if names:
        words = " and ".join(_RECORDS[name] for name in names)
        caption = f"{words.capitalize()} of the search, in units of the data's deviation"
        drawn.append((caption, curves(search, names, logarithmic=names)))
    if "effective_rank" in refit:
        drawn.append(("Effective rank of the refit", curves(refit, ["effective_rank"])))
    return "\n".join(figure(caption, drawing(plot)) for caption, plot in drawn)


def _candidates(completion: Completion) -> str:
    head = '<th>tried</th><th class="number">held-out error</th><th class="number">seconds</th>'
    rows = [f"<tr>{head}</tr>"]
    for candidate in completion.choice.candidates:
        mark = ' class="chosen"' if _is_chosen(candidate, completion.choice) else ""
        rows.append(
            f"<tr{mark}><td>{html.escape(str(candidate.recipe))}</td>"
            f'<td class="number">{candidate.held_out:.4g}</td>'
            f'<td class="number">{candidate.seconds:.1f}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"


def _is_chosen(candidate: Candidate, choice: Choice) -> bool:
    """Whether a candidate is what was chosen, or one of those whose mean was."""
    if not isinstance(choice.recipe, Blend):
        return candidate.recipe == choice.recipe
    chosen = [member.approach for member in choice.recipe.members]
    return candidate.recipe.members[0].approach in chosen


def _results(completion: Completion, scores: Scores | None) -> dict[str, str]:
    rows = {
        "Why it stopped": completion.result.cause,
        "Time": f"{completion.seconds:.1f} s",
        "Held-out error (root mean square)": f"{completion.choice.held_out:.4g}",
        "Spread over fits (mean over the holes)": f"{completion.spread:.4g}",
    }
    if "effective_rank" in completion.refit.records:
        rows["Effective rank"] = f"{completion.refit['effective_rank'][-1]:.1f}"
    if scores is not None:
        rows |= {
            "PSNR over missing pixels": f"{scores.psnr_missing:.2f} dB",
            "PSNR over all pixels": f"{scores.psnr_all:.2f} dB",
            "SSIM over missing pixels": f"{scores.ssim_missing:.4f}",
            "SSIM over all pixels": f"{scores.ssim_all:.4f}",
        }
    return rows


def _range(values: Values) -> tuple[float, float]:
    seen = values[np.isfinite(values)]
    if seen.min() >= 0 and seen.max() <= 1:
        return 0.0, 1.0
    return float(seen.min()), float(seen.max())
