"""What `tacit complete` makes of its options before the library is asked."""

from pathlib import Path
from typing import get_args, get_type_hints

import jax
import numpy as np
import pytest
from PIL import Image

from tacit.cli.complete.answer import axes_of, bounds_of, complete_source
from tacit.cli.complete.options import Options
from tacit.completion import FAMILIES
from tacit.media import Source, read


def source(axes: str, kind: str) -> Source:
    """Data of which the same place is missing in all frames, slices and channels."""
    sides = {"m": 6, "n": 5, "f": 4, "c": 3, "s": 2}
    values = np.random.default_rng(0).integers(1, 255, [sides[axis] for axis in axes], np.uint8)
    if kind == "array":
        values = values.astype(float)
        values[0, 0] = np.nan
        np.save("in.npy", values)
        return read("in.npy")
    values[0, 0] = 0
    if "f" not in axes:
        Image.fromarray(values).save("in.png")
        return read("in.png", missing_value=0)
    Path("in").mkdir()
    for frame in range(4):
        Image.fromarray(values[:, :, frame]).save(f"in/{frame}.png")
    return read("in", missing_value=0)


@pytest.mark.parametrize(
    ("axes", "kind", "arguments", "expected"),
    [
        ("mn", "picture", {}, ("row", "column")),
        ("mnc", "picture", {}, ("row", "column", "colour")),
        ("mnf", "picture", {}, ("row", "column", "frame")),
        ("mnf", "picture", {"axes": "row,column,item"}, ("row", "column", "item")),
        ("mnf", "picture", {"smooth": "off"}, ("item", "item", "item")),
        ("mnc", "picture", {"smooth": "off"}, ("item", "item", "colour")),
        ("mn", "array", {}, (None, None)),
        ("mn", "array", {"smooth": "off"}, ("item", "item")),
        ("mn", "array", {"axes": "sample,feature"}, ("sample", "feature")),
        ("mnss", "array", {}, (None, None, None, None)),
        ("mnss", "array", {"axes": "item, time,?, "}, ("item", "time", None, None)),
    ],
)
def test_axes_are_known_of_pictures_said_or_found_out(folder, axes, kind, arguments, expected):
    assert axes_of(source(axes, kind), Options(Path("out"), **arguments)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auto", "auto"),
        ("none", None),
        ("0:100", (0.0, 100.0)),
        ("-1.5:1e3", (-1.5, 1000.0)),
        ("0:", (0.0, None)),
        (":1", (None, 1.0)),
    ],
)
def test_bounds_are_words_or_a_pair(text, expected):
    assert bounds_of(text) == expected


@pytest.mark.parametrize("text", ["", "0", "0,1", "low:high", "0:1:2"])
def test_what_are_no_bounds_is_refused(text):
    with pytest.raises(ValueError, match="--bounds must be auto, none or LOWEST:HIGHEST"):
        bounds_of(text)


def test_every_family_can_be_asked_for_by_name():
    methods = get_args(get_type_hints(Options)["method"])
    assert set(methods) == {"auto", *(family.name for family in FAMILIES)}


class Taken(Exception):
    """What the door of the library was given."""


@pytest.fixture
def taken(folder, monkeypatch):
    """What `complete_source` gives to the door, of options and seconds that have been used."""

    def take(*given, **settings):
        raise Taken(given, settings)

    def of(data: Source, elapsed: float = 0.0, **arguments):
        with pytest.raises(Taken) as caught:
            complete_source(data, None, Options(Path("out"), **arguments), None, elapsed)
        return caught.value.args

    monkeypatch.setattr("tacit.completion.complete", take)
    return of


def test_the_door_is_given_the_data_and_the_defaults(taken):
    data = source("mnc", "picture")
    (values, mask), settings = taken(data)
    assert values is data.values
    assert mask is data.missing
    assert mask.shape == values.shape[:2]
    assert jax.random.key_data(settings.pop("key")).tolist() == [0, 0]
    assert settings == {
        "outside": None,
        "axes": ("row", "column", "colour"),
        "budget": 60.0,
        "bounds": "auto",
        "integer": False,
        "loss": "squared",
        "methods": "auto",
        "given": {},
        "denoise": False,
        "dtype": "float32",
        "report": None,
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"method": "deep", "depth": 3.0}, {"methods": ["deep"], "given": {"depth": 3}}),
        ({"depth": np.inf}, {"given": {"depth": np.inf}}),
        ({"init_scale": 1e-3}, {"methods": "auto", "given": {"init_scale": 1e-3}}),
        ({"loss": "huber", "integer": True}, {"loss": "huber", "integer": True}),
        ({"bounds": "0:"}, {"bounds": (0.0, None)}),
        ({"denoise": True}, {"denoise": True}),
        ({"bounds": "none"}, {"bounds": None}),
        ({"axes": "sample,feature"}, {"axes": ("sample", "feature")}),
        ({"budget": 10.0, "elapsed": 3.0}, {"budget": 7.0}),
        ({"budget": 1.0, "elapsed": 3.0}, {"budget": 0.0}),
        ({"dtype": "float64"}, {"dtype": "float64"}),
    ],
)
def test_the_door_is_given_what_the_options_say(taken, arguments, expected):
    _, settings = taken(source("mn", "array"), **arguments)
    assert {name: settings[name] for name in expected} == expected
    assert not isinstance(settings["given"].get("depth"), float) or arguments["depth"] == np.inf


def test_of_pictures_bounds_are_those_of_the_file_and_rounding_is_left_to_writing(taken):
    _, settings = taken(source("mn", "picture"), bounds="0:51", integer=True)
    assert settings["bounds"] == (0.0, 0.2)
    assert not settings["integer"]


def test_another_seed_is_another_key(taken):
    _, settings = taken(source("mn", "array"), seed=7)
    assert settings["key"] == jax.random.key(7)
