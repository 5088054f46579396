# SPDX-License-Identifier: Apache-2.0
"""From a protocol, which names drugs, to a schedule, which knows inputs and species."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT, Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.protocol.events import DoseEvent

_ROUTE_OF = {"rate": "infusion", "bolus": "bolus"}
_IN_NANOGRAMS = {"ng": 1.0, "ug": 1e3, "mg": 1e6}


def resolve(
    compiled: Compiled, events: Sequence[DoseEvent], protocol: str
) -> list[tuple[int, float]]:
    """Find the route of each event, and the factor from its unit of amount to the route's.

    Raises
    ------
    ProtocolError
        If the model knows no such drug, or not this way of giving it.
    """
    routes = {(route.drug, route.kind): k for k, route in enumerate(compiled.routes)}
    found = []
    for event in events:
        kind = _ROUTE_OF[event.kind]
        if (event.drug, kind) not in routes:
            raise ProtocolError(_no_route(compiled, event.drug, kind, protocol))
        k = routes[event.drug, kind]
        unit = compiled.routes[k].amount_unit
        given = event.amount_unit.removesuffix("/day")
        if unit not in _IN_NANOGRAMS:
            raise ProtocolError(
                f"Wrong unit of '{event.drug}' in protocol '{protocol}': got {given}; model "
                f"'{compiled.name}' takes it in {unit}, which a protocol cannot write yet."
            )
        found.append((k, _IN_NANOGRAMS[given] / _IN_NANOGRAMS[unit]))
    return found


def _no_route(compiled: Compiled, drug: str, kind: str, protocol: str) -> str:
    drugs = sorted({route.drug for route in compiled.routes})
    if drug not in drugs:
        hint = did_you_mean(drug, drugs)
        return f"Unknown drug '{drug}' in protocol '{protocol}' for model '{compiled.name}'.{hint}"
    other = "give it as single doses" if kind == "infusion" else "infuse it"
    return (
        f"No {kind} of '{drug}' in model '{compiled.name}', as protocol '{protocol}' asks for; "
        f"{other} instead."
    )


def build_schedule(
    compiled: Compiled,
    P: NDArray[np.float64],
    weight_kg: NDArray[np.float64],
    events: Sequence[DoseEvent],
    protocol: str,
) -> Schedule:
    """Return the doses of all patients, who share times but not amounts.

    Parameters
    ----------
    compiled : Compiled
        The model.
    P : float64 array (N, p)
        Parameters of the patients.
    weight_kg : float64 array (N,)
        Body weight, in **kg**.
    events : sequence of DoseEvent
        In the order in which they are carried out.
    protocol : str
        Name of the protocol, for messages.
    """
    routes = resolve(compiled, events, protocol)
    if any(event.per_kg for event in events) and np.isnan(weight_kg).all():
        raise ProtocolError(
            f"Doses per kilogram in protocol '{protocol}', but model '{compiled.name}' has no body "
            f"weight '{compiled.weight}'. Write the doses without /kg."
        )
    per_unit = compiled.route_factors(P)
    amounts = np.empty((len(P), len(events)))
    with np.errstate(all="ignore"):  # an infinite dose is a patient who fails, with a reason
        for j, (event, (k, factor)) in enumerate(zip(events, routes, strict=True)):
            amounts[:, j] = event.amount * factor * per_unit[:, k]
            if event.per_kg:
                amounts[:, j] *= weight_kg
    return Schedule.shared(
        [event.time_days for event in events],
        [SET_INPUT if event.kind == "rate" else ADD_TO_SPECIES for event in events],
        [compiled.routes[k].index for k, _ in routes],
        amounts,
    )
