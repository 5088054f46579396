# SPDX-License-Identifier: Apache-2.0
"""A plan as JSON: for programs, with every event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trimer.clinic.plan.words import ASK, row_text
from trimer.core.notice import NOTICE

if TYPE_CHECKING:
    from fractions import Fraction

    from trimer.clinic.plan.plan import InfusionPlan
    from trimer.clinic.plan.step import Step


def as_json(plan: InfusionPlan) -> str:
    """Return a plan as JSON."""
    return json.dumps(record_of(plan), indent=1, ensure_ascii=False) + "\n"


def record_of(plan: InfusionPlan) -> dict[str, Any]:
    """Return a plan as a record; times with their offset, numbers in the unit of their name."""
    protocol, course, pharmacy = plan.protocol, plan.protocol.course, plan.pharmacy
    return {
        "notice": f"{NOTICE} {ASK}",
        "stamp": plan.stamp or None,
        "made": plan.made.isoformat(timespec="minutes"),
        "label": plan.label or None,
        "protocol": {"name": protocol.name, "title": protocol.title},
        "drug": plan.drug,
        "weight_kg": _number(plan.size.weight_kg),
        "surface_m2": _number(plan.size.surface_m2),
        "first_dose": plan.clock.start.isoformat(timespec="minutes"),
        "zone": plan.clock.zone or None,
        "cycles": course.cycles if course else None,
        "cycle_days": course.cycle_minutes / 1440 if course else None,
        "end": _time(plan, plan.end),
        "pharmacy": None
        if pharmacy is None
        else {"name": pharmacy.name, "fictitious": pharmacy.fictitious},
        "interruption": None
        if plan.gap is None
        else {
            "from": _time(plan, plan.gap.at),
            "until": _time(plan, plan.gap.until),
            "gap_minutes": plan.gap.gap,
            "restart": row_text(plan.gap.row),
        },
        "steps": [_step(plan, step) for step in plan.steps],
        "bags": [
            {
                "number": bag.number,
                "from": _time(plan, bag.start),
                "until": _time(plan, bag.end),
                "concentration": bag.preparation.text,
                "infused_mL": _number(bag.infused_ml),
                "filled_mL": _number(bag.filled_ml),
                "size_mL": _number(bag.size_ml),
                "drug_mcg": _number(bag.drug_mcg),
            }
            for bag in plan.bags
        ],
        "events": [
            {
                "time": _time(plan, event.minute),
                "minute": event.minute,
                "day": plan.day(event.minute),
                "cycle": plan.cycle(event.minute),
                "what": event.what,
                "text": event.text,
            }
            for event in plan.events
        ],
        "restart_table": [{"gap": row.gap, "then": row_text(row)} for row in plan.protocol.restart],
        "notes": list(plan.notes),
    }


def _step(plan: InfusionPlan, step: Step) -> dict[str, Any]:
    stretch, pump = step.stretch, step.pump
    return {
        "number": step.number,
        "kind": stretch.kind,
        "from": _time(plan, stretch.start),
        "until": _time(plan, stretch.end),
        "minutes": stretch.minutes,
        "rate": None if stretch.rate is None else step.rate_text,
        "mcg_per_day": _number(step.mcg_per_day),
        "mcg_per_h": _number(step.mcg_per_h),
        "mcg": _number(step.mcg),
        "pump": None
        if pump is None
        else {
            "concentration": pump.preparation.text,
            "exact_mL_per_h": _number(pump.exact),
            "mL_per_h": _number(pump.set_to),
            "error_percent": _number(pump.error * 100),
        },
    }


def _time(plan: InfusionPlan, minute: int) -> str:
    return plan.clock.at(minute).isoformat(timespec="minutes")


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
