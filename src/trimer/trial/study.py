# SPDX-License-Identifier: Apache-2.0
"""A study: which patients, which arms, for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimer.core.errors import StudyError
from trimer.core.shown import counted
from trimer.trial.design.allocation import checked_block

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.protocol.protocol import Protocol
    from trimer.trial.design.endpoint import Endpoint
    from trimer.trial.design.plan import Escalation, Randomized


def default_visits(days: float) -> tuple[float, ...]:
    """Return days 25 and 28 of every 28, up to a day.

    Examples
    --------
    >>> default_visits(63)
    (25.0, 28.0, 53.0, 56.0)
    """
    cycles = range(int(days // 28) + 1)
    return tuple(day for k in cycles for day in (28.0 * k + 25, 28.0 * k + 28) if day <= days)


@dataclass(frozen=True, slots=True)
class Arm:
    """What one group of patients is given.

    Parameters
    ----------
    name : str
        Name in tables.
    label : str
        Name in figures.
    protocol : Protocol
        The treatment.
    share : int
        How many patients of a randomized trial it gets, against the others.
    """

    name: str
    label: str
    protocol: Protocol
    share: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Study:
    """A simulated trial.

    All arms treat the same virtual patients; with a `design`, each patient is allocated to one of
    them, and the trial may be repeated with new patients.

    Parameters
    ----------
    name, title, question : str
        Name in file names, one line for people, and what is to be found out.
    arms : tuple of Arm
        At least one.
    model : str
        Name of a shipped model, with options behind a colon if it has any.
    cohort : str
        Where the patients come from: ``"reference"`` draws them from the parameter card alone;
        else the name of a shipped cohort, or a file.
    patients : int
        How many: in each arm, or in each repeat of a randomized trial, over all arms.
    seed : int
        Of the random draws.
    days : float
        For how long they are followed, in **days** from the first dose.
    every_hours : float
        Interval of the stored profiles, in **hours**.
    text : str
        The file the study was read from; empty if it was made in Python.
    path : Path or None
        That file.
    visits : tuple of float
        Days on which a marrow is taken for endpoints; `visit_days` if empty.
    endpoints : tuple of Endpoint
        What it is judged by.
    design : Randomized or None
        How patients are allocated; None puts every patient into every arm.
    escalation : Escalation or None
        Then the arms are doses, from the lowest on.
    """

    name: str
    arms: tuple[Arm, ...]
    title: str = ""
    question: str = ""
    model: str = "flotetuzumab-reference"
    cohort: str = "reference"
    patients: int = 1000
    seed: int = 1
    days: float = 63.0
    every_hours: float = 6.0
    text: str = ""
    path: Path | None = None
    visits: tuple[float, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    design: Randomized | None = None
    escalation: Escalation | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that no study has."""
        if self.patients < 1 or self.seed < 0:
            raise StudyError(
                f"Wrong numbers in study '{self.name}': got {self.patients} patients and seed "
                f"{self.seed}; it has at least 1 patient, and a seed that is not negative."
            )
        if not self.arms:
            raise StudyError(f"No arm in study '{self.name}'; it has at least one.")
        if self.design is not None:
            checked_block(self.ratio, self.design.block)

    @property
    def ratio(self) -> tuple[int, ...]:
        """Share of each arm in the allocation."""
        return tuple(arm.share for arm in self.arms)

    @property
    def repeats(self) -> int:
        """How many times the trial is conducted with new patients."""
        return 1 if self.design is None else self.design.repeats

    @property
    def simulations(self) -> int:
        """How many patients are followed, one who is in several arms counted in each."""
        if self.design is not None:
            return self.patients * self.repeats
        return self.patients * len(self.arms)

    @property
    def visit_days(self) -> tuple[float, ...]:
        """Days on which a marrow is taken: days 25 and 28 of every 28 if none are given."""
        return self.visits or default_visits(self.days)

    def with_numbers(
        self, *, patients: int | None = None, seed: int | None = None, repeats: int | None = None
    ) -> Study:
        """Return the study with another number of patients or repeats, or another seed.

        Raises
        ------
        StudyError
            If a study that is not randomized is to be repeated.
        """
        design = self.design
        if repeats is not None:
            if design is None:
                raise StudyError(
                    f"Study '{self.name}' cannot be repeated: every patient is in every arm, so "
                    "more patients say the same. Give --patients, or add a table [design]."
                )
            design = replace(design, repeats=repeats)
        return replace(
            self,
            design=design,
            patients=self.patients if patients is None else patients,
            seed=self.seed if seed is None else seed,
        )

    def __repr__(self) -> str:
        """Return a short card."""
        arms = counted(len(self.arms), "arm")
        if self.design is not None:
            arms += f", allocated {':'.join(map(str, self.ratio))}, {self.repeats:,} times"
        lines = [
            f"Study '{self.name}': {counted(self.patients, 'patient')} in {arms}",
            f"  {self.days:g} days, seed {self.seed}",
            *([f"  {self.title}"] if self.title else []),
            f"  model {self.model}, cohort {self.cohort}",
            *(f"  {arm.name}: {arm.protocol.title or arm.protocol.name}" for arm in self.arms),
            *(f"  endpoint {one.name}: {one.text}" for one in self.endpoints),
        ]
        if self.escalation is not None:
            plan = self.escalation
            lines.append(
                f"  escalation by {', '.join(plan.designs)} to {100 * plan.target:g} % within "
                f"{plan.window_days:g} days"
            )
        return "\n".join(lines)
