# SPDX-License-Identifier: Apache-2.0
"""What a nurse reads and a laboratory reports: truth, noise, rounding, and what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.chance import bell, chance, words
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.simulate.ward.arrays import Floats, Numbers, Rows
    from trimer.simulate.ward.setting import Ward


VITALS = ("temperature", "MAP", "heart_rate", "SpO2", "respiratory_rate")
"""Read at every look at a patient."""

NEUROLOGY = ("ICE", "consciousness")
"""Examined at every look that is due for it."""

LABS = {
    "ALT": "ALT",
    "AST": "AST",
    "bilirubin": "bilirubin",
    "creatinine": "creatinine",
    "ANC": "ANC",
    "platelets": "PLT",
    "hemoglobin": "hemoglobin",
    "lymphocytes": "lymphocytes",
    "CRP": "CRP",
    "ferritin": "ferritin",
    "D_dimer": "D_dimer",
}
"""Laboratory tests: name on the ward, observable of the model."""

LEAST = 1e-6
MOST = {"hemoglobin": 49.0, "bilirubin": 999.0, "creatinine": 999.0}
"""What a laboratory reports at least and at most; a model may undershoot zero by a rounding."""

MARROW = {"blasts": "blasts"}
"""Read from a marrow aspirate."""

SHOWN = {
    "temperature": (25.0, 45.0),
    "MAP": (0.0, 250.0),
    "heart_rate": (0.0, 300.0),
    "SpO2": (0.0, 100.0),
    "respiratory_rate": (0.0, 100.0),
    "ICE": (0.0, 10.0),
    "consciousness": (0.0, 4.0),
}
"""What a device can show, or a test can give."""

MISSED_USE = 100
LAB_USE = 200
_MARROW_USE = 300


@dataclass(frozen=True, slots=True)
class Chart:
    """The quantities of a ward, in the order of its arrays.

    Parameters
    ----------
    names : tuple of str
        Vital signs, neurology, laboratory, marrow.
    observables : tuple of str
        What each is in the model.
    """

    names: tuple[str, ...]
    observables: tuple[str, ...]

    @classmethod
    def of(cls, compiled: Compiled) -> Chart:
        """Return the chart of a model, which has to have every quantity.

        Raises
        ------
        InputError
            If the model lacks what a ward measures.
        """
        pairs = [(name, name) for name in (*VITALS, *NEUROLOGY)]
        pairs += [*LABS.items(), *MARROW.items()]
        missing = [name for _, name in pairs if name not in compiled.observables]
        if missing:
            raise InputError(
                f"Model '{compiled.name}' has no {', '.join(missing)}, which a ward measures; a "
                "protocol with rules needs a model with vital signs and laboratory tests. Use "
                "model 'flotetuzumab'."
            )
        return cls(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))

    def rows(self, names: Sequence[str]) -> Rows:
        """Return where these quantities stand."""
        return np.array([self.names.index(name) for name in names], dtype=np.intp)


def read_bedside(
    ward: Ward,
    names: Sequence[str],
    truth: Floats,
    key: NDArray[np.uint64],
    minute: Numbers,
) -> Floats:
    """Return what is written down, (quantities, n); NaN where a reading was missed.

    Parameters
    ----------
    ward : Ward
        How it measures.
    names : sequence of str, length k
        Vital signs or neurology.
    truth : float64 array (n, k)
        The model's values.
    key : uint64 array (n,)
        Of the patients.
    minute : int64 array (n,)
        When each is looked at.
    """
    found = truth.T.copy()
    uses = [k if name in VITALS else 50 + k for k, name in enumerate(names)]
    noise = bell(words(key, minute, uses)) if ward.noise else np.zeros_like(found)
    for k, name in enumerate(names):
        row, step = found[k], ward.step.get(name, 0.0)
        row += ward.noise.get(name, 0.0) * noise[k]
        if step == 1.0:
            np.rint(row, out=row)
        elif step:
            row /= step
            np.rint(row, out=row)
            row /= 1.0 / step  # 380 / 10 is 38.0; 380 × 0.1 is not
        _within(name, row)
    if ward.missed:
        lost = chance(words(key, minute, MISSED_USE)) < ward.missed
        found[:, lost] = np.nan
    return found


def read_laboratory(ward: Ward, truth: Floats, key: NDArray[np.uint64], minute: Numbers) -> Floats:
    """Return laboratory results, (tests, n), drawn at these minutes; errors are relative."""
    found = truth.T.copy()
    spread = ward.noise.get("lab", 0.0)
    if spread:
        uses = range(LAB_USE, LAB_USE + len(found))
        found *= 1.0 + spread * bell(words(key, minute, uses))
    for k, name in enumerate(LABS):
        np.clip(found[k], LEAST, MOST.get(name, np.inf), out=found[k])
    return found


def read_marrow(ward: Ward, truth: Floats, key: NDArray[np.uint64], minute: Numbers) -> Floats:
    """Return the share of blasts counted in an aspirate, (1, n), in %.

    The error is that of counting so many cells: the standard deviation of a binomial share.
    """
    share = np.clip(truth[:, 0] / 100.0, 0.0, 1.0)
    if ward.marrow_cells and ward.noise:
        sd = np.sqrt(share * (1.0 - share) / ward.marrow_cells)
        share = share + sd * bell(words(key, minute, _MARROW_USE))
        share = np.rint(np.clip(share, 0.0, 1.0) * ward.marrow_cells) / ward.marrow_cells
    found: Floats = 100.0 * share[None, :]
    return found


def _within(name: str, row: Floats) -> None:
    low, high = SHOWN[name]
    np.clip(row, low, high, out=row)
    if name == "consciousness":
        np.floor(row, out=row)
