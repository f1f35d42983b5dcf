"""The report: pictures, curves, candidates and settings in one HTML file, nothing from outside."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.completion import Completion, Scores
from tacit.media import atomic_path
from tacit.plots import curves, heat_map, singular_values
from tacit.results import provenance, to_dataset

Values = NDArray[np.floating]


def write_report(
    path: str | Path,
    completion: Completion,
    before: Values,
    *,
    title: str,
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
        lead=html.escape(_lead(completion)),
        notes=_list(notes),
        pictures=_pictures(completion, before, truth),
        plots=_plots(completion),
        reason=html.escape(choice.reason),
        candidates=_candidates(completion),
        results=_table(_results(completion, scores)),
        settings=_table({**(settings or {}), **provenance()}),
        command=html.escape(command),
    )
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _lead(completion: Completion) -> str:
    filled = np.isfinite(completion.uncertainty) & (completion.uncertainty > 0)
    share = filled.any(axis=-1).mean() if filled.ndim == 3 else filled.mean()
    return (
        f"{share:.0%} of it was missing. A factorisation of {completion.choice.recipe} filled the "
        f"holes in {completion.seconds:.1f} s; its error on entries that it had not seen was "
        f"{completion.choice.held_out:.3g} (root mean square)."
    )


def _pictures(completion: Completion, before: Values, truth: Values | None) -> str:
    shown = [("Before", before), ("After", completion.filled)]
    if truth is not None:
        shown.append(("Truth", truth))
    low, high = _range(before)
    # Missing places are shown in a colour that no grey picture has; a colour picture may.
    figures = [_figure(name, _image(values, low, high)) for name, values in shown]
    uncertainty = completion.uncertainty
    if uncertainty.ndim == 3:
        uncertainty = np.sqrt(np.mean(uncertainty**2, axis=-1))
    drawn = heat_map(uncertainty, label="spread over refits (data units)")
    figures.append(_figure("Uncertainty: standard deviation over refits", _drawing(drawn)))
    return "\n".join(figures)


def _plots(completion: Completion) -> str:
    refit, search = to_dataset(completion.refit), to_dataset(completion.trajectory)
    drawn = (
        (
            "Singular values appear as training goes on (refit on all observed entries)",
            singular_values(refit),
        ),
        (
            "Training loss and held-out error of the search, in units of the data's deviation",
            curves(search, ["loss", "held_out"], logarithmic=["loss", "held_out"]),
        ),
        ("Effective rank of the refit", curves(refit, ["effective_rank"])),
    )
    return "\n".join(_figure(caption, _drawing(figure)) for caption, figure in drawn)


def _candidates(completion: Completion) -> str:
    head = ("depth", "scale", "smoothness", "steps", "held-out error", "seconds")
    rows = ["".join(f'<th class="number">{name}</th>' for name in head)]
    for candidate in completion.choice.candidates:
        recipe = candidate.recipe
        cells = (
            str(recipe.depth),
            f"{recipe.scale:g}",
            f"{recipe.weight:g}" if recipe.weight else "off",
            str(recipe.steps),
            f"{candidate.held_out:.4g}",
            f"{candidate.seconds:.1f}",
        )
        rows.append("".join(f'<td class="number">{cell}</td>' for cell in cells))
    chosen = [
        candidate.recipe == completion.choice.recipe for candidate in completion.choice.candidates
    ]
    marks = ["", *(' class="chosen"' if mark else "" for mark in chosen)]
    body = "".join(f"<tr{mark}>{row}</tr>" for mark, row in zip(marks, rows, strict=True))
    return f"<table>{body}</table>"


def _results(completion: Completion, scores: Scores | None) -> dict[str, str]:
    rows = {
        "Why it stopped": completion.result.cause,
        "Time": f"{completion.seconds:.1f} s",
        "Effective rank": f"{completion.refit['effective_rank'][-1]:.1f}",
        "Held-out error (root mean square)": f"{completion.choice.held_out:.4g}",
        "Spread over refits (mean over the holes)": f"{completion.spread:.4g}",
    }
    if scores is not None:
        rows |= {
            "PSNR over missing pixels": f"{scores.psnr_missing:.2f} dB",
            "PSNR over all pixels": f"{scores.psnr_all:.2f} dB",
            "SSIM over missing pixels": f"{scores.ssim_missing:.4f}",
            "SSIM over all pixels": f"{scores.ssim_all:.4f}",
        }
    return rows


def _table(rows: Mapping[str, Any]) -> str:
    cells = (
        f"<tr><th>{html.escape(str(name))}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table>{''.join(cells)}</table>"


def _list(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="notes">{items}</ul>'


def _figure(caption: str, image: str) -> str:
    return f"<figure>{image}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _range(values: Values) -> tuple[float, float]:
    seen = values[np.isfinite(values)]
    if seen.min() >= 0 and seen.max() <= 1:
        return 0.0, 1.0
    return float(seen.min()), float(seen.max())


def _image(values: Values, low: float, high: float) -> str:
    """An <img> of the array as PNG; NaN is drawn in magenta."""
    from PIL import Image

    spread = (high - low) or 1.0
    colours = np.broadcast_to(values[..., None], (*values.shape, 3)) if values.ndim == 2 else values
    missing = ~np.isfinite(colours).all(axis=-1)
    pixels = np.clip((np.nan_to_num(colours) - low) / spread * 255 + 0.5, 0, 255).astype(np.uint8)
    pixels[missing] = (204, 121, 167)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return _embedded(buffer.getvalue(), "image/png", "picture")


def _drawing(figure: Any) -> str:
    """An <img> of a matplotlib figure as SVG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight")
    return _embedded(buffer.getvalue(), "image/svg+xml", "figure")


def _embedded(content: bytes, kind: str, alternative: str) -> str:
    data = base64.b64encode(content).decode("ascii")
    return f'<img src="data:{kind};base64,{data}" alt="{alternative}">'
