# SPDX-License-Identifier: Apache-2.0
"""What the conditions of a protocol may speak of."""

from __future__ import annotations

from math import inf

from trimer.core.condition import Quantity
from trimer.protocol.drugs import DRUGS

_LIST = (
    Quantity("temperature", "degC", "vital", "body temperature", 25, 45),
    Quantity("MAP", "mmHg", "vital", "mean arterial pressure", 0, 250),
    Quantity("heart_rate", "1/min", "vital", "heart rate", 0, 300),
    Quantity("SpO2", "%", "vital", "oxygen saturation", 0, 100),
    Quantity("respiratory_rate", "1/min", "vital", "breaths per minute", 0, 100),
    Quantity("ICE", "", "vital", "score of the encephalopathy test, 10 is normal", 0, 10),
    Quantity("ALT", "U/L", "lab", "alanine aminotransferase", 0, inf),
    Quantity("AST", "U/L", "lab", "aspartate aminotransferase", 0, inf),
    Quantity("bilirubin", "mg/dL", "lab", "total bilirubin", 0, inf),
    Quantity("creatinine", "mg/dL", "lab", "creatinine in serum", 0, inf),
    Quantity("ANC", "G/L", "lab", "neutrophils", 0, inf),
    Quantity("platelets", "G/L", "lab", "platelets", 0, inf),
    Quantity("hemoglobin", "g/dL", "lab", "hemoglobin", 0, inf),
    Quantity("lymphocytes", "G/L", "lab", "lymphocytes", 0, inf),
    Quantity("CRP", "mg/L", "lab", "C-reactive protein", 0, inf),
    Quantity("ferritin", "ug/L", "lab", "ferritin", 0, inf),
    Quantity("D_dimer", "mg/L", "lab", "D-dimer", 0, inf),
    Quantity("blasts", "%", "marrow", "leukemic share of marrow cells", 0, 100),
    Quantity("CRS", "", "grade", "CRS by ASTCT 2019", 0, 5),
    Quantity("CRS_Lee", "", "grade", "CRS by Lee 2014", 0, 5),
    Quantity("CRS_CTCAE", "", "grade", "CRS by CTCAE v5", 0, 5),
    Quantity("CRS_events", "", "grade", "episodes of CRS so far", 0, inf),
    Quantity("severe_CRS_events", "", "grade", "rises of CRS from grade 0-1 to 3 or more", 0, inf),
    Quantity("ICANS", "", "grade", "ICANS by ASTCT 2019", 0, 4),
    Quantity("ICE_change", "", "grade", "ICE score over the patient's first", -10, 10),
    *(
        Quantity(f"{test}_grade", "", "grade", f"CTCAE v5 grade of {test}", 0, 4)
        for test in (
            "ALT",
            "AST",
            "bilirubin",
            "creatinine",
            "ANC",
            "platelets",
            "hemoglobin",
            "lymphocytes",
        )
    ),
    Quantity("organ_grade", "", "grade", "worst of ALT, AST, bilirubin, creatinine", 0, 4),
    Quantity("vasopressor", "", "state", "vasopressors that run", 0, 2),
    Quantity("oxygen", "", "state", "0 none, 1 low flow, 2 high flow, 3 positive pressure", 0, 3),
    Quantity("cycle", "", "state", "number of the cycle, from 1", 1, inf),
    Quantity("step", "", "state", "level of the infusion, from 1", 0, inf),
    Quantity("fever", "", "flag", "the latest temperature was 38.0 degC or more"),
    Quantity("infection", "", "flag", "an infection has been diagnosed"),
    Quantity("neutropenia", "", "flag", "neutrophils below 0.5 G/L"),
    Quantity("pump off", "", "flag", "no drug flows, after the first dose"),
    Quantity("held", "", "flag", "a rule holds the infusion"),
    Quantity("inpatient", "", "flag", "the patient is in hospital"),
    Quantity("antibiotic", "", "flag", "an antibiotic is given"),
    Quantity("antifungal", "", "flag", "an antifungal is given"),
    Quantity("first dose", "", "event", "the infusion began"),
    Quantity("hold", "", "event", "a rule held the infusion"),
    Quantity("restart", "", "event", "drug began to flow, or flowed again"),
    Quantity("step_up", "", "event", "the rate rose"),
    Quantity("diagnosis", "", "event", "an infection was diagnosed"),
    Quantity("CRS_onset", "", "event", "CRS rose above grade 0"),
    *(Quantity(drug, "", "drug", "a dose was given") for drug in DRUGS),
)

QUANTITIES = {quantity.name: quantity for quantity in _LIST}
"""By name. Each name means one thing: transfused platelets are counted as ``platelet_units``."""
