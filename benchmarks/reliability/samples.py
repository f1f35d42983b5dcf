"""A file of every format, and what is read from it."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = (24, 30)


def make(kind: str, folder: Path) -> tuple[Path, list[Path]]:
    """Write a file; it, or the folder that is read, and the files that are to be damaged."""
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, SIDE).astype(np.uint8)
    values = rng.normal(size=SIDE)
    values[rng.random(SIDE) < 0.3] = np.nan
    if kind == "model":
        return _model(folder)
    if kind == "run":
        return _run(folder)

    names = {"png16": "a.png", "palette.png": "a.png", "alpha.png": "a.png", "mask": "mask.png"}
    names |= {"pages.tiff": "a.tiff", "ratings.csv": "a.csv", "ratings.parquet": "a.parquet"}
    path = folder / names.get(kind, kind if "." in kind else f"a.{kind}")
    path.write_bytes(_content(kind, grey, values))
    if kind == "mask":
        from PIL import Image

        Image.fromarray(grey).save(folder / "a.png")
        return folder / "a.png", [path]
    return path, [path]


def read_again(kind: str, file: Path) -> list[NDArray]:
    """What is read of it, as arrays."""
    if kind == "model":
        from tacit.estimators import RatingsModel

        model = RatingsModel.load(file)
        return [model.predict(np.arange(5), np.arange(5))]
    if kind == "run":
        from tacit.results import Store

        found = Store(file).load("one")
        return [np.asarray(found[name]) for name in sorted(found.variables)]
    if kind in ("ratings.csv", "ratings.parquet", "u.data"):
        from tacit.media import read_triplets

        table = read_triplets(file, header=kind != "u.data")
        return [np.asarray(column, object) for column in (table.users, table.items, table.ratings)]

    from tacit.media import Marking, read

    mask = file.with_name("mask.png") if kind == "mask" else None
    source = read(file, missing=mask, marking=Marking(100.0, False), need_holes=False)
    return [np.nan_to_num(source.values), source.missing]


def _content(kind: str, grey: NDArray, values: NDArray) -> bytes:
    """The bytes of a file that holds grey values, or numbers with holes."""
    import imagecodecs
    import polars as pl
    import scipy.io
    import tifffile
    from PIL import Image

    held, picture = io.BytesIO(), Image.fromarray(grey)
    alpha = Image.merge("LA", (picture, Image.fromarray((grey > 60).astype(np.uint8) * 255)))
    frames = [Image.fromarray(np.roll(grey, shift, 1)) for shift in range(3)]
    columns = {f"c{at}": values[:, at] for at in range(4)}
    rows, stars = np.indices(SIDE).reshape(2, -1), np.round(1 + grey.ravel() / 64)
    ratings = {"user": rows[0], "item": rows[1], "rating": stars}
    lines = "".join(f"{u}\t{i}\t{r:g}\t88\n" for u, i, r in zip(*rows, stars, strict=True))
    match kind:
        case "png" | "mask":
            picture.save(held, "png")
        case "png16":
            return imagecodecs.png_encode(grey.astype(np.uint16) * 257)
        case "palette.png":
            picture.quantize(32).save(held, "png")
        case "alpha.png":
            alpha.save(held, "png")
        case "jpg":
            picture.save(held, "jpeg")
        case "webp":
            picture.save(held, "webp", lossless=True)
        case "gif":
            frames[0].save(held, "gif", save_all=True, append_images=frames[1:])
        case "tiff":
            tifffile.imwrite(held, grey, compression="zlib")
        case "pages.tiff":
            tifffile.imwrite(held, np.stack([grey] * 3), photometric="minisblack")
        case "mp4":
            return _film(grey)
        case "npy":
            np.save(held, values)
        case "npz":
            np.savez_compressed(held, X=values)
        case "mat":
            scipy.io.savemat(held, {"X": values})
        case "csv":
            pl.DataFrame(columns).fill_nan(None).write_csv(held)
        case "tsv":
            pl.DataFrame(columns).fill_nan(None).write_csv(held, separator="\t")
        case "parquet":
            pl.DataFrame(columns).fill_nan(None).write_parquet(held)
        case "ratings.csv":
            pl.DataFrame(ratings).write_csv(held)
        case "ratings.parquet":
            pl.DataFrame(ratings).write_parquet(held)
        case "u.data":
            return lines.encode()
        case _:
            raise ValueError(kind)
    return held.getvalue()


def _film(grey: NDArray) -> bytes:
    import av

    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIDE, "yuv420p"
        for shift in range(3):
            frame = av.VideoFrame.from_ndarray(np.roll(grey, shift, 1), format="gray")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return held.getvalue()


def _model(folder: Path) -> tuple[Path, list[Path]]:
    from tacit.estimators import RatingsModel

    rng = np.random.default_rng(0)
    model = RatingsModel(width=2, random_state=0)
    model.fit(rng.integers(0, 9, 60), rng.integers(0, 9, 60), rng.normal(3, 1, 60))
    model.save(folder / "model")
    return folder / "model", sorted((folder / "model").iterdir())


def _run(folder: Path) -> tuple[Path, list[Path]]:
    import xarray as xr

    from tacit.results import Store

    store = Store(folder)
    dataset = xr.Dataset({"a": ("x", np.arange(50.0)), "b": (("x", "y"), np.ones((50, 3)))})
    path = store.begin("one").finish(dataset)
    records = sorted(file for file in path.rglob("*") if file.is_file())
    files = [*records, folder / "one/run.json"]
    return folder, files
