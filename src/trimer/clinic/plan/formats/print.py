# SPDX-License-Identifier: Apache-2.0
"""A plan as PDF, typeset by typst from the same sheet as the page."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.clinic.plan.formats.page import TEMPLATES
from trimer.clinic.plan.formats.sheet import WIDE, sheet_of
from trimer.core.notice import SHORT_NOTICE

if TYPE_CHECKING:
    from trimer.clinic.plan.plan import InfusionPlan


def as_pdf(plan: InfusionPlan) -> bytes:
    """Return a plan as a tagged PDF (PDF/UA-1)."""
    import typst

    sheet = asdict(sheet_of(plan))
    for table in sheet["tables"]:
        table["right"] = sorted(table["right"])
        table["wide"] = [name for name in table["header"] if name in WIDE]
    content: bytes = typst.compile(
        str(TEMPLATES / "plan.typ"),
        sys_inputs={"sheet": json.dumps(sheet), "short_notice": SHORT_NOTICE},
        font_paths=_fonts(),
        ignore_system_fonts=True,  # the same print on every machine
        timestamp=plan.made.replace(microsecond=0),
        pdf_standards=["ua-1"],
    )
    return content


def _fonts() -> list[str]:
    """Return the folder of the fonts that come with matplotlib; nothing of it is loaded."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return []
    return [str(Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf")]
