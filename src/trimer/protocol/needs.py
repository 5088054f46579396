# SPDX-License-Identifier: Apache-2.0
"""What a rule needs to be looked at, compared with what is ordered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.condition import Change, Compare, atoms
from trimer.core.condition.tree import name_of
from trimer.protocol.quantities import QUANTITIES
from trimer.protocol.times import duration_text

if TYPE_CHECKING:
    from trimer.protocol.monitoring import Monitoring
    from trimer.protocol.rule import Rule

_ORDERS = {"vital": "vitals", "lab": "labs", "marrow": "marrow_days"}
_OF = {
    "ICE": "neurology", "ICANS": "neurology", "ICE_change": "neurology", "organ_grade": "labs",
    "neutropenia": "labs", "fever": "vitals",
}  # fmt: skip


def monitoring_needs(monitoring: Monitoring | None, rule: Rule) -> tuple[list[str], list[str]]:
    """Return what a rule reads that nobody looks at, and what is looked at too rarely for it.

    Parameters
    ----------
    monitoring : Monitoring or None
        What is ordered; None is complained of elsewhere.
    rule : Rule
        With its conditions.
    """
    refused: list[str] = []
    unusual: list[str] = []
    if monitoring is None:
        return refused, unusual
    where = rule.where or f"rule '{rule.name}'"
    conditions = [rule.when] + ([rule.resume_when] if rule.resume_when else [])
    for atom in (atom for condition in conditions for atom in atoms(condition.tree)):
        order = _order(name_of(atom))
        if order is None:
            continue
        if not getattr(monitoring, order):
            refused.append(
                f"Monitoring rarer than a rule needs in {where}: rule '{rule.name}' reads "
                f"'{name_of(atom)}', but no {order} are ordered. Add {order} to [monitoring]."
            )
        elif order != "marrow_days" and isinstance(atom, Compare):
            rarest = monitoring.rarest(order) or 0
            needed = _needed(atom)
            if needed is not None and needed < rarest:
                unusual.append(
                    f"Monitoring rarer than a rule needs in {where}: rule '{rule.name}' asks for "
                    f"'{atom}', but {order} are looked at every {duration_text(rarest)} at times. "
                    "Look more often, or ask for a longer time."
                )
    return refused, unusual


def _order(name: str) -> str | None:
    """Return which order brings a quantity; None if it needs none."""
    if name in _OF:
        return _OF[name]
    base = QUANTITIES.get(name.removesuffix("_grade"))
    return _ORDERS.get(base.kind) if base is not None else None


def _needed(atom: Compare) -> int | None:
    """Return within how many **minutes** a comparison needs two looks; None if it does not."""
    if isinstance(atom.left, Change):
        return atom.left.over_minutes
    return atom.minutes or None
