# SPDX-License-Identifier: Apache-2.0
"""A course as it was planned: the same doses for everybody, whatever a ward would do."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from trimer.protocol import Protocol

if TYPE_CHECKING:
    from trimer.engine.solution import Compiled


def as_planned(protocol: Protocol, compiled: Compiled) -> Protocol:
    """Return the planned infusions and premedication as a fixed schedule.

    What the model does not know, such as an antihistamine, is left out, as on the ward; what is
    due before the first dose is given with it.
    """
    if not protocol.is_closed_loop:
        return protocol
    known = {route.drug for route in compiled.routes}
    doses = tuple(
        replace(dose, at=max(dose.at, Fraction(0))) for dose in protocol.doses if dose.drug in known
    )
    return Protocol(protocol.name, infusions=protocol.infusions, doses=doses)
