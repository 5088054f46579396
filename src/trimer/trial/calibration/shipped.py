# SPDX-License-Identifier: Apache-2.0
"""The objective of the shipped model: its targets, simulated and scored.

The only file that knows the targets: they are loaded with the first evaluation.
"""

from __future__ import annotations

import hashlib
import math
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from trimer import library
from trimer.core.errors import InputError
from trimer.simulate import prepare
from trimer.trial.calibration.objective import Evaluation, Row
from trimer.trial.recipe import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trimer.trial.calibration.fit_file import CardRow
    from trimer.trial.calibration.objective import Objective

MODEL = "flotetuzumab"
FIT, BLOCKS, RECORD = "fit.csv", "blocks.csv", "calibration.json"
"""Files of the shipped calibration, beside the card."""


def shipped_folder() -> Path:
    """Return the folder of the model that is calibrated."""
    return library.folder(MODEL)


def card() -> tuple[CardRow, ...]:
    """Return the parameter card of the model that is calibrated."""
    return cast("tuple[CardRow, ...]", prepare(shipped(MODEL)).parameter_table)


def identity() -> dict[str, Any]:
    """Return what an evaluation depends on, so that a state folder of another one is refused."""
    from trimer import __version__

    targets = _targets()
    digest = hashlib.sha256()
    for path in library.files(MODEL):
        digest.update(path.read_bytes())
    return {
        "model": MODEL,
        "trimer": __version__,
        "model_files": digest.hexdigest()[:16],
        "targets": hashlib.sha256(targets.read_targets().path.read_bytes()).hexdigest()[:16],
    }


def shipped_objective(*, threads: int | None = None) -> Objective:
    """Return what the shipped model is fitted to.

    Parameters
    ----------
    threads : int, optional
        Threads to use; all processors if left out. Results do not depend on it.

    Raises
    ------
    InputError
        If this installation has no targets.
    """
    targets = _targets()
    fitted = targets.read_targets().of_use("fit")

    def objective(
        overrides: Mapping[str, float],
        *,
        patients: int,
        seed: int,
        rows: frozenset[str] | None = None,
    ) -> Evaluation:
        wanted = fitted if rows is None else fitted.select(rows)
        results = targets.simulate_scenarios(
            wanted.to_simulate(), overrides=overrides, patients=patients, seed=seed, threads=threads
        )
        simulated = targets.figures(wanted, results)
        for name, found in simulated.items():
            if found.reason or not found.parts:
                # A row that cannot be read costs nothing where it is scored: no way to improve.
                return Evaluation(math.inf, {}, f"target {name}: {found.reason or 'no figure'}")
        found_rows = {
            row.id: Row(
                row.id,
                tuple(float(part.value) for part in simulated[row.id].parts),
                float(targets.score(row, simulated[row.id])),
            )
            for row in wanted.rows
        }
        return Evaluation(sum(row.score for row in found_rows.values()), found_rows)

    return objective


def _targets() -> Any:  # noqa: ANN401 (a module that is loaded when it is needed)
    try:
        return import_module("trimer.trial.targets")
    except ModuleNotFoundError:
        raise InputError(
            "No targets in this installation: the shipped model cannot be calibrated here. "
            "Fit to your own with `trimer.trial.calibration.calibrate`."
        ) from None
