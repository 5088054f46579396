# SPDX-License-Identifier: Apache-2.0
"""A plan as a page of HTML that needs nothing else, on the screen and on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from trimer.clinic.plan.formats.sheet import WIDE, sheet_of
from trimer.core.notice import SHORT_NOTICE

if TYPE_CHECKING:
    from trimer.clinic.plan.plan import InfusionPlan

TEMPLATES = Path(__file__).parents[1] / "templates"


def as_html(plan: InfusionPlan) -> str:
    """Return a plan as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from trimer import __version__

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("plan.html.jinja").render(
        sheet=sheet_of(plan), wide=WIDE, short_notice=SHORT_NOTICE, version=__version__
    )
