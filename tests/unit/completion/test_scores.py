"""PSNR against its formula, SSIM against the library's own mean."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from tacit.completion import scores


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 3)])
def test_over_everything_it_is_the_known_measure(shape):
    rng = np.random.default_rng(0)
    truth = rng.random(shape)
    filled = np.clip(truth + 0.1 * rng.normal(size=shape), 0, 1)
    missing = rng.random((20, 30)) < 0.4
    found = scores(filled, truth, missing)
    assert found.psnr_all == pytest.approx(peak_signal_noise_ratio(truth, filled, data_range=1))
    channels = -1 if len(shape) == 3 else None
    _, whole = structural_similarity(truth, filled, data_range=1, channel_axis=channels, full=True)
    assert found.ssim_all == pytest.approx(whole.mean())
    error = np.mean((filled - truth)[missing] ** 2)
    assert found.psnr_missing == pytest.approx(10 * np.log10(1 / error))


@pytest.mark.parametrize("places", [(9, 11), (9, 11, 4)])
def test_a_film_is_compared_frame_by_frame(places):
    rng = np.random.default_rng(2)
    truth = rng.random((9, 11, 4, 3))
    filled = np.clip(truth + 0.1 * rng.normal(size=truth.shape), 0, 1)
    missing = rng.random(places) < 0.4
    found = scores(filled, truth, missing)
    everywhere = np.broadcast_to(missing.reshape(*places, *(1,) * (4 - len(places))), truth.shape)
    frames = [
        scores(filled[:, :, t], truth[:, :, t], everywhere[:, :, t]) for t in range(truth.shape[2])
    ]
    assert found.ssim_all == pytest.approx(np.mean([frame.ssim_all for frame in frames]))
    shares = everywhere.sum(axis=(0, 1, 3))
    similar = np.average([frame.ssim_missing for frame in frames], weights=shares)
    assert found.ssim_missing == pytest.approx(similar)
    error = np.mean((filled - truth)[everywhere] ** 2)
    assert found.psnr_missing == pytest.approx(10 * np.log10(1 / error))


def test_a_perfect_answer_has_infinite_psnr():
    truth = np.random.default_rng(1).random((9, 9))
    found = scores(truth, truth, np.eye(9, dtype=bool))
    assert found.psnr_missing == np.inf
    assert found.ssim_missing == pytest.approx(1)


def test_a_tiny_picture_has_no_window_for_similarity():
    assert np.isnan(scores(np.zeros((2, 2)), np.ones((2, 2)), np.eye(2, dtype=bool)).ssim_all)
