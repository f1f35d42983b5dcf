"""`tacit complete`: a picture or table with holes in, the same without holes out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Flag = Annotated[bool, Parameter(negative=())]


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """What to complete and how.

    Attributes:
        output: File to write, in the input's format.
        missing: Picture of the input's height and width; its non-zero pixels are missing.
        missing_value: Stored number that stands for a missing entry, such as 0 or 255.
        smooth: Weight of the smoothness penalty beside low rank: auto, off, or a number.
        depth: Number of factors; chosen on held-out entries if not given.
        scale: Initial scale over the data's largest singular value; chosen if not given.
        budget: Seconds to keep within; the first candidate and one refit are always run.
        seed: Seed of the starts and of the held-out entries.
        dtype: Precision of training.
        truth: Complete picture or table to compare with: PSNR and SSIM are printed.
        report: HTML file to write: pictures, uncertainty, curves, what was tried, settings.
        denoise: Write the model's values at observed entries too.
        overwrite: Allow the output to be the input.
        quiet: Print nothing but errors.
        json: Print the summary as JSON.
    """

    output: Annotated[Path, Parameter(name=("--output", "-o"))]
    missing: Path | None = None
    missing_value: float | None = None
    smooth: Literal["auto", "off"] | float = "auto"
    depth: int | None = None
    scale: float | None = None
    budget: float = 60.0
    seed: int = 0
    dtype: Literal["float32", "float64"] = "float32"
    truth: Path | None = None
    report: Path | None = None
    denoise: Flag = False
    overwrite: Flag = False
    quiet: Flag = False
    json: Flag = False


def complete(input: Path, /, *, options: Options) -> None:
    """Fill the holes of a picture or a table by low-rank learning from a small start.

    Pictures: PNG, JPEG, TIFF, WebP, grey or colour, 8 or 16 bit. Tables: NPY, NPZ, MAT, CSV, TSV.
    Missing are NaN and blank cells, fully transparent pixels, and what --missing or --missing-value
    names. Depth, initial scale, stopping time and smoothness are chosen on held-out entries. The
    output has the input's size, bit depth and alpha, and observed entries are kept exactly. Ctrl-C
    writes the best answer so far.

    Args:
        input: Picture or table; FILE.npz:NAME and FILE.mat:NAME choose one variable.
        options: What to complete and how.
    """
    from tacit.cli.completing import perform

    perform(input, options)
