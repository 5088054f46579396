# SPDX-License-Identifier: Apache-2.0
"""The plan of a randomized trial, and of a dose escalation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.core.condition import check
from trimer.core.errors import StudyError, did_you_mean
from trimer.protocol.quantities import QUANTITIES
from trimer.trial.design.escalation.rule import checked_target
from trimer.trial.fate_constants import fate_constants

if TYPE_CHECKING:
    from trimer.core.condition import Condition
    from trimer.trial.design.stratum import Stratum

MOST_REPEATS = 100_000
DESIGNS = ("3+3", "BOIN", "CRM")


@dataclass(frozen=True, slots=True)
class Randomized:
    """A trial in which each patient is allocated to one arm, repeated with new patients.

    Parameters
    ----------
    control : str
        Name of the arm with which the others are compared.
    repeats : int
        How many times the whole trial is conducted.
    block : int or None
        Patients in a block of the allocation; None is twice the sum of the arms' shares.
    strata : tuple of Stratum
        Arms are balanced within these, and compared within them.
    dropout_percent : float or None
        Patients who withdraw for reasons of their own within 28 days, in **%** of those still in
        the trial; None is the shipped constant of fate (**assumed**).
    alpha : float
        Two-sided level of a test that counts as a success.
    transplants : bool
        Whether responders who are fit go on to a transplant, where the model tells of death.
    """

    control: str
    repeats: int = 1
    block: int | None = None
    strata: tuple[Stratum, ...] = ()
    dropout_percent: float | None = None
    alpha: float = 0.05
    transplants: bool = True

    def __post_init__(self) -> None:
        """Refuse numbers that no trial has."""
        problems = []
        if not 1 <= self.repeats <= MOST_REPEATS:
            problems.append(
                f"Wrong number of repeats: got {self.repeats}; a trial is conducted 1 to "
                f"{MOST_REPEATS:,} times."
            )
        if self.dropout_percent is not None and not 0.0 <= self.dropout_percent < 100.0:
            problems.append(
                f"Wrong dropout: got {self.dropout_percent:g} %; it is a share of patients within "
                "28 days from 0 to below 100 %."
            )
        if not 0.0 < self.alpha < 1.0:
            problems.append(
                f"Wrong level of tests: got {self.alpha:g}; it lies between 0 and 1. Write 5 % as "
                "0.05."
            )
        if problems:
            raise StudyError(*problems)

    @property
    def dropout_per_day(self) -> float:
        """The hazard of withdrawal, per **day**."""
        if self.dropout_percent is None:
            return fate_constants().withdraws
        return -math.log1p(-self.dropout_percent / 100.0) / 28.0


@dataclass(frozen=True, slots=True)
class Escalation:
    """A dose escalation; the arms of the study are its doses, from the lowest on.

    Parameters
    ----------
    dlt : Condition
        What a dose-limiting toxicity is, in the grammar of rules.
    target : float
        Wanted share of patients with one.
    window_days : float
        For how long it counts, in **days** from the first dose.
    designs : tuple of str
        Of `DESIGNS`.
    cohort, most : int
        Patients who enter at a time, and the largest number of them.
    start : str
        Name of the first dose; the lowest if empty.
    expected : str
        Name of the dose thought beforehand to have the target's rate (for CRM); the middle one if
        empty.
    repeats : int
        How many times each design is conducted.
    """

    dlt: Condition
    target: float
    window_days: float = 28.0
    designs: tuple[str, ...] = DESIGNS
    cohort: int = 3
    most: int = 30
    start: str = ""
    expected: str = ""
    repeats: int = 2000

    def __post_init__(self) -> None:
        """Refuse an impossible target, a wrong condition and unknown designs."""
        checked_target(self.target)
        wrong = check(self.dlt, QUANTITIES)
        if wrong:
            raise StudyError(*wrong)
        for name in self.designs:
            if name not in DESIGNS:
                raise StudyError(f"Unknown design '{name}'.{did_you_mean(name, DESIGNS)}")
        if not self.designs or not 1 <= self.repeats <= MOST_REPEATS:
            raise StudyError(
                f"Wrong escalation: got {len(self.designs)} designs and {self.repeats} repeats; "
                f"there is at least one design, conducted 1 to {MOST_REPEATS:,} times."
            )
