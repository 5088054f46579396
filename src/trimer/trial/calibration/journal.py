# SPDX-License-Identifier: Apache-2.0
"""The state folder of a calibration: what was evaluated, a line each, so that it can go on.

``plan.json`` says what is fitted and how, ``evaluations.jsonl`` holds every evaluation in the
order in which it was asked for. A search that goes on asks for the same values again, finds them
here, and so comes to where it was: nothing of the optimizer itself is stored. A line is there
whole or not at all: what a kill left half written is cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from trimer.core.errors import InputError
from trimer.store.disk import disk_error, write_text
from trimer.trial.calibration.objective import Evaluation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

PLAN, EVALUATIONS = "plan.json", "evaluations.jsonl"


class Journal:
    """Evaluations of a search, in memory and, if there is a folder, on disk.

    Parameters
    ----------
    folder : Path or None
        The state folder; nothing is kept if None.
    plan : mapping
        What is fitted and how: plain data.

    Raises
    ------
    InputError
        If the folder belongs to another calibration, is damaged or is in use.
    DiskError
        If the disk refuses.
    """

    def __init__(self, folder: Path | None, plan: Mapping[str, Any]) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._lines: list[dict[str, Any]] = []
        self._next = 0
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / EVALUATIONS).open("a+b")
        except OSError as error:
            raise disk_error(folder, error) from error
        try:
            _lock(self._file, folder)
            self._check_plan(folder, plan)
            self._lines = self._read(folder)
        except BaseException:
            self._file.close()
            raise

    @property
    def found(self) -> int:
        """How many evaluations an earlier run left."""
        return len(self._lines)

    def recall(self, key: Mapping[str, Any]) -> Evaluation | None:
        """Return the next stored evaluation; None if all of them were recalled.

        Raises
        ------
        InputError
            If it is not the one that is asked for: the code or the machine has changed.
        """
        if self._next >= len(self._lines):
            return None
        line = self._lines[self._next]
        self._next += 1
        if {name: line.get(name) for name in key} != dict(key):
            raise InputError(
                f"Cannot go on in '{self._folder}': evaluation {self._next} there is of other "
                "values than the search asks for now. Trimer, its packages or the machine have "
                "changed since. Begin anew with another --state folder."
            )
        return Evaluation.from_json(line)

    def add(self, key: Mapping[str, Any], evaluation: Evaluation) -> None:
        """Store an evaluation; it is on the disk when this returns."""
        if self._file is None:
            return
        line = json.dumps({**key, **evaluation.to_json()}, ensure_ascii=False, allow_nan=False)
        try:
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise disk_error(self._folder / EVALUATIONS, error) from error  # type: ignore[operator]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def _check_plan(self, folder: Path, plan: Mapping[str, Any]) -> None:
        path = folder / PLAN
        text = json.dumps(plan, indent=1, ensure_ascii=False) + "\n"
        if not path.exists():
            write_text(path, text)
            return
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise InputError(
                f"Damaged plan '{path}': it is no JSON. Begin anew with another --state folder."
            ) from None
        now = json.loads(text)
        for name in {**before, **now}:
            if before.get(name) != now.get(name):
                raise InputError(
                    f"Cannot go on in '{folder}': it was begun with another '{name}', "
                    f"{_short(before.get(name))}, not {_short(now.get(name))}. Give the same, or "
                    "begin anew with another --state folder."
                )

    def _read(self, folder: Path) -> list[dict[str, Any]]:
        """Return the stored lines; the half of one at the end is cut off."""
        if self._file is None:
            return []
        self._file.seek(0)
        content = self._file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            self._file.truncate(whole)
        lines = []
        for number, line in enumerate(content[:whole].splitlines(), start=1):
            try:
                lines.append(json.loads(line))
            except ValueError:
                raise InputError(
                    f"Damaged state in '{folder / EVALUATIONS}', line {number}: it is no JSON. "
                    "Remove this line and all below it, or begin anew with another --state folder."
                ) from None
        return lines


def _lock(file: BinaryIO, folder: Path) -> None:
    """Keep a second calibration out of the folder; the lock dies with this process."""
    with contextlib.suppress(ImportError):  # not on Windows
        import fcntl

        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(
                f"State folder '{folder}' is in use: another calibration writes there. Wait for "
                "it, or give another --state folder."
            ) from None


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}..."
