# SPDX-License-Identifier: Apache-2.0
"""Plans, made in one line."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from trimer import library
from trimer.clinic.plan import (
    Clock,
    InfusionPlan,
    Pharmacy,
    Size,
    make_plan,
    parse_start,
    read_pharmacy,
)
from trimer.protocol import Protocol, read_protocol

MADE = datetime(2027, 1, 1, tzinfo=UTC)
START = "2027-01-04T09:00+01:00"
DAY = 1440
HERE = Path(__file__).parent


@cache
def protocol(name: str = "flotetuzumab-multi-step") -> Protocol:
    """Return a shipped protocol."""
    return read_protocol(library.protocol_path(name))


@cache
def example() -> Pharmacy:
    """Return the shipped, invented pharmacy."""
    return read_pharmacy(library.pharmacies()["example"])


def plan(
    what: Protocol | str = "flotetuzumab-multi-step",
    *,
    kg: str = "70",
    m2: str | None = None,
    start: str = START,
    zone: str | None = None,
    **options: Any,
) -> InfusionPlan:
    """Return a plan."""
    treatment = protocol(what) if isinstance(what, str) else what
    if m2 is None and treatment.course is not None and treatment.course.maintenance.per_m2:
        m2 = "1.85"
    size = Size(Fraction(kg), None if m2 is None else Fraction(m2))
    return make_plan(treatment, size, Clock(parse_start(start, zone)), made=MADE, **options)


def interruption(at: str, hours: float) -> dict[str, tuple[datetime, int]]:
    """Return the argument for an interruption."""
    return {"interruption": (datetime.fromisoformat(at), round(hours * 60))}
