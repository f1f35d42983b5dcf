"""`tacit complete`: a picture, film, cube or table with holes in, the same without holes out."""

from pathlib import Path

from tacit.cli.complete.options import Options


def complete(input: Path, /, *, options: Options) -> None:
    """Fill the holes of a picture, a film, a cube or a table by low-rank learning.

    Pictures: PNG, JPEG, TIFF, WebP, grey or colour, 8 or 16 bit. Films and stacks: GIF, MP4, TIFF
    of several pages, a folder of pictures or 'folder/*.png'. Cubes and tables: NPY, NPZ, MAT; CSV,
    TSV, Parquet. Missing are NaN, null and blank cells, fully transparent pixels, and what
    --missing or --missing-value names.

    Some of the observed entries are held out, missing the way the holes are; on them the method,
    its settings and when it stops are chosen, and how far off each filled entry may be is learnt.
    Pictures and films are completed by edges that colours, windows and frames share, tables by low
    rank beside the means of rows and columns, cubes and series by whichever does best. The output
    has the input's size, bit depth and alpha, or its columns, and observed entries are kept exactly
    where the format allows it (a note says where not). Ctrl-C writes the best answer so far.

    ```
    tacit complete photo.png -o whole.png --missing mask.png --report report.html
    tacit complete clip.gif -o whole.gif --missing scratches.png
    tacit complete 'frames/*.png' -o whole --missing-value 0
    tacit complete cube.npy -o whole.npy --smooth off
    tacit complete table.csv -o whole.csv --report report.html
    tacit complete series.npy -o whole.npy --axes item,time,time
    ```

    Args:
        input: Picture, film, cube or table; FILE.npz:NAME and FILE.mat:NAME choose one variable.
        options: What to complete and how.
    """
    from tacit.cli.complete.work import perform

    perform(input, options)
