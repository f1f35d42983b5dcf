"""Figures of tubal descent, from made-up records."""

import numpy as np
import pytest
import xarray as xr

from tacit import plots

from .test_figures import labelled

STEP = np.arange(0, 100, 5)
FALLING = np.exp(-STEP / 10)


def along(*leading):
    """A record that falls, for each value of the leading axes."""
    shape = tuple(size for _, size in leading)
    names = tuple(name for name, _ in leading)
    grown = np.arange(1, 1 + int(np.prod(shape, dtype=int))).reshape(*shape, 1)
    return (*names, "record"), grown * FALLING


def names_of(axes):
    legend = axes.get_legend()
    assert legend is not None
    return [text.get_text() for text in legend.get_texts()]


@pytest.fixture
def phases():
    names = ("test_error", "train_error", "tube_error", "angle_to_truth", "power_iterate_angle")
    records = {name: along(("draw", 2)) for name in (*names, "angle_to_spectral_tensor")}
    return xr.Dataset(
        {**records, "phase_end": (("draw", "phase"), [[20.0, np.nan, 80.0]] * 2)},
        coords={"step": ("record", STEP), "phase": ["spectral", "saddle", "local"]},
    )


def test_phases_that_were_not_seen_are_left_out(phases):
    figure = labelled(plots.tubal_phases(phases))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["spectral", "local"]
    left, right = figure.axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), FALLING)
    assert right.get_ylim()[0] >= 1e-12
    known = xr.DataArray([0.5, 0.1], {"test_error_step": [10, 40]})
    marked = labelled(plots.tubal_phases(phases.assign(authors_test_error=known)))
    texts = names_of(marked.axes[0])
    assert "the authors' draw" in texts


def test_recovery_by_width():
    widths, draws = [3, 6], 4
    times = 20.0 + np.arange(draws)
    dataset = xr.Dataset(
        {
            "middle_error": along(("width", 2)),
            "middle_regression": 1e-14,
            "escape": (("width", "draw"), np.stack([times, times + 1])),
            "first_growth": ("draw", times, {"long_name": "by λ₁, steps"}),
            "escape_growth": ("draw", times + 2),
        },
        coords={"step": ("record", STEP), "width": widths},
    )
    figure = labelled(plots.tubal_recovery(dataset, "width"))
    left, right = figure.axes
    names = names_of(left)
    assert names == ["R = 3", "R = 6", "least squares"]
    assert names_of(right)[0] == "by λ₁"


def test_recovery_by_scale_and_by_count():
    alphas, counts = [1.0, 1e-3], [9, 6]
    coords = {"step": ("record", STEP), "alpha": alphas}
    dataset = xr.Dataset(
        {
            "middle_error": along(("alpha", 2)),
            "middle_regression": 1e-14,
            "test_error": along(("draw", 3), ("alpha", 2)),
            "bound": ("alpha", [10.0, 0.1]),
            "guide": ("alpha", [1.0, 0.03]),
            "authors_final": ("alpha", [0.5, np.nan]),
        },
        coords=coords,
    )
    left, right = labelled(plots.tubal_recovery(dataset, "alpha")).axes
    names = names_of(left)
    assert names == ["α = 1", "α = 1e-3", "least squares"]
    assert right.get_xscale() == right.get_yscale() == "log"
    by_count = xr.Dataset(
        {
            "middle_error": along(("count", 2), ("alpha", 2)),
            "middle_regression": ("count", [0.4, 0.6]),
            "test_error": along(("count", 2), ("draw", 3), ("alpha", 2)),
        },
        coords=coords | {"count": counts},
    )
    figure = labelled(plots.tubal_recovery_by_count(by_count))
    assert [axes.get_title() for axes in figure.axes][:2] == ["count = 9", "count = 6"]
