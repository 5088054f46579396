# SPDX-License-Identifier: Apache-2.0
"""Drugs and support as a ward gives them: how much for whom, and where it enters the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT
from trimer.protocol.dose import in_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.protocol.dose import Amount, Rate
    from trimer.protocol.limits import DrugLimits
    from trimer.protocol.protocol import Protocol

    Floats = NDArray[np.float64]

LEVELS = ("vasopressor", "oxygen", "antibiotic", "antifungal")
"""Support that is set to a level instead of given in doses."""

HIGHEST = {"vasopressor": 2, "oxygen": 3, "antibiotic": 1, "antifungal": 1}
"""Highest level of each."""

INFECTIONS = ("bacterial_infection", "fungal_infection")
"""What nature gives."""

NO_EFFECT = ("diphenhydramine", "levetiracetam")
"""Drugs that are written down and change nothing in any model."""

_MASSES = ("ng", "ug", "mg")


@dataclass(frozen=True, eq=False)
class Entry:
    """Where a drug enters the model.

    Parameters
    ----------
    drug : str
        Its name.
    kind : int
        `SET_INPUT` or `ADD_TO_SPECIES`.
    index : int
        Which input or species; -1 for a drug that changes nothing.
    per_unit : float64 array (n,)
        What one unit of amount does, for each patient.
    unit : str
        Unit of amount.
    """

    drug: str
    kind: int
    index: int
    per_unit: Floats
    unit: str


class Dispensary:
    """What the patients of a run can be given.

    Parameters
    ----------
    compiled : Compiled
        The model.
    P : float64 array (n, p)
        Its parameters.
    weight_kg, area_m2 : float64 arrays (n,)
        Body weight and surface.
    protocol : Protocol
        For its drug limits and for messages.
    """

    def __init__(
        self,
        compiled: Compiled,
        P: Floats,
        weight_kg: Floats,
        area_m2: Floats,
        protocol: Protocol,
    ) -> None:
        self.compiled = compiled
        self.weight_kg, self.area_m2 = weight_kg, area_m2
        self.protocol = protocol.name
        self.limits: dict[str, DrugLimits] = {limit.drug: limit for limit in protocol.drugs}
        self._factors = compiled.route_factors(P)
        self._routes = {(r.drug, r.kind): k for k, r in enumerate(compiled.routes)}

    def entry(self, drug: str, kind: str) -> Entry:
        """Return where a drug enters as ``"infusion"`` or ``"bolus"``.

        Raises
        ------
        ProtocolError
            If the model does not know it.
        """
        k = self._routes.get((drug, kind))
        if k is None:
            if drug in NO_EFFECT:
                return Entry(drug, ADD_TO_SPECIES, -1, np.zeros(len(self.weight_kg)), "mg")
            known = sorted({name for name, _ in self._routes})
            raise ProtocolError(
                f"Unknown drug '{drug}' in protocol '{self.protocol}' for model "
                f"'{self.compiled.name}', as {kind}.{did_you_mean(drug, known)}"
            )
        route = self.compiled.routes[k]
        which = SET_INPUT if kind == "infusion" else ADD_TO_SPECIES
        return Entry(drug, which, int(route.index), self._factors[:, k], route.amount_unit)

    def dose(self, drug: str, amount: Amount) -> Floats:
        """Return one dose for each patient, in the unit of the drug's entry, cut to its cap."""
        limits = self.limits.get(drug)
        doses = self._plain(drug, amount)
        if limits is None:
            return doses
        if limits.small_kg is not None and limits.small_dose is not None:
            small = self.weight_kg < limits.small_kg
            doses = np.where(small, self._plain(drug, limits.small_dose), doses)
        if limits.max_dose is not None:
            doses = np.minimum(doses, self._plain(drug, limits.max_dose))
        return doses

    def rates(self, rates: Iterable[Rate], drug: str) -> Floats:
        """Return the rates of an infusion for each patient, (rates, n), in **unit/day**."""
        unit = self.entry(drug, "infusion").unit
        return np.stack([self._rate(rate, unit) for rate in rates])

    def _rate(self, rate: Rate, unit: str) -> Floats:
        if rate.per_m2:
            size = self.area_m2
        else:
            size = self.weight_kg if rate.per_kg else np.ones(len(self.weight_kg))
        return in_unit(rate.value * size, "ng", unit)

    def _plain(self, drug: str, amount: Amount) -> Floats:
        unit = self.entry(drug, "bolus").unit
        size = self.area_m2 if amount.per_m2 else self.weight_kg if amount.per_kg else 1.0
        doses = np.broadcast_to(amount.value * size, len(self.weight_kg))
        if amount.unit == unit:
            return doses
        if amount.unit in _MASSES and unit in _MASSES:
            return in_unit(doses, amount.unit, unit)
        raise ProtocolError(
            f"Wrong unit of '{drug}' in protocol '{self.protocol}': got {amount}; model "
            f"'{self.compiled.name}' takes it in {unit}. Write it so."
        )
