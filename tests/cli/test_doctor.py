"""`tacit doctor`, and processes that compute together, or cannot."""

import json
import os
import socket
import subprocess
import sys

import jax
import pytest

from tacit import runs
from tacit.cli.entry import status


def started(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "tacit", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "JAX_PLATFORMS": "cpu", **environment},
    )


def ended(processes, timeout=240):
    """What each printed and its status; none outlives this."""
    try:
        texts = [process.communicate(timeout=timeout) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [(*text, process.returncode) for text, process in zip(texts, processes, strict=True)]


def by_hand(process, port):
    words = ["--distributed", "--coordinator", f"127.0.0.1:{port}", "--processes", "2"]
    return [*words, "--process", str(process)]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_doctor_says_what_there_is(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    assert status(["doctor", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["packages"]["jax"] == jax.__version__
    assert (len(facts["devices"]), facts["processes"], facts["process"]) == (1, 1, 0)
    assert facts["all_reduce"]["sum"] == facts["all_reduce"]["expected"] == 1
    assert status(["doctor"]) == 0
    assert "all-reduce     1 + … + 1 = 1, as it should be" in capsys.readouterr().out


def test_a_wrong_sum_is_a_failed_check(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setattr(runs, "sum_over_devices", lambda: 7)
    assert status(["doctor"]) == 1
    assert "WRONG: it should be 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--coordinator", "host:1"], "--coordinator goes with --distributed"),
        (["--distributed", "--processes", "2"], "needs --coordinator and --process, too"),
        (by_hand(2, 1), "--process is a number from 0 to 1"),
        (["--distributed", "--patience", "0"], "--patience must be at least 1"),
        (by_hand(0, 0), "--coordinator must be HOST:PORT"),
    ],
)
def test_options_that_do_not_fit_are_refused(arguments, words, capsys):
    assert status(["doctor", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.slow
def test_two_processes_add_up():
    port = free_port()
    found = ended([started("doctor", "--json", *by_hand(k, port)) for k in (0, 1)])
    for number, (output, errors, code) in enumerate(found):
        assert code == 0, errors
        facts = json.loads(output.splitlines()[-1])
        assert (facts["processes"], facts["process"]) == (2, number)
        assert facts["all_reduce"]["sum"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("process", [0, 1])
def test_who_waits_in_vain_says_so_in_one_line(process):
    arguments = [*by_hand(process, free_port()), "--patience", "3"]
    ((output, errors, code),) = ended([started("doctor", *arguments)])
    assert (output, code) == ("", 2)
    assert errors.count("\n") == 1
    assert "127.0.0.1" in errors
    assert "within 3 s" in errors


@pytest.mark.slow
def test_without_a_job_the_options_are_named():
    ((_, errors, code),) = ended([started("doctor", "--distributed")])
    assert code == 2
    assert errors.count("\n") == 1
    assert "--coordinator HOST:PORT, --processes and --process" in errors
