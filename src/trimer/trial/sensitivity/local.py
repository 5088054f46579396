# SPDX-License-Identifier: Apache-2.0
"""Local sensitivity: one parameter at a time, around the typical patient.

Every parameter is moved a little for its elasticity, and from the low to the high end of what it
may be for the bars of a tornado. Each move is a virtual patient; all are simulated at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import InputError
from trimer.patients import Cohort
from trimer.trial.sensitivity.read_outs import ReadOut, latent_of, readable
from trimer.trial.shift import can_shift

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.engine.compiled import CardRow
    from trimer.engine.solution import Compiled
    from trimer.protocol import Protocol

STEP = 0.05
"""Move of the natural logarithm for an elasticity: about 5 %."""


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """What one parameter at a time does to the typical patient.

    Parameters
    ----------
    rows : tuple of CardRow
        The P parameters.
    read_outs : tuple of ReadOut
        The K outcomes.
    base : float64 array (K,)
        Of the typical patient.
    slope : float64 array (P, K)
        Change of the outcome per unit of the parameter's natural logarithm.
    low, high : float64 array (P,)
        Ends between which the parameter was moved, in its unit.
    at_low, at_high : float64 array (P, K)
        The outcome there; NaN where the patient could not be followed.
    """

    rows: tuple[CardRow, ...]
    read_outs: tuple[ReadOut, ...]
    base: NDArray[np.float64]
    slope: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    at_low: NDArray[np.float64]
    at_high: NDArray[np.float64]

    @property
    def elasticity(self) -> NDArray[np.float64]:
        """Percent change of the outcome per percent of the parameter (P, K).

        Outcomes on a logarithmic scale are those behind the logarithm. Of the CRS severity, which
        is a logit, it is the change of the logarithm of the odds of any grade or more.
        """
        factor = [
            math.log(10.0) if out.unit.startswith("log10") else 1.0 if out.unit == "logit" else 0.0
            for out in self.read_outs
        ]
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = self.slope / self.base
        return np.where(np.array(factor) > 0, self.slope * np.array(factor), relative)

    @property
    def width(self) -> NDArray[np.float64]:
        """How far the outcome moves between the ends (P, K); 0 where it is not known."""
        ends = np.stack([self.at_low, self.at_high, np.broadcast_to(self.base, self.at_low.shape)])
        known = np.where(np.isfinite(ends), ends, self.base)
        return np.asarray(known.max(axis=0) - known.min(axis=0))

    def order(self, read_out: int) -> NDArray[np.intp]:
        """Return the parameters from the widest bar to the narrowest, of one outcome."""
        return np.argsort(-self.width[:, read_out], kind="stable")


def local(
    compiled: Compiled,
    table: Sequence[CardRow],
    protocol: Protocol,
    ends: Mapping[str, tuple[float, float]],
    *,
    days: float,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Local:
    """Move one parameter at a time.

    Parameters
    ----------
    compiled : Compiled
        The model, compiled so that each of the parameters can be varied.
    table : sequence of CardRow
        The card.
    protocol : Protocol
        A fixed schedule.
    ends : mapping of str to (float, float)
        Lower and higher end of each parameter that is moved, in its unit.

    Other Parameters
    ----------------
    days : float
        For how long, in **days**.
    threads : int, optional
        Threads to use. Results do not depend on it.
    progress : callable, optional
        Called with the number of virtual patients done.

    Raises
    ------
    InputError
        If the typical patient cannot be followed, or nothing is moved.
    """
    rows = tuple(row for row in table if row.name in ends and can_shift(row))
    if not rows:
        raise InputError("Nothing to move: no parameter of the card has two ends. Give some.")
    base = np.array([row.value for row in rows])
    low, high = (np.array([ends[row.name][k] for row in rows]) for k in (0, 1))
    step = math.exp(STEP)
    moves = np.concatenate([base / step, base * step, low, high])
    values = np.tile(base, (1 + len(moves), 1))
    column = np.tile(np.arange(len(rows)), 4)
    values[np.arange(1, len(values)), column] = moves
    cohort = Cohort(
        "one at a time", np.arange(len(values)), tuple(row.name for row in rows), values
    )
    found = latent_of(
        compiled, cohort, protocol, days=days, rtol=1e-6, threads=threads, progress=progress
    )
    if not np.isfinite(found[0]).all():
        raise InputError(
            "The typical patient cannot be followed under this treatment: there is nothing to "
            "compare with. Try fewer days, or another protocol."
        )
    parts = found[1:].reshape(4, len(rows), -1)
    return Local(
        rows, readable(compiled), found[0], (parts[1] - parts[0]) / (2.0 * STEP), low, high,
        parts[2], parts[3],
    )  # fmt: skip


def screen(
    compiled: Compiled,
    table: Sequence[CardRow],
    protocol: Protocol,
    *,
    days: float,
    most: int,
    threads: int | None = None,
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Choose the parameters in which differences between patients do most.

    Each is moved from its 16 to its 84 % quantile, all others typical.

    Returns
    -------
    tuple of str
        Names, from the one that does most.
    float64 array (K,)
        Share of the summed squared effects that they hold, for each outcome.
    """
    from trimer.trial.sensitivity.factors import between_patients

    factors = between_patients(table)
    quantiles = np.array([f.distribution.quantile(np.array([0.16, 0.84])) for f in factors])
    values = np.tile([factor.value for factor in factors], (2 * len(factors), 1))
    place = np.arange(len(factors))
    values[place, place], values[len(factors) + place, place] = quantiles[:, 0], quantiles[:, 1]
    cohort = Cohort("screen", np.arange(len(values)), tuple(f.name for f in factors), values)
    found = latent_of(compiled, cohort, protocol, days=days, threads=threads)
    effect = np.nan_to_num(found[len(factors) :] - found[: len(factors)]) ** 2
    total = effect.sum(axis=0)
    share = effect / np.where(total > 0, total, 1.0)
    order = np.argsort(-share.max(axis=1), kind="stable")[:most]
    return tuple(factors[i].name for i in order), share[order].sum(axis=0)
