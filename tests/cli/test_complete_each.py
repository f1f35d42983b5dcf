"""`tacit complete --each`: every picture of a folder on its own."""

from pathlib import Path

import numpy as np
from PIL import Image

from .test_complete import QUICK, complete, pixels


def test_each_picture_of_a_folder_on_its_own(folder, capsys):
    Path("album").mkdir()
    truth = pixels("truth.png")
    for name, part in (("a", truth), ("b", truth[:, :30]), ("whole", truth)):
        picture = part.copy()
        if name != "whole":
            picture[np.random.default_rng(2).random(part.shape) < 0.3] = 0
        Image.fromarray(picture).save(f"album/{name}.png")
    arguments = ["album", "-o", "done", "--missing-value", "0"]
    assert complete(*arguments, *QUICK) == 2
    assert "--each" in capsys.readouterr().err

    assert complete(*arguments, "--each", *QUICK[:-1]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert sorted(path.name for path in Path("done").iterdir()) == ["a.png", "b.png", "whole.png"]
    for words in (
        "a.png 30.9",
        "b.png 30.9",
        "% missing, held-out error",
        "whole.png nothing is miss",
    ):
        assert words in printed
    for name in "ab":
        before, after = pixels(f"album/{name}.png"), pixels(f"done/{name}.png")
        np.testing.assert_array_equal(after[before > 0], before[before > 0])
        assert np.abs(after.astype(float) - truth[:, : before.shape[1]]).mean() < 5
    np.testing.assert_array_equal(pixels("done/whole.png"), truth)

    # What has no holes is denoised, too.
    noise = np.random.default_rng(2).normal(0, 20, truth.shape)
    noisy = np.clip(truth + noise, 1, 255).astype(np.uint8)
    Image.fromarray(noisy).save("album/whole.png")
    assert complete(*arguments[:2], "clean", *arguments[3:], "--each", "--denoise", *QUICK) == 0
    after = pixels("clean/whole.png").astype(float)
    assert np.std(after - truth) < np.std(noisy - truth.astype(float))


def test_each_is_refused_before_anything_is_written_if_one_picture_is_damaged(folder, capsys):
    Path("album").mkdir()
    Image.fromarray(pixels("holes.png")).save("album/a.png")
    Path("album/b.png").write_bytes(Path("album/a.png").read_bytes()[:200])
    assert complete("album", "-o", "done", "--missing-value", "0", "--each", *QUICK) == 2
    assert "b.png" in capsys.readouterr().err
    assert not Path("done").exists()
