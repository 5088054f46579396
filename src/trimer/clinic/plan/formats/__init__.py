# SPDX-License-Identifier: Apache-2.0
"""How a plan is written: as table, JSON, CSV, calendar, page and print."""

from trimer.clinic.plan.formats.write import FORMATS, format_of, rendered, write_plan

__all__ = ["FORMATS", "format_of", "rendered", "write_plan"]
