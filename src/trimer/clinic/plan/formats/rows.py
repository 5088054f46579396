# SPDX-License-Identifier: Apache-2.0
"""A plan as CSV: one row an event, for spreadsheets."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from typing import TYPE_CHECKING

from trimer.clinic.plan.numbers import written
from trimer.core.notice import SHORT_NOTICE

if TYPE_CHECKING:
    from trimer.clinic.plan.plan import InfusionPlan

HEADER = (
    "time", "time_utc", "hours_since_first_dose", "day", "cycle", "what", "text", "rate",
    "mcg_per_day", "mcg_per_h", "mL_per_h", "notice",
)  # fmt: skip


def as_csv(plan: InfusionPlan) -> str:
    """Return a plan as CSV, with the notice in the last column of every row."""
    notice = f"{plan.stamp}; {SHORT_NOTICE}" if plan.stamp else SHORT_NOTICE
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for event in plan.events:
        step = event.step
        pump = None if step is None else step.pump
        writer.writerow(
            (
                plan.clock.at(event.minute).isoformat(timespec="minutes"),
                f"{plan.clock.utc(event.minute):%Y-%m-%dT%H:%MZ}",
                _plain(Fraction(event.minute, 60)),
                plan.day(event.minute),
                plan.cycle(event.minute) or "",
                event.what,
                event.text,
                "" if step is None or step.stretch.rate is None else step.rate_text,
                "" if step is None else _plain(step.mcg_per_day),
                "" if step is None else _plain(step.mcg_per_h),
                "" if pump is None else _plain(pump.set_to),
                notice,
            )
        )
    return text.getvalue()


def _plain(number: Fraction) -> str:
    return written(number, digits=6).replace(",", "")
