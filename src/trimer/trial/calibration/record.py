# SPDX-License-Identifier: Apache-2.0
"""The record of a calibration, shipped beside the card it made, and the check against it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from trimer.core.errors import InputError
from trimer.core.notice import NOTICE
from trimer.core.textfile import read_text
from trimer.store.disk import write_text
from trimer.trial.calibration.objective import Evaluation, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from trimer.trial.calibration.calibrate import Calibration
    from trimer.trial.calibration.fit_file import CardRow
    from trimer.trial.calibration.objective import Objective

CLOSE = 1e-6
"""Losses that differ by less, relative to their size, are the same."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A shipped card, evaluated again.

    Parameters
    ----------
    stored, now : Evaluation
        What the record says, and what came out now.
    moved : tuple of str
        Sentences: parameters whose card value is no longer the fitted one.
    patients, seed : int
        Of the evaluation.
    """

    stored: Evaluation
    now: Evaluation
    moved: tuple[str, ...]
    patients: int
    seed: int

    @property
    def is_same(self) -> bool:
        """Whether the card is the fitted one and gives the stored loss."""
        return not self.moved and _close(self.stored.loss, self.now.loss)

    def rows(self) -> list[tuple[str, Row | None, Row | None]]:
        """Return id, stored row and present row of every target, in the record's order."""
        names = dict.fromkeys([*self.stored.rows, *self.now.rows])
        return [(name, self.stored.rows.get(name), self.now.rows.get(name)) for name in names]


def record_of(calibration: Calibration, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return a calibration as plain data.

    Parameters
    ----------
    calibration : Calibration
        What was found.
    identity : mapping
        What it was done with: model, targets, versions.
    """
    return {
        "notice": NOTICE,
        **identity,
        "settings": asdict(calibration.settings),
        "values": {
            name: {"old": calibration.start[name], "new": value}
            for name, value in calibration.values.items()
        },
        "before": calibration.before.to_json(),
        "after": calibration.after.to_json(),
        "fresh": [{"seed": seed, **found.to_json()} for seed, found in calibration.fresh],
        "blocks": [asdict(found) for found in calibration.blocks],
    }


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record whole or not at all."""
    write_text(path, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def read_record(path: Path) -> dict[str, Any]:
    """Read a record.

    Raises
    ------
    InputError
        If the file is missing or holds something else.
    """
    try:
        record = json.loads(read_text(path))
        Evaluation.from_json(record["after"])
        {name: float(value["new"]) for name, value in record["values"].items()}
        int(record["settings"]["patients"]), int(record["settings"]["seed"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"'{path}' is no record of a calibration. Write one with `trimer calibrate`."
        ) from None
    return dict(record)


def check(objective: Objective, card: Iterable[CardRow], record: Mapping[str, Any]) -> Checked:
    """Evaluate a card again and hold it against the record; nothing is fitted.

    Parameters
    ----------
    objective : Objective
        What the calibration minimized.
    card : iterable of parameters
        The shipped card.
    record : mapping
        As `read_record` returned it.
    """
    values = {row.name: row.value for row in card}
    moved = []
    for name, value in record["values"].items():
        if name not in values:
            moved.append(f"The card has no '{name}', which was fitted.")
        elif values[name] != value["new"]:
            moved.append(f"The card has '{name}' = {values[name]:g}; {value['new']:g} was fitted.")
    settings = record["settings"]
    patients, seed = int(settings["patients"]), int(settings["seed"])
    now = objective({}, patients=patients, seed=seed, rows=None)
    return Checked(Evaluation.from_json(record["after"]), now, tuple(moved), patients, seed)


def _close(one: float, other: float) -> bool:
    return math.isfinite(one) and math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)
