# SPDX-License-Identifier: Apache-2.0
"""The same trial on a Dask cluster: real scheduler and workers on loopback, some of them killed."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.trial.test_processes import same

from trimer.core.errors import InputError, ServerError
from trimer.store import open_run
from trimer.trial.cluster import Cluster
from trimer.trial.read import read_study
from trimer.trial.redraw import study_of
from trimer.trial.trial import resume_study, run_study

pytest.importorskip("distributed")
# Dask's own threads and sockets end when they end.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PATH = os.pathsep.join(str(Path(place).resolve()) for place in sys.path)
SCHEDULER = [
    sys.executable, "-m", "distributed.cli.dask_scheduler",
    "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show",
]  # fmt: skip
WORKER = [
    sys.executable, "-m", "distributed.cli.dask_worker",
    "--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0",
]  # fmt: skip


class Loopback:
    """A scheduler and workers on this machine."""

    def __init__(self, folder, stack):
        self._stack, self._folder = stack, folder
        self.scheduler = self._start(SCHEDULER)
        self.address = self._said(self.scheduler, r"Scheduler at:\s+(tcp://[\d.]+:\d+)")
        self.workers = []

    def add(self, n):
        """Start workers and wait until they have joined."""
        started = [self._start([*WORKER, self.address]) for _ in range(n)]
        for worker in started:
            self._said(worker, r"(Registered to):")
        self.workers += started

    def _start(self, command):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self._folder,
            env={**os.environ, "PYTHONPATH": PATH},
        )  # fmt: skip
        self._stack.callback(process.stdout.close)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    def _said(self, process, pattern):
        for line in process.stdout:
            if match := re.search(pattern, line):
                return match[1]
        raise AssertionError(f"ended without {pattern}")


@pytest.fixture
def loopback(tmp_path):
    """Return a cluster without workers yet."""
    with contextlib.ExitStack() as stack:
        yield Loopback(tmp_path, stack)


@pytest.fixture
def study(write):
    """Return 14 patients in two arms for 5 days."""
    return read_study(write(("days = 30", "days = 5")))


def test_a_cluster_gives_the_bits_of_one_process_and_a_killed_worker_loses_nothing(
    study, loopback, tmp_path
):
    """Two workers, one killed on the way; every block comes once, and the bits are the same."""
    loopback.add(2)
    told = []

    def progress(done):
        told.append(done)
        if len(told) == 1:
            loopback.workers[0].kill()

    run = run_study(study, tmp_path / "far", cluster=loopback.address, block=2, progress=progress)
    assert loopback.workers[0].wait() != 0
    same(run_study(study, tmp_path / "near"), run)
    assert told == [4, 8, 12, 16, 20, 24, 28]
    assert run.manifest["done_by"] == f"cluster {loopback.address}"


def test_a_lost_scheduler_is_a_sentence_and_the_run_resumes(study, loopback, tmp_path, monkeypatch):
    """What came back is kept; the rest is done elsewhere, with the same bits."""
    monkeypatch.setattr("trimer.trial.cluster.CONNECT_SECONDS", 1.0)
    loopback.add(1)

    def progress(done):
        if done == 4:
            loopback.scheduler.kill()

    with pytest.raises(ServerError, match=r"scheduler at .* is lost.*kept in.*runs resume") as lost:
        run_study(study, tmp_path / "far", cluster=loopback.address, block=2, progress=progress)
    assert lost.value.exit_code == 5
    run = open_run(tmp_path / "far")
    assert run.status == "incomplete"
    assert 2 <= run.manifest["patients_done"] < 14
    same(run_study(study, tmp_path / "near"), resume_study(study_of(run), run))


def test_workers_without_trimer_or_nobody_at_all_are_sentences(study, loopback, monkeypatch):
    """A scheduler that has no workers does not keep us waiting for ever."""
    monkeypatch.setattr("trimer.trial.cluster.NO_WORKER_SECONDS", 1.0)
    with pytest.raises(ServerError, match=r"has had no workers for 1 seconds.*dask worker"):
        run_study(study, loopback._folder / "far", cluster=loopback.address)


def test_a_port_where_nobody_answers_is_a_sentence(study, tmp_path, monkeypatch):
    """Within the time of the connection, and the folder says that nothing was done."""
    monkeypatch.setattr("trimer.trial.cluster.CONNECT_SECONDS", 1.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(ServerError, match="No Dask scheduler answers at"):
        run_study(study, tmp_path / "far", cluster=f"tcp://127.0.0.1:{port}")
    assert time.monotonic() - began < 30
    assert open_run(tmp_path / "far").manifest["patients_done"] == 0


@pytest.mark.parametrize("address", ["", "local", "local:0", "host:8786", "tcp://host", "tcp://:1"])
def test_what_is_no_address_is_refused(address):
    """With an example of one."""
    with pytest.raises(InputError, match=r"Wrong address of a cluster: got .*tcp://HOST:8786"):
        Cluster(address)


def test_a_local_cluster_is_started_and_stopped(write, tmp_path):
    """`trimer trial --cluster local:2`, as a user types it."""
    path = write(("days = 30", "days = 2"), ("patients = 14", "patients = 4"))
    command = [
        sys.executable, "-c", "import sys; from trimer.cli import main; sys.exit(main())",
        "trial", str(path), "--cluster", "local:2", "--out", str(tmp_path / "far"), "--quiet",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    same(run_study(read_study(path), tmp_path / "near"), open_run(tmp_path / "far"))
