# SPDX-License-Identifier: Apache-2.0
"""A patient before a first dose: what is known, and what is not. None is not known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


LAB_UNITS = {
    "ALT": "U/L",
    "AST": "U/L",
    "bilirubin": "mg/dL",
    "creatinine": "mg/dL",
    "blood_blasts": "G/L",
    "ANC": "G/L",
    "platelets": "G/L",
    "hemoglobin": "g/dL",
}
"""Laboratory values, and the unit they are kept in."""


@dataclass(frozen=True, slots=True)
class Marrow:
    """A marrow biopsy: blasts with CD123 in **%**, CD123 sites on a blast, blasts in **%**."""

    date: date | None = None
    cd123_percent: float | None = None
    cd123_sites_per_cell: float | None = None
    blasts_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Echocardiogram:
    """Ejection fraction and the institution's lower limit of normal, in **%**."""

    date: date | None = None
    ejection_fraction_percent: float | None = None
    lower_limit_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Neurology:
    """A neurological examination: points of each ICE item, and other signs in words."""

    date: date | None = None
    ice_items: dict[str, int] = field(default_factory=dict)
    other_signs: str | None = None

    @property
    def ice(self) -> int | None:
        """The ICE score, if all five items were asked."""
        from trimer.assess import ICE_ITEMS, ice_score

        if set(self.ice_items) != set(ICE_ITEMS):
            return None
        return int(ice_score(self.ice_items).item())


@dataclass(frozen=True, slots=True)
class Labs:
    """Laboratory values in the units of `LAB_UNITS`, and upper limits of normal.

    Parameters
    ----------
    date : date or None
        When.
    values, upper_limits : dict of str to float
        What is known.
    creatinine_clearance : float or None
        In **mL/min**, if it was measured.
    gilbert_syndrome : bool
        Whether there is a history of it.
    """

    date: date | None = None
    values: dict[str, float] = field(default_factory=dict)
    upper_limits: dict[str, float] = field(default_factory=dict)
    creatinine_clearance: float | None = None
    gilbert_syndrome: bool = False


@dataclass(frozen=True, slots=True)
class Infection:
    """Whether an infection is active, and temperature in **degC**."""

    date: date | None = None
    active: bool | None = None
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Transplant:
    """Whether there was an allogeneic transplant, and what matters after one."""

    allogeneic: bool | None = None
    active_gvhd: bool | None = None
    dlco_percent: float | None = None
    fev1_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Medicine:
    """A medicine as it was written, its dose in words, and when it was stopped."""

    name: str
    dose: str = ""
    stopped: date | None = None


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine as it was written, and when it was or will be given."""

    name: str
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """What a human decided on an item that needs one."""

    item: str
    by: str
    reason: str
    date: date | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient before a first dose.

    Parameters
    ----------
    id : str
        A label, no name.
    age_years, weight_kg : float or None
        Age in **years**, weight in **kg**.
    sex : {"female", "male"} or None
        For creatinine clearance.
    first_dose : date or None
        When it is planned.
    ecog : int or None
        Performance status.
    medicines, vaccines : tuple or None
        None if nobody has asked; empty if there are none.
    reviews : tuple of Review
        Decisions of humans.
    """

    id: str = ""
    age_years: float | None = None
    sex: str | None = None
    weight_kg: float | None = None
    first_dose: date | None = None
    marrow: Marrow = Marrow()
    echocardiogram: Echocardiogram = Echocardiogram()
    neurology: Neurology = field(default_factory=Neurology)
    labs: Labs = field(default_factory=Labs)
    infection: Infection = Infection()
    transplant: Transplant = Transplant()
    ecog: int | None = None
    medicines: tuple[Medicine, ...] | None = None
    vaccines: tuple[Vaccine, ...] | None = None
    reviews: tuple[Review, ...] = ()

    @property
    def creatinine_clearance(self) -> float | None:
        """In **mL/min**: measured, else by Cockcroft and Gault from creatinine, age, weight, sex.

        Examples
        --------
        >>> labs = Labs(values={"creatinine": 1.0})
        >>> Patient(age_years=60, sex="male", weight_kg=72, labs=labs).creatinine_clearance
        80.0
        """
        if self.labs.creatinine_clearance is not None:
            return self.labs.creatinine_clearance
        creatinine = self.labs.values.get("creatinine")
        known = (creatinine, self.age_years, self.weight_kg, self.sex)
        if creatinine is None or self.age_years is None or self.weight_kg is None or None in known:
            return None
        by_age = (140 - self.age_years) * self.weight_kg / (72 * creatinine)
        return by_age * (0.85 if self.sex == "female" else 1.0)

    def model_values(self) -> dict[str, tuple[float, str]]:
        """Return values a model may have a parameter for: by its name, with the unit."""
        found: dict[str, tuple[float, str]] = {}
        if self.weight_kg is not None:
            found["WT"] = (self.weight_kg, "kg")
        for lab, parameter in _PARAMETERS.items():
            if lab in self.labs.values:
                found[parameter] = (self.labs.values[lab], LAB_UNITS[lab])
        return found


_PARAMETERS = {
    "ALT": "ALT0",
    "AST": "AST0",
    "bilirubin": "bili0",
    "creatinine": "crea0",
    "hemoglobin": "Hb_start",
}
"""Parameters of the shipped models that a baseline value is."""
