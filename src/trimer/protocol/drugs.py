# SPDX-License-Identifier: Apache-2.0
"""What rules and premedication can give: names, spellings, and doses in a unit that fits."""

from __future__ import annotations

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.protocol.dose import Amount, parse_amount
from trimer.protocol.tables import word

DRUGS = (
    "tocilizumab", "dexamethasone", "methylprednisolone", "acetaminophen", "fluids", "filgrastim",
    "red_cells", "platelet_units", "diphenhydramine", "levetiracetam",
)  # fmt: skip
"""What a rule or a premedication can give."""

SPELLINGS = {
    "G-CSF": "filgrastim", "red cells": "red_cells", "paracetamol": "acetaminophen",
    "platelets": "platelet_units",
}  # fmt: skip
"""Names that mean another; transfused platelets are no platelet count."""

_SAID = {"red_cells": "red cells", "platelet_units": "platelets"}
_COUNTED = {"fluids": "mL", "red_cells": "unit", "platelet_units": "unit"}


def drug_named(name: object, where: str) -> str:
    """Return the drug that a name means.

    Raises
    ------
    ProtocolError
        If no rule and no premedication can give it.

    Examples
    --------
    >>> drug_named("G-CSF", "an example")
    'filgrastim'
    """
    text = word(name)
    drug = SPELLINGS.get(text, text)
    if drug in DRUGS:
        return drug
    raise ProtocolError(f"Unknown drug '{text}' in {where}.{did_you_mean(text, _names())}")


def said(drug: str) -> str:
    """Return a drug as people write it.

    Examples
    --------
    >>> said("red_cells"), said("dexamethasone")
    ('red cells', 'dexamethasone')
    """
    return _SAID.get(drug, drug)


def dose_of(drug: str, text: object, where: str) -> Amount:
    """Read a dose of a drug.

    Raises
    ------
    ProtocolError
        If it is no dose, or in a unit in which the drug is not given.

    Examples
    --------
    >>> dose_of("fluids", "500 mL", "an example").value
    500.0
    """
    amount = parse_amount(text, where)
    allowed = (_COUNTED[drug],) if drug in _COUNTED else ("ng", "ug", "mg")
    if amount.unit not in allowed:
        raise ProtocolError(
            f"Wrong unit in {where}: got {said(drug)} {amount}; the dose is in "
            f"{' or '.join(allowed)}. Convert it."
        )
    return amount


def drug_and_dose(text: object, where: str) -> tuple[str, Amount]:
    """Read ``"dexamethasone 10 mg"`` or ``"red cells 2 units"``.

    Raises
    ------
    ProtocolError
        If it does not name a drug and a dose.

    Examples
    --------
    >>> drug, amount = drug_and_dose("red cells 2 units", "an example")
    >>> drug, str(amount)
    ('red_cells', '2 units')
    """
    words = " ".join(text.split()) if isinstance(text, str) else ""
    name = next((name for name in _names() if words.startswith(f"{name} ")), words.split(" ")[0])
    rest = words[len(name) :].strip()
    if not rest:
        raise ProtocolError(
            f"Wrong dose in {where}: got {shown(text)}; it names drug, amount and unit. "
            'Write it like "dexamethasone 10 mg".'
        )
    drug = drug_named(name, where)
    return drug, dose_of(drug, rest, where)


def _names() -> tuple[str, ...]:
    return (*DRUGS, *SPELLINGS)
