"""Datasets of parts, stacked and labelled."""

import numpy as np
import pytest
import xarray as xr

from tacit.experiments._datasets import label, stack


def part(values):
    return xr.Dataset({"error": ("alpha", values)}, {"alpha": [0.1, 0.01]})


def test_parts_stand_along_a_new_axis():
    stacked = stack([part([1.0, 2.0]), part([3.0, 4.0])], "start", ("own", "another"), "the start")
    assert stacked["error"].dims == ("start", "alpha")
    assert stacked["start"].dtype == object
    assert stacked["start"].attrs["long_name"] == "the start"
    np.testing.assert_array_equal(stacked["error"].sel(start="another"), [3, 4])


def test_parts_of_different_indices_are_refused():
    other = part([3.0, 4.0]).assign_coords(alpha=[0.1, 0.02])
    with pytest.raises(ValueError, match="alpha"):
        stack([part([1.0, 2.0]), other], "start", (1, 2))


def test_labels_reach_variables_and_the_coordinates_of_dimensions():
    before = part([1.0, 2.0])
    labelled = label(before, {"error": "error", "alpha": "scale α"})
    assert labelled["error"].attrs["long_name"] == "error"
    assert labelled["alpha"].attrs["long_name"] == "scale α"
    assert before["alpha"].attrs == {}
