# SPDX-License-Identifier: Apache-2.0
"""What is varied: parameters in which patients differ, and typical values of the card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.core.errors import InputError, did_you_mean
from trimer.patients import parse_spread
from trimer.trial.outcomes import DEVIATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimer.engine.compiled import CardRow
    from trimer.patients import Distribution

ASSUMED = "assumed"
"""Basis of what rests on judgment alone."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A parameter in which patients differ.

    Parameters
    ----------
    name, definition, unit, basis : str
        As in the card.
    value : float
        Of the typical patient.
    distribution : Distribution
        How patients differ.
    """

    name: str
    definition: str
    unit: str
    basis: str
    value: float
    distribution: Distribution


def between_patients(table: Iterable[CardRow]) -> tuple[Factor, ...]:
    """Return every parameter in which patients differ, but for what no equation uses."""
    return tuple(
        Factor(
            row.name, row.definition, row.unit, row.basis, row.value,
            parse_spread(row.spread, name=row.name, value=row.value),
        )
        for row in table
        if row.spread and row.name != DEVIATE and (row.value > 0 or "beta" in row.spread)
    )  # fmt: skip


def choose(factors: Sequence[Factor], names: Sequence[str]) -> tuple[Factor, ...]:
    """Return the factors with these names.

    Raises
    ------
    InputError
        If patients do not differ in one of them.
    """
    known = {factor.name: factor for factor in factors}
    for name in names:
        if name not in known:
            raise InputError(
                f"Patients do not differ in '{name}': the card gives it no spread."
                f"{did_you_mean(name, known)}"
            )
    return tuple(known[name] for name in dict.fromkeys(names))
