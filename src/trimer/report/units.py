# SPDX-License-Identifier: Apache-2.0
"""Names and units of what a ward reads, as they are printed."""

from __future__ import annotations

from trimer.protocol.quantities import QUANTITIES
from trimer.report.numbers import unit_text

_NAMES = {
    "MAP": "mean arterial pressure",
    "heart_rate": "heart rate",
    "respiratory_rate": "respiratory rate",
    "D_dimer": "D-dimer",
    "blasts": "marrow blasts",
    "ANC": "neutrophils",
}


def name_of(quantity: str) -> str:
    """Name of a quantity inside a sentence.

    Examples
    --------
    >>> name_of("MAP"), name_of("ALT")
    ('mean arterial pressure', 'ALT')
    """
    return _NAMES.get(quantity, quantity.replace("_", " "))


def unit_of(quantity: str) -> str:
    """Unit of a quantity, empty where it has none.

    Examples
    --------
    >>> unit_of("temperature"), unit_of("CRS")
    ('°C', '')
    """
    known = QUANTITIES.get(quantity)
    return unit_text(known.unit) if known else ""
