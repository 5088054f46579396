# SPDX-License-Identifier: Apache-2.0
"""Count what is met, apart by use: fitted rows and predictions never make up for one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.trial.targets.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.trial.targets.figures import Simulated
    from trimer.trial.targets.target import Targets

FIT_AIM = 17
"""Fitted rows to be met, of 19."""

PREDICTED_AIM = 0.70
"""Share of the predicted rows to be met, in tests of numbers or of order."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a kind are met, of those that could be judged.

    Parameters
    ----------
    met, judged : int
        How many of how many.
    not_judged : int
        Rows of the kind that this simulation could not speak to.
    """

    met: int
    judged: int
    not_judged: int

    def __str__(self) -> str:
        return f"{self.met} of {self.judged}"


def tally(targets: Targets, simulated: Mapping[str, Simulated]) -> dict[str, Tally]:
    """Count rows by use.

    Returns
    -------
    dict of str to Tally
        ``fit``; ``predicted``, in tests of numbers or order; ``prior``, predicted rows that are
        shown only; ``shaping``; ``by construction``; ``not applicable``.
    """
    counts = {
        name: [0, 0, 0]
        for name in ("fit", "predicted", "prior", "shaping", "by construction", "not applicable")
    }
    for row in targets.rows:
        prior = row.use == "predicted" and not row.is_counted
        said = verdict(row, simulated[row.id])
        found = counts["prior" if prior else row.use]
        found[0] += said == "met"
        found[1] += said != "n/a"
        found[2] += said == "n/a"
    return {name: Tally(*found) for name, found in counts.items()}
