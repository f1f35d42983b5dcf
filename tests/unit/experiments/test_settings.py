"""Settings of an experiment as text: read, refused in one line, and listed without JAX."""

from dataclasses import dataclass, fields
from typing import Literal

import pytest

from tacit.experiments import EXPERIMENTS, find
from tacit.experiments._settings import Presets, as_text, list_settings, override, split


@dataclass(frozen=True)
class Config:
    """One field of every type."""

    seed: int = 0
    dtype: str = "float64"
    step: float = 1e-3
    fast: bool = False
    data: str | None = None
    most: int | None = 3
    depths: tuple[int, ...] = (2, 3)
    scales: tuple[float, ...] = (1e-3, 1e-5)
    names: tuple[str, ...] = ("a", "b")
    choice: Literal["x", "y"] = "x"
    pair: tuple[int, int] = (1, 2)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("seed", "7", 7),
        ("seed", " -7", -7),
        ("step", "5e-4", 5e-4),
        ("step", "2", 2.0),
        ("fast", "true", True),
        ("fast", "False", False),
        ("data", "a file.gz", "a file.gz"),
        ("data", "none", None),
        ("most", "None", None),
        ("most", "4", 4),
        ("depths", "2,3, 4", (2, 3, 4)),
        ("depths", "5", (5,)),
        ("depths", "", ()),
        ("scales", "-1,1e-5", (-1.0, 1e-5)),
        ("names", "left, right", ("left", "right")),
        ("dtype", "float32", "float32"),
    ],
)
def test_a_text_is_read_by_the_type_of_its_field(field, text, value):
    config = override(Config(), {field: text}, "here")
    assert getattr(config, field) == value
    assert type(getattr(config, field)) is type(value)
    if isinstance(value, tuple):
        assert [type(part) for part in getattr(config, field)] == [type(part) for part in value]
    others = [f.name for f in fields(Config) if f.name != field]
    assert all(getattr(config, name) == getattr(Config(), name) for name in others)


def test_several_fields_change_at_once():
    config = override(Config(), {"step": "1", "depths": "4"}, "here")
    assert config == Config(step=1.0, depths=(4,))


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("sed", "1", "here has no setting 'sed': did you mean seed"),
        ("dept", "1", "did you mean depths"),
        ("qqq", "1", "here has no setting 'qqq': there are seed, dtype, step, fast"),
        ("seed", "1.5", "here: setting seed must be a whole number, got '1.5'"),
        ("step", "fast", "here: setting step must be a number, got 'fast'"),
        ("step", "nan", "here: setting step must be a number, got 'nan'"),
        ("fast", "yes", "here: setting fast must be true or false, got 'yes'"),
        ("most", "few", "here: setting most must be a whole number, or none, got 'few'"),
        ("seed", "none", "here: setting seed must be a whole number, got 'none'"),
        (
            "depths",
            "2,,3",
            "here: setting depths must be whole numbers with commas between, got '2,,3'",
        ),
        ("scales", "1,x", "here: setting scales must be numbers with commas between, got '1,x'"),
        ("dtype", "int8", "here: setting dtype must be float32 or float64, got 'int8'"),
        ("choice", "y", "here: setting choice is a typing.Literal"),
        ("pair", "1,2", "here: setting pair is a tuple"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(field, text, message):
    with pytest.raises(ValueError, match=r".") as caught:
        override(Config(), {field: text}, "here")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [experiment.name for experiment in EXPERIMENTS])
def test_the_settings_listed_are_those_of_the_presets(name):
    experiment = find(name)
    listed = experiment.settings()
    for preset in ("smoke", "paper"):
        config = experiment.configure(preset)
        expected = {field.name: as_text(getattr(config, field.name)) for field in fields(config)}
        assert {setting.name: getattr(setting, preset) for setting in listed.settings} == expected
        assert experiment.configure(preset, overrides=expected) == config
    assert listed.about


def test_settings_are_listed_as_they_are_typed():
    listed = list_settings(Presets(smoke=Config(most=None), paper=Config(fast=True)))
    assert listed.about == "One field of every type."
    rows = {setting.name: tuple(setting)[1:] for setting in listed.settings}
    assert rows["seed"] == ("int", "0", "0")
    assert rows["fast"] == ("bool", "false", "true")
    assert rows["most"] == ("int | None", "none", "3")
    assert rows["scales"] == ("tuple[float, ...]", "0.001,1e-05", "0.001,1e-05")


def test_overrides_come_after_the_preset_and_the_seed():
    experiment = find("chou2024_dynamics")
    changed = experiment.configure("paper", 4, {"seed": "5", "step": "5e-4", "eigenvalues": "2,1"})
    paper = experiment.configure("paper")
    assert (changed.seed, changed.step, changed.eigenvalues) == (5, 5e-4, (2.0, 1.0))
    assert changed.depths == paper.depths
    assert experiment.configure("paper", 4, {}).seed == 4
    assert paper.seed == 0


@pytest.mark.parametrize(
    ("field", "text", "values"),
    [
        ("step", "1e-3", (1e-3,)),
        ("step", "1e-3, 5e-4", (1e-3, 5e-4)),
        ("most", "none,3", (None, 3)),
        ("fast", "true,false", (True, False)),
        ("depths", "2", ((2,),)),
        ("depths", "2;3;2,3", ((2,), (3,), (2, 3))),
        ("depths", "2,3;", ((2, 3),)),
        ("names", "a;b,c", (("a",), ("b", "c"))),
    ],
)
def test_several_values_are_separated(field, text, values):
    assert split(Config(), {field: text}, "here") == {field: values}


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("step", "1,,2", "here: setting step must be a number, got ''"),
        ("depths", "2,3", "write '2;3' for several cells, or '2,3;' for one"),
        ("depths", "2;x", "setting depths must be whole numbers with commas between, got 'x'"),
        ("dtype", "float32,float16", "setting dtype must be float32 or float64, got 'float16'"),
        ("pair", "1", "change it in Python"),
        ("stop", "1,2", "here has no setting 'stop'"),
    ],
)
def test_several_values_that_cannot_be_read_are_refused(field, text, said):
    with pytest.raises(ValueError, match=said):
        split(Config(), {field: text}, "here")
