"""`tacit complete`: a picture, film, cube or table with holes in, the same without holes out."""

from pathlib import Path

from tacit.cli.complete.options import Options


def complete(input: Path, /, *, options: Options) -> None:
    """Fill the holes of a picture, a film, a cube or a table by low-rank learning.

    Pictures: PNG, JPEG, TIFF, WebP, AVIF, HEIC, grey or colour, 8 or 16 bit. Films and stacks: GIF,
    MP4, TIFF with several pages, a folder of pictures or 'folder/*.png'. Cubes and tables: NPY,
    NPZ, MAT; CSV, TSV, Parquet, XLSX, Stata, SPSS. Fields: NetCDF, Zarr. What is NaN, an empty cell
    or a fully transparent pixel is missing, and so is what --missing or --missing-value says. The
    line "read as" tells how the input was understood.

    You need not choose a method: some observed entries are hidden in the pattern of the holes, and
    whatever recovers them best is used. They also tell how far off each filled entry may be.
    Observed entries are kept exactly where the format allows it (a note says where it does not),
    and the output has the size, bit depth and columns of the input. Ctrl-C writes the best answer
    so far.

    ```
    tacit complete photo.png -o whole.png --missing mask.png --report report.html
    tacit complete photo.png -o whole.jpg --mask mask.png --mask-threshold 40
    tacit complete album -o whole --each --missing-value 0
    tacit complete clip.gif -o whole.gif --missing scratches.png
    tacit complete 'frames/*.png' -o whole --missing-value 0
    tacit complete cube.npy -o whole.npy --smooth off
    tacit complete table.csv -o whole.csv --report report.html
    tacit complete sst.nc -o whole.nc --variable sst
    tacit complete series.npy -o whole.npy --axes item,time,time
    ```

    Args:
        input: Picture, film, cube or table; --variable, or FILE.npz:NAME, chooses one of several.
        options: What to complete and how.
    """
    from tacit.cli.complete.work import perform

    perform(input, options)
