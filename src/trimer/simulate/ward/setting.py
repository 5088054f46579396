# SPDX-License-Identifier: Apache-2.0
"""What a ward is like: how well it measures, how long things take, how often pumps fail.

None of these numbers belongs to a drug, a protocol or a patient; all of them are assumed and the
same in every arm.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

PumpFault = Literal["battery", "occlusion", "air"]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that is to befall the patients of a run at a given time.

    Parameters
    ----------
    what : {"battery", "occlusion", "air", "premedication missing"}
        A fault of the pump, or premedication that cannot be had.
    at_minutes : int
        When it begins, in **minutes** since the first dose.
    minutes : int
        How long it lasts, in **minutes**.
    patients : tuple of int
        Patient numbers; everybody if empty.
    """

    what: Literal["battery", "occlusion", "air", "premedication missing"]
    at_minutes: int
    minutes: int
    patients: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot happen."""
        known = (*FAULTS, "premedication missing")
        if self.what not in known:
            raise InputError(f"Unknown happening: got '{self.what}'; known are {', '.join(known)}.")
        if self.what in FAULTS and self.at_minutes < 1:
            raise InputError(
                f"Wrong time of happening '{self.what}': got minute {self.at_minutes}; before the "
                "first dose no pump runs. Give a minute from 1 on."
            )
        if self.minutes < 1 or self.at_minutes != int(self.at_minutes):
            raise InputError(
                f"Wrong times of happening '{self.what}': got minute {self.at_minutes} for "
                f"{self.minutes} minutes; both are whole minutes, and it lasts at least one."
            )


FAULTS: tuple[PumpFault, ...] = ("battery", "occlusion", "air")
_READ = ("temperature", "MAP", "heart_rate", "SpO2", "respiratory_rate", "ICE")


@dataclass(frozen=True, slots=True)
class Ward:
    """How a ward measures, and how long things take there. Every default is **assumed**.

    Parameters
    ----------
    noise : mapping of str to float
        Standard deviation of a reading, in the unit of the quantity; those of laboratory tests
        are shares of the value.
    step : mapping of str to float
        What a nurse rounds a reading to, in its unit.
    missed : float
        Share of readings that are missed.
    lab_minutes, marrow_minutes, culture_minutes : int
        Until a result is known, in **minutes**.
    marrow_cells : int
        Cells counted for the share of blasts.
    culture_finds : float
        Share of infections that a culture shows.
    reports : float
        Share of patients who report fever or shivering when they feel it.
    report_above : float
        Temperature at which they feel it, in **°C**.
    report_minutes : tuple of int
        Shortest and longest time until the nurse looks, in **minutes**.
    alarm_minutes : tuple of int
        Shortest and longest time from a pump's alarm until it runs again, in **minutes**.
    faults_per_day : mapping of str to float
        How often a running pump fails, by cause, per **day**.
    low_pressure : float
        Mean arterial pressure below this is hypotension, in **mmHg**.
    low_saturation : float
        Saturation below this is hypoxia, in **%**.
    fluid_minutes : int
        A fluid bolus counts as treated hypotension for so long, in **minutes**.
    step_minutes : int
        After a resumption below the planned rate, the time between steps, in **minutes**.
    quiet_minutes : int
        Vital signs are no longer read this long after the last drug, in **minutes**.

    Notes
    -----
    Noise of temperature, pressure and saturation and the limits of hypotension and hypoxia are
    those of the second version of the reference model; the other numbers have no source.
    """

    noise: Mapping[str, float] = field(
        default_factory=lambda: {
            "temperature": 0.15,
            "MAP": 4.0,
            "heart_rate": 4.0,
            "SpO2": 0.8,
            "respiratory_rate": 1.0,
            "ICE": 0.14,  # a clear head is never read as less than 10
            "lab": 0.05,
        }
    )
    step: Mapping[str, float] = field(
        default_factory=lambda: {
            "temperature": 0.1,
            "MAP": 1.0,
            "heart_rate": 1.0,
            "SpO2": 1.0,
            "respiratory_rate": 1.0,
            "ICE": 1.0,
        }
    )
    missed: float = 0.02
    lab_minutes: int = 120
    marrow_minutes: int = 2 * 1440
    culture_minutes: int = 36 * 60
    marrow_cells: int = 500
    culture_finds: float = 0.8
    reports: float = 0.7
    report_above: float = 38.5
    report_minutes: tuple[int, int] = (10, 60)
    alarm_minutes: tuple[int, int] = (5, 60)
    faults_per_day: Mapping[str, float] = field(
        default_factory=lambda: {"battery": 0.004, "occlusion": 0.02, "air": 0.01}
    )
    low_pressure: float = 65.0
    low_saturation: float = 92.0
    fluid_minutes: int = 240
    step_minutes: int = 1440
    quiet_minutes: int = 7 * 1440

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1 and times that are negative or run backwards."""
        for name in ("missed", "culture_finds", "reports"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise InputError(
                    f"Wrong '{name}' of a ward: got {getattr(self, name)}; it is a share from 0 "
                    "to 1."
                )
        for name in ("report_minutes", "alarm_minutes"):
            low, high = getattr(self, name)
            if not 0 < low <= high:
                raise InputError(
                    f"Wrong '{name}' of a ward: got {low} to {high}; they are minutes, the "
                    "shorter first and at least 1."
                )
        for name, known in (
            ("faults_per_day", FAULTS), ("noise", (*_READ, "lab")), ("step", _READ)
        ):  # fmt: skip
            for key, value in getattr(self, name).items():
                if key not in known or not 0.0 <= value < float("inf"):
                    raise InputError(
                        f"Wrong '{name}' of a ward: got {value} for '{key}'; they are numbers, not "
                        f"negative, for {', '.join(known)}."
                    )
        for part in fields(self):
            value = getattr(self, part.name)
            if isinstance(value, (int, float)) and value < 0:
                raise InputError(f"Negative '{part.name}' of a ward: got {value}.")


QUIET = Ward(
    noise={},
    step={},
    missed=0.0,
    reports=0.0,
    faults_per_day={},
)
"""A ward that measures exactly, misses nothing and whose pumps do not fail: for tests."""
