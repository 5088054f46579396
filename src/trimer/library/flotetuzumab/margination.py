# SPDX-License-Identifier: Apache-2.0
"""Margination: drug that reaches tissue calls T cells there, until they are used to the level.

Drug in tissue lags behind plasma by hours, and the steepness keeps T cells away for half a day
although they begin to adapt at once: they are fewest in blood after six to nine hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.model.build import Builder
    from trimer.model.parts import Expr


def of_rise(m: Builder, drug: Symbol) -> Expr:
    """Return what the rise of the drug over the level of adaptation does, 0 to 1."""
    y, p = m.states, m.parameters
    now = (at_least(drug, 0) / p.KMg) ** p.nMg
    used = (at_least(y.Dad, 0) / p.KMg) ** p.nMg
    return at_least(now - used, 0) / (1 + now)
