# SPDX-License-Identifier: Apache-2.0
"""A study: which patients, which arms, for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trimer.core.errors import StudyError
from trimer.core.shown import counted

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.protocol.protocol import Protocol


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
    """

    name: str
    label: str
    protocol: Protocol


@dataclass(frozen=True, slots=True, repr=False)
class Study:
    """A simulated trial whose arms treat the same virtual patients.

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
        How many, in each arm.
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

    def __post_init__(self) -> None:
        """Refuse numbers that no study has."""
        if self.patients < 1 or self.seed < 0:
            raise StudyError(
                f"Wrong numbers in study '{self.name}': got {self.patients} patients and seed "
                f"{self.seed}; it has at least 1 patient, and a seed that is not negative."
            )
        if not self.arms:
            raise StudyError(f"No arm in study '{self.name}'; it has at least one.")

    def with_numbers(self, *, patients: int | None = None, seed: int | None = None) -> Study:
        """Return the study with another number of patients or another seed."""
        return replace(
            self,
            patients=self.patients if patients is None else patients,
            seed=self.seed if seed is None else seed,
        )

    def __repr__(self) -> str:
        """Return a short card."""
        arms = counted(len(self.arms), "arm")
        lines = [
            f"Study '{self.name}': {counted(self.patients, 'patient')} in {arms}",
            f"  {self.days:g} days, seed {self.seed}",
            *([f"  {self.title}"] if self.title else []),
            f"  model {self.model}, cohort {self.cohort}",
            *(f"  {arm.name}: {arm.protocol.title or arm.protocol.name}" for arm in self.arms),
        ]
        return "\n".join(lines)
