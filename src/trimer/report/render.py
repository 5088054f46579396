# SPDX-License-Identifier: Apache-2.0
"""Put figures, tables and words of a run into one page of HTML that needs nothing else."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trimer.core.errors import DiskError
from trimer.core.notice import NOTICE, SHORT_NOTICE
from trimer.report import prose, tables, ward_tables, words
from trimer.report.course import stored_course
from trimer.report.data import RunData, read_run
from trimer.report.figures.blasts import blasts
from trimer.report.figures.concentration import concentration
from trimer.report.figures.crs import crs
from trimer.report.figures.crs_time import by_day, by_step
from trimer.report.figures.doses import doses
from trimer.report.figures.il6 import il6
from trimer.report.figures.paired import paired
from trimer.report.figures.response import response
from trimer.report.figures.t_cells import t_cells
from trimer.report.figures.temperature import temperature
from trimer.report.figures.timeline import timeline
from trimer.report.figures.trimers import trimers
from trimer.report.figures.waterfall import waterfall
from trimer.report.mathml import safe_mathml
from trimer.report.numbers import unit_text
from trimer.report.sheet import NARROW, WIDE, Sheet
from trimer.report.svg import to_svg
from trimer.report.theme import PALETTE, style
from trimer.report.ward import examples
from trimer.store import open_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimer.report.figures.plot import Plot

_TEMPLATES = Path(__file__).parent / "templates"
_COURSE = {
    "concentration": concentration,
    "trimers_per_blast": trimers,
    "blasts": blasts,
    "T_cells": t_cells,
    "IL6": il6,
    "temperature": temperature,
}
_CONTENTS = (
    ("question", "Question"),
    ("answer", "Answer"),
    ("model", "Model"),
    ("cohort", "Virtual patients"),
    ("design", "Design"),
    ("course", "Course"),
    ("outcomes", "Outcomes"),
    ("ward", "Ward"),
    ("failures", "Failures"),
    ("equations", "Equations and parameters"),
    ("sources", "Sources"),
    ("limits", "Limits"),
    ("methods", "Methods"),
    ("data", "Data"),
)
_FONT = '"Segoe UI", "Helvetica Neue", Roboto, "Liberation Sans", Arial, "DejaVu Sans", sans-serif'


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure as the template takes it."""

    number: int
    name: str
    title: str
    note: str
    alt: str
    wide: Markup
    narrow: Markup
    csv: str
    table: tables.Table


