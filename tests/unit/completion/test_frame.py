"""Standardising and restoring are inverse; masks of pixels and of entries."""

import numpy as np
import pytest

from tacit.completion.frame import Frame, mask_matrix


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_a_model_that_fits_the_measurements_restores_the_data(shape):
    data = np.random.default_rng(0).normal(3.0, 2.0, shape)
    frame = Frame.of(data, np.ones(shape, bool))
    colours = frame.standardised(data)
    assert colours.mean() == pytest.approx(0, abs=1e-12)
    assert colours.std() == pytest.approx(1)
    Z = colours
    if frame.mixing is not None:  # solve X = Z mixingᵀ for the planes that the model holds
        planes = colours.reshape(5, 3, 7).swapaxes(1, 2) @ np.linalg.inv(frame.mixing).T
        Z = planes.swapaxes(1, 2).reshape(5, 21)
    np.testing.assert_allclose(frame.restored(Z), data, atol=1e-12)


def test_chroma_is_weighed_ten_times_luma():
    gram = np.linalg.inv(Frame.of(np.zeros((4, 4, 3)), np.ones((4, 4, 3), bool)).mixing)
    np.testing.assert_allclose(gram @ gram.T, np.diag([1, 10, 10]), atol=1e-12)


def test_constant_data_have_no_spread_to_divide_by():
    frame = Frame.of(np.full((3, 3), 7.0), np.ones((3, 3), bool))
    np.testing.assert_array_equal(frame.restored(np.zeros((3, 3))), 7.0)


def test_a_mask_of_pixels_marks_every_channel():
    mask = np.zeros((4, 5), bool)
    mask[1, 2] = True
    side_by_side = mask_matrix(mask, (4, 5, 3))
    assert side_by_side.shape == (4, 15)
    np.testing.assert_array_equal(np.flatnonzero(side_by_side), 15 + np.array([2, 7, 12]))


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="mask"):
        mask_matrix(np.zeros((4, 4), bool), (4, 5, 3))
