# SPDX-License-Identifier: Apache-2.0
"""Other adverse events by CTCAE v5: a latent severity, a patient's deviate, thresholds.

| grade | nausea | diarrhea | fatigue, headache | edema of limbs | infusion site |
|---|---|---|---|---|---|
| 1 | appetite lost | under 4 stools a day more | mild | 5 to 10 % | tender, warm, red |
| 2 | eats less | 4 to 6 more | limits errands | over 10 to 30 % | painful, swollen |
| 3 | intake inadequate | 7 or more | limits self-care | over 30 % | ulcer, necrosis |
| 4 | | life-threatening | | | life-threatening |

No such finding is simulated: a severity between 0 and 1 is, and a patient has grade *g* while his
severity times exp(sigma × deviate) is at least the threshold of *g*. The deviate is his own for
each event and holds for the whole course. Thresholds are **scaled** so that the share of patients
with any grade is that of the published table; the split into grades is **assumed**.

A reaction at the infusion site is local. It is not the infusion-related reaction, which is
systemic (`trimer.assess.infusion_reaction`), and it is off unless it is asked for: publications
list the latter as the leading event.

**Source.** CTCAE5 (see `trimer.assess.scales`), from memory; frequencies: see ``adverse.csv``.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess.codes import values
from trimer.core.errors import InputError, UnknownName, did_you_mean
from trimer.core.random import normal
from trimer.core.textfile import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import SupportsIndex

    from numpy.typing import ArrayLike

    from trimer.assess.codes import Codes, Floats

_FILE = Path(__file__).with_name("adverse.csv")
_GRADES = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """How an adverse event is read from its severity.

    Parameters
    ----------
    name : str
        Such as ``nausea``.
    latent : str
        Observable that holds the severity, 0 to 1.
    sigma : float
        Spread of patients' proneness, as standard deviation of its logarithm.
    thresholds : tuple of float
        Severity of a typical patient from which on he has grade 1, 2 and so on.
    share : float
        Published share of patients with any grade, NaN if none is known.
    default : bool
        Whether it is graded unless it is left out.
    source, basis, details : str
        Where the numbers come from.
    """

    name: str
    latent: str
    sigma: float
    thresholds: tuple[float, ...]
    share: float
    default: bool
    source: str
    basis: str
    details: str


@cache
def adverse_events() -> Mapping[str, AdverseEvent]:
    """Return the adverse events by name.

    Examples
    --------
    >>> sorted(adverse_events())
    ['diarrhea', 'edema', 'fatigue', 'headache', 'infusion site reaction', 'nausea']
    >>> adverse_events()["infusion site reaction"].default
    False
    """
    rows = csv.DictReader(io.StringIO(read_text(_FILE, InputError)), strict=True)
    return {
        row["event"]: AdverseEvent(
            name=row["event"],
            latent=row["latent"],
            sigma=float(row["sigma"]),
            thresholds=tuple(float(row[grade]) for grade in _GRADES if row[grade]),
            share=float(row["share"] or "nan"),
            default=row["default"] == "on",
            source=row["source"],
            basis=row["basis"],
            details=row["details"],
        )
        for row in rows
    }


def adverse_deviate(event: str, seed: SupportsIndex, ids: ArrayLike) -> Floats:
    """Return patients' own deviates of an event: standard normal, by seed and number alone.

    Parameters
    ----------
    event : str
        One of `adverse_events`.
    seed : int
        Not negative.
    ids : array_like of int
        Patient numbers.
    """
    return normal(seed, f"adverse/{_event(event).name}", ids)


def adverse_grade(event: str, severity: ArrayLike, deviate: ArrayLike) -> Codes:
    """Return the CTCAE grade of an event over time.

    Parameters
    ----------
    event : str
        One of `adverse_events`.
    severity : array_like of float, shape (N,) or (N, T)
        Latent severity, 0 to 1; NaN gives grade -1, not known.
    deviate : array_like of float, shape (N,)
        The patients' own deviates.

    Returns
    -------
    ndarray of int8
        Shape of `severity`.

    Examples
    --------
    >>> adverse_grade("nausea", [[0.0, 0.3, 0.6]], [0.5]).tolist()
    [[0, 1, 2]]
    """
    scale = _event(event)
    felt = _felt(scale, severity, deviate)
    grade = np.searchsorted(scale.thresholds, felt, side="right").astype(np.int8)
    return np.where(np.isnan(felt), np.int8(-1), grade)


def adverse_threshold(event: str, share: float, peak: ArrayLike, deviate: ArrayLike) -> float:
    """Return the threshold at which a share of patients has the event at its worst.

    For shaping after the model has moved: thresholds of `adverse.csv` were set by it.

    Parameters
    ----------
    event : str
        One of `adverse_events`.
    share : float
        Between 0 and 1.
    peak : array_like of float, shape (N,)
        Highest severity of each patient.
    deviate : array_like of float, shape (N,)
        Their deviates.
    """
    if not 0.0 < share < 1.0:
        raise InputError(
            f"Wrong share of patients with an adverse event: got {share!r}; it is between 0 and 1. "
            "Write 26 % as 0.26."
        )
    return float(np.quantile(_felt(_event(event), peak, deviate), 1.0 - share))


def _felt(event: AdverseEvent, severity: ArrayLike, deviate: ArrayLike) -> Floats:
    # the solver may leave a severity a hair below 0
    found = values(f"severity of {event.name}", severity, -1e-6, 1.0 + 1e-6, "")
    proneness = np.asarray(deviate, dtype=np.float64)
    if proneness.shape != found.shape[:1] or not np.isfinite(proneness).all():
        raise InputError(
            f"Wrong deviates of {event.name}: got shape {proneness.shape} for severities of shape "
            f"{found.shape}; there is one finite number for each patient. Draw them with "
            "adverse_deviate."
        )
    factor = np.exp(event.sigma * proneness)
    return found * (factor if found.ndim == 1 else factor[:, None])


def _event(name: str) -> AdverseEvent:
    known = adverse_events()
    if name not in known:
        raise UnknownName(f"Unknown adverse event '{name}'.{did_you_mean(name, known)}")
    return known[name]