def write_report(run_folder: Path, out: Path | None = None) -> Path:
    """Write the report of a run: one HTML file that needs nothing beside it.

    Parameters
    ----------
    run_folder : Path
        Folder that ``trimer trial`` wrote, finished or interrupted.
    out : Path, optional
        File to write; ``report.html`` in the run folder by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    StoreError
        If a file of the run is missing or damaged, or no virtual patient was finished.
    DiskError
        If the report cannot be written.
    """
    run_folder = Path(run_folder)
    path = Path(out) if out is not None else run_folder / "report.html"
    page = render(read_run(run_folder))
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_text(page, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        message = (
            f"Cannot write the report '{path}': {error.strerror or error}. "
            "Free some space or choose another place with --out."
        )
        raise DiskError(message) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def render(run: RunData) -> str:
    """Return the report of a run as HTML.

    Parameters
    ----------
    run : RunData
        A run folder, read.
    """
    template = environment().get_template("report.html.jinja")
    return template.render(
        css=Markup(stylesheet()),  # noqa: S704 - our own file
        m=run.manifest,
        model=run.model,
        version=run.manifest.version,
        notice=NOTICE,
        short_notice=SHORT_NOTICE,
        grading=words.grading(run),
        contents=contents(run),
        state=prose.state(run),
        warning=prose.warning(run),
        context=prose.CONTEXT,
        answer=words.answer(run),
        model_words=prose.model(run),
        cohort_words=prose.cohort(run),
        design_words=prose.design(run),
        bands_words=prose.BANDS,
        methods_words=prose.METHODS,
        limits=prose.limits(run),
        ward_words=prose.WARD,
        care=ward_tables.care(run) if run.ward is not None else None,
        footer=prose.footer(run),
        figures=draw_all(run),
        covariates=tables.covariates(run),
        other_parameters=tables.other_parameters(run),
        at_start=tables.at_start(run),
        crs=tables.crs(run),
        responses=tables.responses(run),
        read_outs=tables.read_outs(run),
        failures=tables.failures(run),
        parameter_card=tables.parameter_card(run),
        methods=tables.methods(run),
        files=tables.Table(
            "Files of the run folder", ("File", "Holds"), tables.files(run), frozenset({0, 1})
        ),
        data_dictionary=tables.data_dictionary(run),
        equations=_equations(run),
        sources=[source_line(source) for source in run.model.sources],
        source_keys={source.get("key", "") for source in run.model.sources},
    )


def environment() -> Environment:
    """Return what reads the templates of the pages."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def plots(run: RunData) -> dict[str, list[Plot]]:
    """Every figure of a report by section, in reading order."""
    course = [make(run) for name, make in _COURSE.items() if run.has(name)]
    outcomes = [crs(run)]
    if run.is_response_assessed:
        outcomes = [waterfall(run), crs(run), response(run)]
    outcomes += [paired(run, run.arms[0], arm) for arm in run.arms[1:]]
    return {
        "design": [doses(run)],
        "course": course,
        "outcomes": outcomes,
        "ward": _on_ward(run) if run.ward is not None else [],
    }


def _on_ward(run: RunData) -> list[Plot]:
    """CRS by day and by step, and the timelines of patients chosen by rule."""
    figures = [by_day(run), by_step(run)]
    stored, arm = open_run(run.folder), run.arms[0]
    for why, patient in examples(run):
        course = stored_course(stored, patient, arm.name)
        lead = f"Virtual patient {patient} of arm {words.letter(run, arm)}, {why}."
        figures.append(timeline(course, name=f"timeline-{patient}", lead=lead))
    return figures


def contents(run: RunData) -> list[tuple[str, str]]:
    """Sections of the report; that of the ward where there was one."""
    return [(id_, name) for id_, name in _CONTENTS if id_ != "ward" or run.ward is not None]


def draw_all(run: RunData) -> dict[str, list[Drawn]]:
    """Draw every figure, wide and narrow."""
    drawn: dict[str, list[Drawn]] = {}
    number = 0
    with style():
        for section, figures in plots(run).items():
            drawn[section] = []
            for plot in figures:
                number += 1
                drawn[section].append(draw_plot(plot, number))
    return drawn


def stylesheet() -> str:
    """The page's style: palette of the figures in light and dark, then the layout."""

    def tokens(column: int) -> str:
        return " ".join(f"--fig-{name}: {pair[column]};" for name, pair in PALETTE.items())

    light = f"--page: #f4f6f8; {tokens(0)}"
    dark = f"--page: #0f151b; {tokens(1)}"
    return (
        f":root {{ color-scheme: light dark; --font: {_FONT}; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ --page: #ffffff; color-scheme: light; }} }}\n"
        + (_TEMPLATES / "report.css").read_text(encoding="utf-8")
    )


def draw_plot(plot: Plot, number: int) -> Drawn:
    """Draw a figure, wide and narrow; call it inside `trimer.report.theme.style`."""
    text = base64.b64encode(plot.csv().encode()).decode()
    return Drawn(
        number=number,
        name=plot.name,
        title=plot.title,
        note=plot.note,
        alt=plot.alt,
        wide=_drawing(plot, WIDE),
        narrow=_drawing(plot, NARROW),
        csv=f"data:text/csv;charset=utf-8;base64,{text}",
        table=tables.frame_table(plot.title, plot.shown),
    )


def _drawing(plot: Plot, sheet: Sheet) -> Markup:
    svg = to_svg(plot.draw(sheet), f"{plot.name}-{sheet.name}")
    return Markup(svg)  # noqa: S704 - matplotlib escapes what it writes


def _equations(run: RunData) -> list[tuple[str, list[dict[str, object]]]]:
    """Equations by kind, as their MathML where it is sound and as text otherwise."""
    groups: dict[str, list[dict[str, object]]] = {}
    for equation in run.model.equations:
        math = Markup(safe_mathml(equation.mathml))  # noqa: S704 - checked element by element
        groups.setdefault(prose.heading(equation.kind), []).append(
            {
                "name": equation.name,
                "definition": equation.definition,
                "unit": unit_text(equation.unit),
                "text": equation.text,
                "math": math,
            }
        )
    return list(groups.items())


def source_line(source: Mapping[str, str]) -> dict[str, str]:
    """A source as text and link; only web addresses become links."""
    doi, url = source.get("doi", ""), source.get("url", "")
    link = f"https://doi.org/{doi}" if doi else url if re.match(r"https?://", url) else ""
    parts = (source.get(name, "") for name in ("author", "title", "journal", "year"))
    return {
        "key": source.get("key", ""),
        "text": _sentence(parts),
        "link": link,
        "link_text": doi or url,
        "note": source.get("note", ""),
    }


def _sentence(parts: Iterable[str]) -> str:
    return ". ".join(part.rstrip(". ") for part in parts if part) + "."
