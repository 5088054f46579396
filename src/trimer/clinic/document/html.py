# SPDX-License-Identifier: Apache-2.0
"""Documents as one page of HTML that needs nothing beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.clinic.document.parts import Heading, spans

if TYPE_CHECKING:
    from trimer.clinic.document.parts import Document

_TEMPLATES = Path(__file__).parent / "templates"


def html(document: Document) -> str:
    """Return a document as HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["spans"] = spans
    environment.filters["slug"] = _slug
    contents = [part for part in document.parts if isinstance(part, Heading) and part.level == 1]
    css = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/\s*", "", css, flags=re.DOTALL)
    template = environment.get_template("page.html.jinja")
    return template.render(document=document, contents=contents, css=css)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
