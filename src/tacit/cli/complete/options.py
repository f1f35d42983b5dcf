"""The options of `tacit complete`, in the groups in which `--help` shows them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from tacit.media import Marking, Reading

_EVERYDAY = Group("Everyday options", sort_key=1)
_MASK = Group("How a mask is read", sort_key=2)
_FILE = Group("How a table or a file of variables is read", sort_key=3)
_DATA = Group("What is known of the data", sort_key=4)
_METHOD = Group("How it is completed", sort_key=5)
_SAID = Group("What is printed and compared", sort_key=6)

_flag = Parameter(negative=(), show_default=False)
_several = Parameter(negative=(), allow_leading_hyphen=True, show_default=False)
_everyday, _mask, _file, _data, _method, _said = (
    Parameter(group=group) for group in (_EVERYDAY, _MASK, _FILE, _DATA, _METHOD, _SAID)
)


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """What to complete and how.

    Attributes:
        output: File to write; its format is the input's, or for a picture PNG or JPEG by its
            ending. For a folder of pictures, a folder.
        missing: Mask, white where something is missing: a picture of the input's height and width,
            which then applies to all frames and slices, or a film or array of the input's size.
        missing_value: Stored number that stands for a missing entry, such as 0 or 255, or a text in
            a table, such as ND; repeat the option for several.
        report: HTML page to write: pictures or maps, uncertainty, curves, what was tried, settings.
        budget: Seconds to stay within, compilation included.
        overwrite: Allow the output to replace the input.
        mask_threshold: Value of the mask above which a place is missing, in the mask's own numbers.
            By default half of the full scale where the mask has greys, else anything but 0.
        mask_invert: The mask marks what is known; the rest is missing.
        variable: Variable of an archive or a dataset, or sheet of a workbook.
        columns: Columns of a table that hold readings, by name or number, separated by commas; the
            others stay as they are.
        ignore: Columns that hold no readings, likewise.
        header: Whether the first row of a table holds the names of its columns.
        decimal: Decimal mark of a table of text: . or ,
        thousands: What groups the digits of large numbers: , . ' or a blank, '' for nothing.
        each: Complete each picture of a folder on its own, not as the frames of a film.
        axes: What each axis counts, separated by commas: row, column, frame, time (neighbours are
            alike), channel, feature (each slice has its own unit), colour, sample, item (no order),
            or ? to find out.
        smooth: Whether neighbours along any axis are alike: auto finds out, off says no.
        land: Places of a field that are observed at no time, as land in a field of the sea: leave
            them missing, or fill them.
        bounds: Limits of the values that are filled in: auto for those that the data seem to have,
            none, or LOWEST:HIGHEST in the numbers that the file stores.
        integer: Round the values that are filled in to whole numbers.
        loss: squared, or huber, which tolerates outliers.
        method: Family of methods to choose from; auto tries all that apply.
        depth: Number of factors, instead of trying several.
        init_scale: Initial scale of the factors, instead of trying several.
        seed: Seed of the initial values and of the held-out entries.
        dtype: Precision of training.
        denoise: Replace observed entries by what is learnt of them too; nothing need be missing.
        truth: Complete picture, film or array to compare with: PSNR and SSIM are printed, for a
            table the root mean square error.
        quiet: Print nothing but errors.
        json: Print the summary as JSON.
    """

    output: Annotated[Path, Parameter(name=("--output", "-o")), _everyday]
    missing: Annotated[Path | None, Parameter(name=("--missing", "--mask")), _everyday] = None
    missing_value: Annotated[tuple[str, ...], _everyday, _several] = ()
    report: Annotated[Path | None, _everyday] = None
    budget: Annotated[float, _everyday] = 60.0
    overwrite: Annotated[bool, _everyday, _flag] = False
    mask_threshold: Annotated[float | None, _mask] = None
    mask_invert: Annotated[bool, _mask, _flag] = False
    variable: Annotated[str | None, _file] = None
    columns: Annotated[str | None, _file] = None
    ignore: Annotated[str | None, _file] = None
    header: Annotated[bool | None, _file] = None
    decimal: Annotated[str | None, _file] = None
    thousands: Annotated[str | None, _file] = None
    each: Annotated[bool, _data, _flag] = False
    axes: Annotated[str | None, _data] = None
    smooth: Annotated[Literal["auto", "off"], _data] = "auto"
    land: Annotated[Literal["leave", "fill"], _data] = "leave"
    bounds: Annotated[str, _data] = "auto"
    integer: Annotated[bool, _data, _flag] = False
    loss: Annotated[Literal["squared", "huber"], _method] = "squared"
    method: Annotated[
        Literal[
            "auto",
            "continuation",
            "windows",
            "unfoldings",
            "gaussian",
            "factors",
            "tubal",
            "tucker",
            "train",
            "tree",
            "cp",
            "deep",
        ],
        _method,
    ] = "auto"
    depth: Annotated[float | None, _method] = None
    init_scale: Annotated[float | None, _method] = None
    seed: Annotated[int, _method] = 0
    dtype: Annotated[Literal["float32", "float64"], _method] = "float32"
    denoise: Annotated[bool, _method, _flag] = False
    truth: Annotated[Path | None, _said] = None
    quiet: Annotated[bool, _said, _flag] = False
    json: Annotated[bool, _said, _flag] = False

    @property
    def marking(self) -> Marking:
        """How the values of the mask are read."""
        return Marking(self.mask_threshold, self.mask_invert)

    @property
    def reading(self) -> Reading:
        """How a table or a file of several variables is read."""
        return Reading(
            variable=self.variable,
            decimal=self.decimal,
            thousands=self.thousands,
            columns=_names(self.columns),
            ignore=_names(self.ignore),
            header=self.header,
        )


def _names(listed: str | None) -> tuple[str, ...]:
    """The names in a list separated by commas."""
    return tuple(name.strip() for name in (listed or "").split(",") if name.strip())
