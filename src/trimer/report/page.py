# SPDX-License-Identifier: Apache-2.0
"""A page of an analysis: answer, sections of figures and tables, methods."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from trimer.core.notice import NOTICE, SHORT_NOTICE
from trimer.report.render import Drawn, draw_plot, environment, stylesheet
from trimer.report.theme import style
from trimer.store.disk import write_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trimer.report.figures.plot import Plot
    from trimer.report.tables import Table


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a page.

    Parameters
    ----------
    id, title : str
        Of its heading.
    words : str
        What stands before the figures.
    figures : sequence of Plot
        In reading order.
    tables : sequence of Table
        Below the figures.
    """

    id: str
    title: str
    words: str
    figures: Sequence[Plot] = field(default=())
    tables: Sequence[Table] = field(default=())


@dataclass(frozen=True, slots=True)
class _DrawnSection:
    id: str
    title: str
    words: str
    figures: Sequence[Drawn]
    tables: Sequence[Table]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of an analysis.

    Parameters
    ----------
    kind, title, state : str
        What kind of page, what it is about, and from what it was made.
    answer : sequence of str
        The finding, and what else there is to know at once.
    sections : sequence of Section
        In reading order.
    methods : sequence of str
        Sentences.
    """

    kind: str
    title: str
    state: str
    answer: Sequence[str]
    sections: Sequence[Section]
    methods: Sequence[str]


def write_page(page: Page, path: Path) -> Path:
    """Write a page: one HTML file that needs nothing beside it.

    Raises
    ------
    DiskError
        If the disk refuses.
    """
    write_text(path, render_page(page))
    return path


def render_page(page: Page) -> str:
    """Return a page as HTML."""
    from trimer import __version__

    sections, number = [], 0
    with style():
        for section in page.sections:
            drawn = []
            for plot in section.figures:
                number += 1
                drawn.append(draw_plot(plot, number))
            sections.append(
                _DrawnSection(section.id, section.title, section.words, drawn, section.tables)
            )
    return (
        environment()
        .get_template("analysis.html.jinja")
        .render(
            css=Markup(stylesheet()),  # noqa: S704 - our own file
            version=__version__,
            kind=page.kind,
            title=page.title,
            state=page.state,
            answer=page.answer,
            sections=sections,
            methods=page.methods,
            notice=NOTICE,
            short_notice=SHORT_NOTICE,
            footer=f"Written by Trimer {__version__}.",
            source_keys=set(),
        )
    )
