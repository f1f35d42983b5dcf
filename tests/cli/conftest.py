"""What the command line is tried on."""

import time

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a small grey picture, its mask and its truth, and a compile cache."""
    monkeypatch.chdir(tmp_path)
    # A budget counts from when the process began, which here began with the first test.
    for module in ("work", "each"):
        monkeypatch.setattr(f"tacit.cli.complete.{module}.BEGAN", time.monotonic())
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "cache"))
    rows, columns = np.mgrid[:32, :40]
    truth = (127 + 100 * np.sin(rows / 6) * np.cos(columns / 9)).astype(np.uint8)
    mask = np.random.default_rng(0).random(truth.shape) < 0.4
    Image.fromarray(truth).save("truth.png")
    Image.fromarray((255 * mask).astype(np.uint8)).save("mask.png")
    Image.fromarray(np.where(mask, 0, truth).astype(np.uint8)).save("holes.png")
    return tmp_path
