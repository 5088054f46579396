# SPDX-License-Identifier: Apache-2.0
"""Trials that were asked for: in line, running, finished; kept on disk, so a restart forgets none.

A job is a folder. Its worker is a process of its own that notes its progress there; the server
only reads. One runs at a time, for each uses all processors.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.core.errors import InputError, UnknownName
from trimer.page.worker import CANCEL, JOB, LOCK, PROGRESS
from trimer.trial.trial import default_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_WAITING = 8
MOST_KEPT = 200
"""Jobs whose notes are kept; run folders stay."""

ENDED = ("finished", "cancelled", "failed")


@dataclass(frozen=True, slots=True)
class Job:
    """A trial that was asked for."""

    id: str
    folder: Path

    @property
    def about(self) -> dict[str, Any]:
        """What was asked for, and where it is written."""
        found: dict[str, Any] = json.loads((self.folder / JOB).read_text(encoding="utf-8"))
        return found

    def note(self) -> dict[str, Any]:
        """Return what the worker last noted; nothing if it has not begun."""
        try:
            found: dict[str, Any] = json.loads((self.folder / PROGRESS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def is_alive(self) -> bool:
        """Whether its worker lives: it holds the lock."""
        import fcntl

        try:
            with (self.folder / LOCK).open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False


class Jobs:
    """All jobs of a folder of runs.

    Parameters
    ----------
    runs : Path
        Where run folders are written; notes on jobs are in ``.page`` inside it.
    """

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        self.home = runs / ".page"
        self._lock = threading.Lock()
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        self._at: dict[str, float] = {}

    def submit(self, files: Mapping[str, str], about: Mapping[str, Any]) -> Job:
        """Put a trial in line.

        Raises
        ------
        InputError
            If too many wait.
        """
        with self._lock:
            waiting = [job for job in self.all() if self._state(job) == "queued"]
            if len(waiting) >= MOST_WAITING:
                raise InputError(
                    f"Too many trials in line: {len(waiting)} wait. Cancel one, or try again when "
                    "one has finished."
                )
            out = default_folder(str(about["name"])).name
            number = f"{time.time_ns() // 1_000_000:013d}-{secrets.token_hex(3)}"
            folder = self.home / number
            folder.mkdir(parents=True)
            for name, text in files.items():
                (folder / name).write_text(text, encoding="utf-8")
            taken = {job.about["out"] for job in self.all() if (job.folder / JOB).exists()}
            place = self.runs / out
            n = 2
            while place.exists() or str(place) in taken:
                place = self.runs / f"{out}_{n}"
                n += 1
            text = json.dumps({**about, "out": str(place), "submitted": time.time()})
            (folder / JOB).write_text(text, encoding="utf-8")
        self.advance()
        return Job(number, folder)

    def all(self) -> list[Job]:
        """Return every job, oldest first."""
        if not self.home.is_dir():
            return []
        return [
            Job(path.name, path)
            for path in sorted(self.home.iterdir())
            if (path / JOB).is_file()
        ]  # fmt: skip

    def get(self, number: str) -> Job:
        """Return a job.

        Raises
        ------
        UnknownName
            If there is none of this number.
        """
        for job in self.all():
            if job.id == number:
                return job
        raise UnknownName(f"No trial in line or running is called '{number[:60]}'.")

    def cancel(self, number: str) -> Job:
        """Stop a job; what it has done is kept."""
        job = self.get(number)
        (job.folder / CANCEL).touch()
        if self._state(job) == "queued":
            note = {"state": "cancelled", "done": 0, "total": 0, "seconds": 0.0, "run": None}
            (job.folder / PROGRESS).write_text(json.dumps(note), encoding="utf-8")
        return job

    def state(self, job: Job) -> dict[str, Any]:
        """Return how a job stands, in plain data."""
        note, about = job.note(), job.about
        state = self._state(job)
        found = {
            "id": job.id,
            "state": state,
            "name": about["name"],
            "title": about.get("title", ""),
            "total": note.get("total") or about["total"],
            "done": note.get("done", 0),
            "seconds": note.get("seconds", 0.0),
            "run": note["run"] if "run" in note else Path(about["out"]).name,
            "kept": note.get("kept"),
            "why": note.get("why"),
        }
        if state == "queued":
            ahead = [
                other for other in self.all()
                if other.id < job.id and self._state(other) in {"queued", "running"}
            ]  # fmt: skip
            found["ahead"] = len(ahead)
        if state == "running" and (job.folder / CANCEL).exists():
            found["state"] = "cancelling"
        return found

    def advance(self) -> None:
        """Start the next job if none runs, and forget old notes."""
        with self._lock:
            for number, process in list(self._started.items()):
                if process.poll() is not None:
                    del self._started[number]
            every = self.all()
            states = {job.id: self._state(job) for job in every}
            if "running" not in states.values():
                waiting = [job for job in every if states[job.id] == "queued"]
                if waiting:
                    self._start(waiting[0])
            ended = [job for job in every if states[job.id] in ENDED]
            for job in ended[: max(0, len(ended) - MOST_KEPT)]:
                for path in job.folder.iterdir():
                    path.unlink(missing_ok=True)
                job.folder.rmdir()

    def _start(self, job: Job) -> None:
        with (job.folder / "worker.log").open("wb") as log:
            self._started[job.id] = subprocess.Popen(  # noqa: S603 (this very Python, own module)
                [sys.executable, "-m", "trimer.page.worker", str(job.folder)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        (job.folder / "started").touch()

    def _state(self, job: Job) -> str:
        note = job.note()
        state = str(note.get("state", ""))
        if state in ENDED:
            return state
        process = self._started.get(job.id)
        if process is not None and process.poll() is None:
            return "running"
        if job.is_alive():
            return "running"
        if state or (job.folder / "started").exists():
            return self._lost(job, note)
        return "queued"

    @staticmethod
    def _lost(job: Job, note: Mapping[str, Any]) -> str:
        """A worker that is gone without a word: killed, or the machine was switched off."""
        again = job.note()  # it may have ended between two looks
        if again.get("state") in ENDED:
            return str(again["state"])
        lost = {
            "done": 0, "total": 0, "seconds": 0.0, **note, "state": "failed",
            "why": "The process that ran it has ended without a word. Run it again.",
        }  # fmt: skip
        (job.folder / PROGRESS).write_text(json.dumps(lost), encoding="utf-8")
        return "failed"
