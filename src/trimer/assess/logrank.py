# SPDX-License-Identifier: Apache-2.0
"""Do groups differ in the time to an event? The log-rank test, stratified if asked.

**Source.** Mantel N. Evaluation of survival data and two new rank order statistics arising in its
consideration. *Cancer Chemother Rep* 1966;50:163-170. Ties by the hypergeometric variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from trimer.assess.censored import checked_groups, checked_times, p_chi_square
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """A log-rank test.

    Attributes
    ----------
    groups : tuple
        Names of the groups, sorted.
    observed, expected : ndarray of float, shape (G,)
        Events in each, and how many there would be if they did not differ.
    chi_square, p_value : float
        Statistic and p-value; p is 1 where nobody had the event.
    freedom : int
        Degrees of freedom.
    """

    groups: tuple[Any, ...]
    observed: Floats
    expected: Floats
    chi_square: float
    p_value: float
    freedom: int

    def __str__(self) -> str:
        return (
            f"log-rank chi-square {self.chi_square:.2f} ({self.freedom} df), p = {self.p_value:.2g}"
        )


def logrank(
    days: ArrayLike, event: ArrayLike, group: ArrayLike, *, strata: ArrayLike | None = None
) -> LogRank:
    """Return the log-rank test of two or more groups.

    Parameters
    ----------
    days : array_like of float, shape (N,)
        How long each patient was followed, in **days**; patients with NaN are left out.
    event : array_like of bool, shape (N,)
        Whether it ended in the event.
    group : array_like, shape (N,)
        Which group each belongs to.
    strata : array_like, shape (N,), optional
        Groups are compared only within these.

    Raises
    ------
    InputError
        When there are not at least two groups.

    Examples
    --------
    >>> test = logrank([1.0, 2.0, 3.0, 4.0], [True] * 4, ["a", "a", "b", "b"])
    >>> round(test.chi_square, 3), round(test.p_value, 3)
    (2.882, 0.09)
    """
    length, code, known = checked_times(days, event)
    names, member = np.unique(checked_groups("groups", group, known), return_inverse=True)
    if names.size < 2:
        raise InputError(
            f"Wrong groups of a log-rank test: got {names.size}; there are at least two. "
            "Compare arms that both have patients."
        )
    stratum = np.zeros(length.size) if strata is None else checked_groups("strata", strata, known)
    observed = np.bincount(member[code > 0], minlength=names.size).astype(np.float64)
    expected = np.zeros(names.size)
    covariance = np.zeros((names.size, names.size))
    for one in np.unique(stratum):
        own = stratum == one
        more, spread = _within(length[own], code[own] > 0, member[own], names.size)
        expected += more
        covariance += spread
    # rows add up to nothing: one group is left out
    difference, block = (observed - expected)[:-1], covariance[:-1, :-1]
    freedom = int(np.linalg.matrix_rank(block))
    statistic = float(difference @ np.linalg.pinv(block) @ difference) if freedom else 0.0
    p_value = p_chi_square(statistic, freedom)
    return LogRank(tuple(names.tolist()), observed, expected, statistic, p_value, freedom)


def _within(
    length: Floats, died: NDArray[np.bool_], member: NDArray[np.intp], groups: int
) -> tuple[Floats, Floats]:
    """Expected events and their covariance in one stratum."""
    when, place = np.unique(length, return_inverse=True)
    ended = np.zeros((groups, when.size))
    np.add.at(ended, (member, place), 1.0)
    at_risk = ended[:, ::-1].cumsum(axis=1)[:, ::-1]
    deaths = np.bincount(place[died], minlength=when.size)
    use = deaths > 0
    at_risk, deaths = at_risk[:, use], deaths[use]
    total = at_risk.sum(axis=0)
    part = at_risk / total
    weight = deaths * (total - deaths) / np.maximum(total - 1.0, 1.0)
    spread = np.diag(part @ weight) - (part * weight) @ part.T
    return part @ deaths, spread
