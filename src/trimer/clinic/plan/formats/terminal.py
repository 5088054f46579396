# SPDX-License-Identifier: Apache-2.0
"""A plan as text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from trimer.clinic.plan.formats.sheet import sheet_of

if TYPE_CHECKING:
    from trimer.clinic.plan.formats.sheet import Table
    from trimer.clinic.plan.plan import InfusionPlan

_WIDTH = 100
_WIDEST_CELL = 60


def as_text(plan: InfusionPlan) -> str:
    """Return a plan as text: facts, tables, notes, notice."""
    sheet = sheet_of(plan)
    width = max(len(name) for name, _ in sheet.facts)
    parts = [sheet.title]
    if sheet.stamp:
        parts.append(f"*** {sheet.stamp} ***")
    parts.append("\n".join(f"{name.ljust(width)}  {value}" for name, value in sheet.facts))
    parts += [f"{table.title}\n{_table(table)}" for table in sheet.tables]
    parts.append("\n".join(_wrapped(f"- {note}", "  ") for note in sheet.notes))
    if sheet.stamp:
        parts.append(f"*** {sheet.stamp} ***")
    parts.append(_wrapped(sheet.notice, ""))
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False)


def _table(table: Table) -> str:
    rows = [
        [textwrap.wrap(cell, _WIDEST_CELL) or [""] for cell in row]
        for row in (table.header, *table.rows)
    ]
    widths = [max(len(line) for row in rows for line in row[k]) for k in range(len(table.header))]
    lines = []
    for row in rows:
        for deep in range(max(len(cell) for cell in row)):
            cells = [cell[deep] if deep < len(cell) else "" for cell in row]
            lines.append(
                "  ".join(
                    cell.rjust(width) if k in table.right else cell.ljust(width)
                    for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
                ).rstrip()
            )
    return "\n".join(f"  {line}".rstrip() for line in lines)
