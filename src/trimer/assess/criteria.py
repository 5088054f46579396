# SPDX-License-Identifier: Apache-2.0
"""The tables of the scales in words, as a ward reads them; the code beside grades by the same.

Each cell was read in tables that reprint the scale; a test grades an example of every cell.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Criteria:
    """A scale as a table.

    Parameters
    ----------
    scale : str
        Its short name in `trimer.assess.SCALES`.
    domains : tuple of str
        Columns.
    grades : dict of int to tuple of str
        For each grade, a text for each domain.
    rules : tuple of str
        How the table is read.
    """

    scale: str
    domains: tuple[str, ...]
    grades: dict[int, tuple[str, ...]]
    rules: tuple[str, ...]


CRS_CRITERIA = Criteria(
    scale="crs_astct",
    domains=("Fever, 38.0 degC or more", "Low blood pressure", "Low oxygen"),
    grades={
        1: ("yes", "none", "none"),
        2: ("yes", "no vasopressor needed", "low flow: nasal cannula up to 6 L/min, or blow-by"),
        3: (
            "yes",
            "one vasopressor, with or without vasopressin",
            "high flow above 6 L/min, face mask, non-rebreather or Venturi mask",
        ),
        4: (
            "yes",
            "several vasopressors, vasopressin not counted",
            "positive pressure: CPAP, BiPAP, intubation and ventilation",
        ),
    },
    rules=(
        "The worse of blood pressure and oxygen is the grade.",
        "The fever must have no other cause.",
        "After a fever reducer, an anticytokine drug or a steroid, fever is no longer needed.",
        "Liver, kidney and other organ tests do not change the grade.",
        "Grade 5 is death from CRS.",
    ),
)

ICANS_CRITERIA = Criteria(
    scale="icans_astct",
    domains=("ICE score", "Waking up", "Seizure", "Movement", "Pressure in the head"),
    grades={
        1: ("7 to 9", "wakes by itself", "-", "-", "-"),
        2: ("3 to 6", "wakes to voice", "-", "-", "-"),
        3: (
            "0 to 2",
            "wakes to touch only",
            "any seizure that ends quickly, or one seen only on EEG that ends with treatment",
            "-",
            "swelling in one place on imaging",
        ),
        4: (
            "0, cannot be woken to be tested",
            "cannot be woken, or only by strong or repeated touch; stupor, coma",
            "longer than 5 minutes, or repeated without waking in between",
            "deep weakness of one side or of both legs",
            (
                "swelling of the whole brain; decerebrate or decorticate posture, sixth nerve "
                "palsy, papilledema, Cushing triad"
            ),
        ),
    },
    rules=(
        "The worst column is the grade.",
        (
            "A score of 0 is grade 3 in a patient who is awake but cannot speak, grade 4 in one "
            "who cannot be woken."
        ),
        "A full score of 10 is grade 0.",
        "Tremor, jerks and bleeding do not grade ICANS.",
    ),
)

ICE_TASKS = {
    "orientation": "Say the year, the month, the city, the hospital",
    "naming": "Name three objects",
    "command": "Follow one simple command",
    "writing": "Write a standard sentence",
    "attention": "Count back from 100 by tens",
}
"""What is asked for each item of `trimer.assess.ICE_ITEMS`."""
