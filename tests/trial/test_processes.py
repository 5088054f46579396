# SPDX-License-Identifier: Apache-2.0
"""The same trial in several processes: same bits, and workers that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from polars.testing import assert_frame_equal

from trimer.core.errors import InputError, ServerError
from trimer.simulate import TrimerWarning
from trimer.store import open_run
from trimer.trial import processes
from trimer.trial.read import read_study
from trimer.trial.redraw import study_of
from trimer.trial.trial import resume_study, run_study

WARD = (
    ('"own.toml"', '"flotetuzumab-flat"'),
    ('"reference-multi-step"', '"flotetuzumab-multi-step"'),
)


@pytest.fixture
def study(write):
    """Return 14 patients in two arms for 7 days."""
    return read_study(write(("days = 30", "days = 7")))


def same(one, other):
    """Check that two runs have the same tables, bit for bit."""
    names = [path.name for path in sorted(one.path.glob("*.parquet"))]
    assert names == [path.name for path in sorted(other.path.glob("*.parquet"))]
    assert names
    for name in names:
        table = name.removesuffix(".parquet")
        assert_frame_equal(one.read(table), other.read(table), check_exact=True)
    assert one.manifest["failures"] == other.manifest["failures"]


def killing(monkeypatch, *, times, block=1):
    """Kill the worker that gets a block, so many times; return the processes that were killed."""
    give, killed = processes._Worker.give, []

    def give_and_kill(self, what):
        give(self, what)
        if what.number == block and len(killed) < times:
            killed.append(self.pid)
            os.kill(self.pid, signal.SIGKILL)

    monkeypatch.setattr(processes._Worker, "give", give_and_kill)
    return killed


def test_processes_give_the_bits_of_one_process(write, tmp_path):
    """On a ward, in blocks of three, in order, with all progress."""
    study = read_study(write(*WARD, ("flotetuzumab-reference", "flotetuzumab"), ("30", "3")))
    study = study.with_numbers(patients=7)
    told = []
    one = run_study(study, tmp_path / "one", processes=1)
    two = run_study(study, tmp_path / "two", processes=2, block=3, progress=told.append)
    same(one, two)
    assert two.manifest["done_by"] == "2 processes"
    assert told == sorted(told)
    assert told[-1] == 14
    assert two.read("decisions").height > 0


def test_a_killed_worker_loses_nothing(study, tmp_path, monkeypatch):
    """Another one does its block again, and a note says so."""
    killed = killing(monkeypatch, times=1)
    with pytest.warns(TrimerWarning, match=r"patients 5 to 9: it was killed by SIGKILL.*nothing"):
        two = run_study(study, tmp_path / "two", processes=2, block=5)
    assert len(killed) == 1
    monkeypatch.undo()
    same(run_study(study, tmp_path / "one"), two)


def test_patients_that_kill_their_worker_end_the_run_with_a_sentence(study, tmp_path, monkeypatch):
    """Not a hang: what is done is kept, and the run resumes."""
    killing(monkeypatch, times=2)
    with (
        pytest.warns(TrimerWarning),
        pytest.raises(ServerError, match=r"So did 1 before.*patients are kept in.*runs resume"),
    ):
        run_study(study, tmp_path / "two", processes=1 + 1, block=5)
    monkeypatch.undo()
    run = open_run(tmp_path / "two")
    assert run.status == "incomplete"
    assert run.can_resume
    same(run_study(study, tmp_path / "one"), resume_study(study_of(run), run))


def test_an_error_in_a_worker_is_raised_here(study, tmp_path, monkeypatch):
    """With its own words: another version of Trimer in the workers, say."""
    import trimer

    monkeypatch.setattr(trimer, "__version__", "99.0")
    with pytest.raises(ServerError, match=r"A worker has Trimer .* the run needs 99\.0"):
        run_study(study, tmp_path / "two", processes=2, block=5)


SCRIPT = """
import sys
from pathlib import Path
from trimer.trial.read import read_study
from trimer.trial.trial import run_study
study = read_study(Path(sys.argv[1]))
# No guard of __main__: a script need not be made for processes.
run_study(study, Path(sys.argv[2]), processes=2, block=2,
          progress=lambda n: print(n, flush=True))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_cut_off_resumes_and_leaves_no_workers(write, tmp_path, how):
    """Ctrl-C, or killed: what was whole stays, the workers go, and the end is bitwise the same."""
    path = write(("days = 30", "days = 63"), ("every_hours = 6", "every_hours = 1"))
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(path), str(tmp_path / "run")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(6):  # four simulations a block of both arms: one block at least is done
        process.stdout.readline()
    workers = children(process.pid)
    assert len(workers) == 2
    process.send_signal(how)
    process.communicate(timeout=30)
    assert process.returncode != 0
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in workers)
    run = open_run(tmp_path / "run")
    assert run.status == ("interrupted" if how == signal.SIGINT else "running")
    assert run.can_resume
    study = read_study(path)
    told = []
    again = resume_study(study_of(run), run, progress=told.append)
    assert again.manifest["resumed"] == 1
    same(run_study(study, tmp_path / "whole", block=3), again)
    assert told[-1] == 28


def children(pid):
    """Return the processes that a process started."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:  # noqa: PTH123 (of the kernel)
        return [int(word) for word in file.read().split()]


def alive(pid):
    """Whether a process runs."""
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_wrong_numbers_of_processes_are_refused(study, tmp_path):
    """Before anything is written."""
    with pytest.raises(InputError, match="got 0; it must be at least 1"):
        run_study(study, tmp_path / "run", processes=0)
    with pytest.raises(InputError, match="Leave one of them out"):
        run_study(study, tmp_path / "run", processes=2, cluster="local:2")
    assert not (tmp_path / "run").exists()
