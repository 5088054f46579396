# SPDX-License-Identifier: Apache-2.0
"""Pages about the whole model: index, parameter card, what can be read, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.layout import text as plain
from trimer.model.parameter import BASES
from trimer.model.show import layout
from trimer.report.model_pages.markdown import (
    COMMAND,
    code,
    head,
    parameters,
    source_lines,
    table,
    unit,
    words,
)
from trimer.report.model_pages.part_page import used

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimer.core.sources import Source
    from trimer.model.model import Model
    from trimer.model.parameter import Parameter
    from trimer.report.model_pages.overview import Influence
    from trimer.report.model_pages.part import Chapter

_MEANINGS = {
    "measured": "a study of this very quantity",
    "fitted": "set so that the model meets published figures; known together with others only",
    "derived": "arithmetic on other values, definitions of units",
    "scaled": "taken from another molecule, species or model",
    "assumed": "judgment, without a figure behind it",
}


def index_page(model: Model, chapters: Sequence[Chapter], acts: Influence) -> str:
    """Return the first page: all parts in one picture, counts, assumptions, limits."""
    always = [chapter for chapter in chapters if not chapter.part.option]
    optional = [chapter for chapter in chapters if chapter.part.option]
    lines = [
        *head(f"The model `{model.name}`, version {model.version}", model),
        (
            f"{words(model.title)}: {len(model.species)} species, {len(model.flows)} processes, "
            f"{len(model.terms)} terms, {len(model.observables)} read-outs, "
            f"{len(model.parameters)} parameters, of which {len(model.varied)} differ between "
            "patients. Time is in days."
        ),
        "",
        "![All parts and which acts on which](overview.svg)",
        "",
        (
            "An arrow says that an equation of a part uses a quantity of another; the table below "
            "names them."
        ),
        "",
        "- [Parameter card](card.md): every number with unit, spread, source and basis",
        "- [What can be read](outputs.md): read-outs and their equations",
        "- [Variants](variants.md): structural options and what they change",
        (
            "- [Credibility](credibility.md): what the model may be used for, how it was checked, "
            "in the words of ICH M15"
        ),
        "- [Sources](sources.md)",
        "",
        "## Parts",
        "",
        *_parts(always, acts),
        "",
        "Optional, off unless asked for: "
        + ", ".join(f"[{one.part.short}]({one.part.name}.md)" for one in optional)
        + ".",
        "",
        "## How the numbers are known",
        "",
        *_bases(model),
        "",
        "Parameters by part; one that stands in the equations of several parts is counted in each.",
        "",
        *table(
            ("part", *BASES),
            ((f"[{one.part.short}]({one.part.name}.md)", *_counts(used(one))) for one in always),
        ),
        "",
        "## Assumptions",
        "",
        *(f"- {words(sentence)}" for sentence in model.assumptions),
        "",
        "## Limits of validity",
        "",
        *(f"- {words(sentence)}" for sentence in model.limits),
        "",
        (
            f"These pages are written by `{COMMAND.format(name=model.name)}` from the model; "
            "a test compares them."
        ),
    ]
    return "\n".join(lines) + "\n"


def card_page(model: Model) -> str:
    """Return the page of all parameters."""
    lines = [
        *head("Parameter card", model),
        "All parameters of [the model](index.md) in the order of the card.",
        (
            "A spread says how virtual patients differ; what is not known of a typical value is "
            "another matter, see [uncertainty](../how-to/sensitivity.md)."
        ),
        "",
        *_bases(model),
        "",
        *parameters(model.parameters),
    ]
    return "\n".join(lines) + "\n"


def outputs_page(model: Model) -> str:
    """Return the page of what can be read from a simulation."""
    lay = layout(model)
    rows = (
        (code(one.name), words(one.definition), unit(one.unit), code(plain(lay(one.expression))))
        for one in model.observables
    )
    parts = [one for one in model.parameters if one.name in model.read_outs]
    lines = [
        *head("What can be read", model),
        (
            "Read-outs of [the model](index.md). Species can be read by their symbols too. Noise "
            "of a measurement is not in them: the ward adds it when it looks."
        ),
        "",
        *table(("name", "what", "unit", "equation"), rows),
        "",
        "## Parameters that only a read-out uses",
        "",
        (
            "Some serve a grade that is read from the results, or another variant. They are drawn "
            "for every patient, so that the same patients can be treated in every variant."
        ),
        "",
        *parameters((*_only_read(model), *parts)),
    ]
    return "\n".join(lines) + "\n"


def sources_page(model: Model, more: Iterable[Source]) -> str:
    """Return the list of sources.

    Parameters
    ----------
    model : Model
        Whose sources come first.
    more : iterable of Source
        Those of optional parts.
    """
    known = dict(model.sources)
    for source in more:
        known.setdefault(source.key, source)
    lines = [
        *head("Sources", model),
        (
            "What the numbers and equations of [the model](index.md) cite, with how it was read. "
            "What is only known from memory says so."
        ),
        "",
    ]
    for key in sorted(known, key=str.lower):
        lines += source_lines(known[key])
    return "\n".join(lines).rstrip() + "\n"


def _parts(always: Sequence[Chapter], acts: Influence) -> list[str]:
    names = {chapter.part.name: chapter.part for chapter in always}

    def by(name: str) -> str:
        return "; ".join(
            f"{names[source].short} ({', '.join(code(symbol) for symbol in symbols)})"
            for (source, target), symbols in acts.items()
            if target == name
        )

    return table(
        ("part", "species", "processes", "acted on by"),
        (
            (
                f"[{words(one.part.title)}]({one.part.name}.md)", str(len(one.part.species)),
                str(len(one.flows)), by(one.part.name),
            )
            for one in always
        ),
    )  # fmt: skip


def _bases(model: Model) -> list[str]:
    counts = dict(zip(BASES, _counts(model.parameters), strict=True))
    rows = [
        (basis, counts[basis], f"{100 * int(counts[basis]) / len(model.parameters):.0f} %",
         _MEANINGS[basis])
        for basis in BASES
    ]  # fmt: skip
    return table(("basis", "parameters", "share", "is"), rows)


def _counts(rows: Iterable[Parameter]) -> tuple[str, ...]:
    found = [row.basis for row in rows]
    return tuple(str(found.count(basis)) for basis in BASES)


def _only_read(model: Model) -> tuple[Parameter, ...]:
    """Return the parameters that observables have and no other equation."""
    inside = {
        symbol.name
        for expression in (
            *(flow.rate for flow in model.flows),
            *(coefficient for flow in model.flows for _, coefficient in flow.changes),
            *(one.initial for one in model.species),
            *(one.residual for one in model.roots),
            *(one.expression for one in model.baselines),
            *(one.expression for one in model.terms),
            *(route.coefficient for route in model.routes),
        )
        for symbol in expression.free_symbols
    }
    read = {
        symbol.name for one in model.observables for symbol in one.expression.free_symbols
    } - inside
    return tuple(row for row in model.parameters if row.name in read)
