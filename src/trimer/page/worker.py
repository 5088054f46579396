# SPDX-License-Identifier: Apache-2.0
"""Run one study in a process of its own, so that it outlives browser and server.

``python -m trimer.page.worker FOLDER`` runs the study in the folder, writes how far it is into
``progress.json`` there, and stops when a file ``cancel`` appears. While it lives it holds a lock.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

from trimer.core.errors import TrimerError

PROGRESS, CANCEL, LOCK, JOB = "progress.json", "cancel", "lock", "job.json"
EVERY = 0.2
"""**Seconds** between two notes on progress."""

BLOCKS, LEAST_BLOCK = 8, 60
"""So many blocks a trial is done in, of at least so many patients."""


class Teller:
    """Writes how far a run is, and stops it when it is asked to."""

    def __init__(self, folder: Path, total: int) -> None:
        self.folder, self.total = folder, total
        self._began = self._said = time.monotonic()
        self.done = 0

    def __call__(self, done: int) -> None:
        """Note that so many simulations are done."""
        self.done = max(done, self.done)
        now = time.monotonic()
        if now - self._said < EVERY:
            return
        self._said = now
        if (self.folder / CANCEL).exists():
            raise KeyboardInterrupt
        self.tell("running")

    def tell(self, state: str, **more: Any) -> None:  # noqa: ANN401 (plain data)
        """Write the state of the run, whole or not at all."""
        note = {
            "state": state, "done": self.done, "total": self.total,
            "seconds": round(time.monotonic() - self._began, 3), **more,
        }  # fmt: skip
        path = self.folder / PROGRESS
        new = path.with_suffix(".new")
        new.write_text(json.dumps(note), encoding="utf-8")
        new.replace(path)


def _kept(out: Path) -> dict[str, Any]:
    """Return the run of a cancelled trial and how many patients are in it, if any are."""
    from trimer.store import open_run

    try:
        stored = open_run(out)
    except TrimerError:
        return {"run": None, "kept": 0}
    kept = int(stored.manifest.get("patients_done") or 0)
    return {"run": out.name if kept else None, "kept": kept}


def work(folder: Path) -> int:
    """Run the study of a folder."""
    from trimer.trial.read import read_study
    from trimer.trial.trial import run_study

    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    study = read_study(folder / "study.toml")
    teller = Teller(folder, study.patients * len(study.arms))
    teller.tell("running")
    out = Path(job["out"])
    # Not all at once: of a trial that is cancelled, the blocks that were done are kept.
    block = max(LEAST_BLOCK, math.ceil(study.patients / BLOCKS))
    try:
        run_study(study, out, overwrite=False, progress=teller, block=block)
    except KeyboardInterrupt:
        teller.tell("cancelled", **_kept(out))
        return 130
    except TrimerError as error:
        teller.tell("failed", why=str(error), run=out.name if out.exists() else None)
        return error.exit_code
    except Exception as error:  # noqa: BLE001 (whatever it is, the page says so)
        teller.tell("failed", why=f"This is a bug in Trimer: {type(error).__name__}: {error}.")
        return 4
    teller.done = teller.total
    teller.tell("finished", run=out.name)
    return 0


def main() -> int:
    """Take the lock and work."""
    import fcntl

    folder = Path(sys.argv[1])
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return 1  # somebody works here already
        os.nice(5)  # the page itself should answer at once
        return work(folder)


if __name__ == "__main__":
    sys.exit(main())
