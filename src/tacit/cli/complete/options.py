"""The options of `tacit complete`."""

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
        output: File to write, in the input's format; for a folder of pictures, a folder.
        missing: Mask, non-zero where missing: a picture of the input's height and width, which
            serves for all frames and slices, or a film or array of the input's size.
        missing_value: Stored number that stands for a missing entry, such as 0 or 255.
        axes: What each axis counts, separated by commas: row, column, frame, time (neighbours are
            alike), channel, feature (each slice has its own unit), colour, sample, item (no order),
            or ? where it is to be found out.
        smooth: Whether neighbours are alike along any axis: auto or off.
        bounds: Of what is filled in: auto for those that the data keep, none, or LOWEST:HIGHEST in
            the numbers that the file stores.
        integer: Round what is filled in to whole numbers.
        loss: squared, or huber where some entries are far off.
        method: Family of methods to choose from; auto for all that serve.
        depth: Number of factors, in place of those that are tried.
        init_scale: Initial scale of the factors, in place of those that are tried.
        budget: Seconds to keep within, compiling included.
        seed: Seed of the starts and of the held-out entries.
        dtype: Precision of training.
        truth: Complete picture, film or array to compare with: PSNR and SSIM are printed, and of a
            table the root mean square error.
        report: HTML file to write: pictures or maps, uncertainty, curves, what was tried, settings.
        denoise: Write the model's values at observed entries too.
        overwrite: Allow the output to be the input.
        quiet: Print nothing but errors.
        json: Print the summary as JSON.
    """

    output: Annotated[Path, Parameter(name=("--output", "-o"))]
    missing: Path | None = None
    missing_value: float | None = None
    axes: str | None = None
    smooth: Literal["auto", "off"] = "auto"
    bounds: str = "auto"
    integer: Flag = False
    loss: Literal["squared", "huber"] = "squared"
    method: Literal["auto", "continuation", "windows", "unfoldings", "factors", "tubal", "deep"] = (
        "auto"
    )
    depth: float | None = None
    init_scale: float | None = None
    budget: float = 60.0
    seed: int = 0
    dtype: Literal["float32", "float64"] = "float32"
    truth: Path | None = None
    report: Path | None = None
    denoise: Flag = False
    overwrite: Flag = False
    quiet: Flag = False
    json: Flag = False
