"""Complete a photograph with half its pixels missing: what `make demo` does.

The photograph ships inside scikit-image. This script makes the holes with a fixed seed, calls the
command line as you would, and puts the three pictures side by side.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import skimage.data
from PIL import Image

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--folder", type=Path, default=Path("demo"))
parser.add_argument("--budget", help="seconds for the search (default: that of tacit complete)")
parser.add_argument("--size", type=int, help="complete only a middle square of so many pixels")
arguments = parser.parse_args()
folder = arguments.folder
folder.mkdir(parents=True, exist_ok=True)

truth = skimage.data.chelsea()
if arguments.size:
    top, left = ((side - arguments.size) // 2 for side in truth.shape[:2])
    truth = truth[top : top + arguments.size, left : left + arguments.size]
missing = np.random.default_rng(0).random(truth.shape[:2]) < 0.5
holes = np.where(missing[..., None], 0, truth).astype(np.uint8)
for name, picture in (("truth", truth), ("holes", holes), ("missing", missing)):
    Image.fromarray(picture).save(folder / f"{name}.png")

command = [str(Path(sys.executable).with_name("tacit")), "complete", "holes.png"]
command += ["-o", "completed.png", "--overwrite", "--missing", "missing.png"]
command += ["--truth", "truth.png", "--report", "report.html", "--seed", "0"]
command += ["--budget", arguments.budget] if arguments.budget else []
print(f"$ {shlex.join(['tacit', *command[1:]])}", flush=True)
status = subprocess.run(command, cwd=folder).returncode
if status:
    sys.exit(status)

completed = np.asarray(Image.open(folder / "completed.png"))
gap = np.full((truth.shape[0], 12, 3), 255, np.uint8)
side_by_side = np.concatenate([holes, gap, completed, gap, truth], axis=1)
Image.fromarray(side_by_side).save(folder / "before_after.png")
print("\nHalf of the pixels removed, completed, the truth: ", folder / "before_after.png")
print("The report, one file, for any browser:            ", folder / "report.html")
