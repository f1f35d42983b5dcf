"""The wheel and the source distribution build, install into an empty environment, and work."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
NAME = "tacit_lowrank"


@pytest.fixture(scope="module")
def distributions(tmp_path_factory) -> tuple[Path, Path]:
    """A wheel, and a wheel that was built from the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    python = environment(folder / "tools")
    install(python, "hatchling>=1.27")

    run(python, "-m", "hatchling", "build", "-d", str(folder), cwd=ROOT)
    (source,) = folder.glob(f"{NAME}-*.tar.gz")
    (wheel,) = folder.glob(f"{NAME}-*.whl")

    # From the source distribution alone, as the package index would hand it on.
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    unpacked = folder / source.name.removesuffix(".tar.gz")
    run(
        python, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "again"), cwd=unpacked
    )
    (again,) = (folder / "again").glob("*.whl")
    return wheel, again


@pytest.mark.slow
def test_the_source_distribution_builds_the_same_wheel(distributions):
    first, second = (contents(wheel) for wheel in distributions)
    assert first.keys() == second.keys()
    assert first == second
    needed = {"tacit/py.typed", "tacit/experiments/references.bib", "tacit/report/template.html"}
    assert needed <= first.keys()


@pytest.mark.slow
def test_the_wheel_installs_into_an_empty_environment_and_completes_a_table(
    distributions, tmp_path
):
    python = environment(tmp_path / "empty")
    install(python, f"{distributions[0]}[lab,media]", "-c", str(ROOT / "constraints.txt"))

    rng = np.random.default_rng(0)
    truth = rng.normal(size=(40, 2)) @ rng.normal(size=(2, 12))
    holes = rng.random(truth.shape) < 0.2
    np.save(tmp_path / "holes.npy", np.where(holes, np.nan, truth))

    command = python.with_name("tacit")
    outside = tmp_path  # nothing of the repository is importable from here
    assert run(command, "--version", cwd=outside).strip() == "0.1.0"
    run(
        command, "complete", "holes.npy", "-o", "filled.npy", "--report", "report.html",
        "--budget", "20", cwd=outside,
    )  # fmt: skip
    filled = np.load(tmp_path / "filled.npy")
    np.testing.assert_array_equal(filled[~holes], truth[~holes])
    # The table has rank 2 and no noise: that a fit was made shows against 1.4, what means leave.
    assert np.sqrt(np.mean((filled - truth)[holes] ** 2)) < 0.5
    assert "tacit_version" in (tmp_path / "report.html").read_text("utf-8")


def environment(folder: Path) -> Path:
    """The Python of a new and empty environment."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    return folder / "bin" / "python"


def install(python: Path, *what: str) -> None:
    """Install; skip the test where the package index cannot be reached, and fail for all else."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *what]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return
    unreachable = ("connection", "retrying", "network is unreachable", "could not fetch url")
    if any(word in done.stderr.lower() for word in unreachable):
        pytest.skip(f"the package index cannot be reached: {done.stderr.strip().splitlines()[-1]}")
    pytest.fail(done.stderr)


def run(*command: object, cwd: Path) -> str:
    """Standard output of a command that must succeed, with none of this process's import path."""
    clean = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "XDG_CACHE_HOME": str(cwd / "cache")}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def contents(wheel: Path) -> dict[str, bytes]:
    """Every file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
