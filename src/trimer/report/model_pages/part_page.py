# SPDX-License-Identifier: Apache-2.0
"""The page of one part: picture, species, processes, equations, doses, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model import tex
from trimer.model.layout import text as plain
from trimer.model.show import layout
from trimer.report.model_pages.markdown import (
    cited,
    code,
    displayed,
    head,
    parameters,
    table,
    unit,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimer.model.parameter import Parameter
    from trimer.model.parts import Baseline, Expr, Flow, Root, Species, Term
    from trimer.report.model_pages.dependence import Dependence, Process
    from trimer.report.model_pages.overview import Influence
    from trimer.report.model_pages.part import Chapter

_LIBRARY = "../../src/trimer/library"


def part_page(
    chapter: Chapter, chapters: Sequence[Chapter], acts: Influence, dependence: Dependence
) -> str:
    """Return the page of a part.

    Parameters
    ----------
    chapter : Chapter
        What is told.
    chapters : sequence of Chapter
        All, for links.
    acts : Influence
        Which part acts on which.
    dependence : Dependence
        Of the chapter's model.
    """
    part = chapter.part
    lines = [
        *head(part.title, chapter.model),
        f"A part of [the model](index.md){_option(chapter)}.",
        "",
        part.about,
        "",
        f"![Picture of this part]({part.name}.svg)",
        "",
        *_beside(chapter),
        *_neighbors(chapter, chapters, acts),
        *_files(chapter),
        *_species(chapter),
        *_processes(chapter, dependence),
        *_equations(chapter),
        *_doses(chapter),
        *_parameters(chapter),
    ]
    return "\n".join(lines).rstrip() + "\n"


def used(chapter: Chapter) -> tuple[Parameter, ...]:
    """Return the parameters that the equations of a chapter have, in the order of the card."""
    names = {symbol.name for expression in _all(chapter) for symbol in expression.free_symbols}
    return tuple(row for row in chapter.model.parameters if row.name in names)


def _all(chapter: Chapter) -> Iterator[Expr]:
    """Yield every expression of a chapter."""
    for flow in chapter.flows:
        yield flow.rate
        yield from (coefficient for _, coefficient in flow.changes)
    for species in _own_species(chapter):
        yield species.initial
    for root in _roots(chapter):
        yield root.residual
    for baseline in _baselines(chapter):
        yield baseline.expression
    for term in _terms(chapter):
        yield term.expression
    targets = {*chapter.part.species, *chapter.part.terms}
    for route in chapter.model.routes:
        if route.target in targets:
            yield route.coefficient


def _option(chapter: Chapter) -> str:
    option = chapter.part.option
    return f", only there with `{chapter.model.name}`" if option else ""


def _beside(chapter: Chapter) -> Iterator[str]:
    """Yield what the picture does not show."""
    part = chapter.part
    if part.aside:
        known = {name.name: name for _, name in chapter.model.quantities()}
        told = " and ".join(f"`{name}` ({known[name].definition})" for name in part.aside)
        yield f"Not drawn, because they act on nearly all of it: {told}."
        yield ""
    if part.alike:
        alike = ", ".join(f"`{name}`" for name in part.species if name in part.alike)
        yield f"Not drawn, because they are like those that are: {alike}."
        yield ""


def _neighbors(chapter: Chapter, chapters: Sequence[Chapter], acts: Influence) -> Iterator[str]:
    name = chapter.part.name
    for label, pairs in (
        ("Acted on by", [(pair[0], by) for pair, by in acts.items() if pair[1] == name]),
        ("Acts on", [(pair[1], by) for pair, by in acts.items() if pair[0] == name]),
    ):
        found = dict(pairs)
        told = [
            f"[{other.part.short}]({other.part.name}.md) "
            f"({', '.join(code(symbol) for symbol in found[other.part.name])})"
            for other in chapters
            if other.part.name in found
        ]
        if told:
            yield f"{label}: {'; '.join(told)}."
            yield ""


def _files(chapter: Chapter) -> list[str]:
    files = (f"[{words(name)}]({_LIBRARY}/{name})" for name in chapter.part.files)
    return [f"Defined in {', '.join(files)}.", ""]


def _species(chapter: Chapter) -> list[str]:
    own = _own_species(chapter)
    if not own:
        return []
    lay = layout(chapter.model)
    rows = (
        (code(one.name), words(one.definition), unit(one.unit), code(plain(lay(one.initial))))
        for one in own
    )
    return ["## Species", "", *table(("symbol", "what", "unit", "at the start"), rows), ""]


def _processes(chapter: Chapter, dependence: Dependence) -> list[str]:
    if not chapter.flows:
        return []
    lay = layout(chapter.model)
    rows = [
        _process_row(number, flow, dependence.process(flow), plain(lay(flow.rate)))
        for number, flow in enumerate(chapter.flows, start=1)
    ]
    heads = ("", "process", "what happens", "takes", "gives", "rate", "unit", "source")
    note = "Numbers are those of the picture. A process that runs both ways is marked ⇄."
    return ["## Processes", "", note, "", *table(heads, rows), ""]


def _process_row(number: int, flow: Flow, process: Process, rate: str) -> tuple[str, ...]:
    def side(ends: tuple[tuple[str, str], ...]) -> str:
        return ", ".join(code(f"{times}·{name}" if times else name) for name, times in ends)

    both = " ⇄" if process.both_ways else ""
    return (
        str(number), words(flow.name) + both, words(flow.definition), side(process.takes),
        side(process.gives), code(rate), unit(flow.unit), cited(flow.sources),
    )  # fmt: skip


def _equations(chapter: Chapter) -> Iterator[str]:
    lay = layout(chapter.model)
    roots, baselines = _roots(chapter), _baselines(chapter)
    if roots or baselines:
        yield from ("## Equations: at the start", "")
    for root in roots:
        yield from (
            (
                f"`{root.name}`: {words(root.definition)}; the solution between {root.lower:g} "
                f"and {root.upper:g} of"
            ),
            "",
        )
        yield from displayed(lay, "0", root.residual)
    for baseline in baselines:
        yield _told(baseline)
        yield ""
        yield from displayed(lay, tex.symbol(baseline.name), baseline.expression)
    if _terms(chapter):
        yield from ("## Equations: counts and signals", "")
    for term in _terms(chapter):
        yield _told(term) + (f" {cited(term.sources)}" if term.sources else "")
        yield ""
        yield from displayed(lay, tex.symbol(term.name), term.expression)
    yield from _rates_of_change(chapter)


def _rates_of_change(chapter: Chapter) -> Iterator[str]:
    model, lay = chapter.model, layout(chapter.model)
    changed = {name for flow in chapter.flows for name, _ in flow.changes}
    wanted = [name for name in (one.name for one in model.species) if name in changed]
    if not wanted:
        return
    rates = dict(zip((one.name for one in model.species), model.derivatives(), strict=True))
    yield from ("## Equations: rates of change", "")
    for name in wanted:
        yield from displayed(lay, tex.derivative(name), rates[name])


def _doses(chapter: Chapter) -> list[str]:
    targets = {*chapter.part.species, *chapter.part.terms}
    if chapter.part.option:
        return []
    lay = layout(chapter.model)
    rows = [
        (words(route.drug), route.kind, words(route.definition), code(route.target),
         words(route.amount_unit), code(plain(lay(route.coefficient))))
        for route in chapter.model.routes
        if route.target in targets
    ]  # fmt: skip
    if not rows:
        return []
    heads = ("what", "kind", "how", "enters", "unit of the amount", "times")
    note = (
        "A bolus adds amount times the factor to a species; an infusion sets an input to rate "
        "times the factor."
    )
    return ["## Doses and devices", "", note, "", *table(heads, rows), ""]


def _parameters(chapter: Chapter) -> list[str]:
    rows = used(chapter)
    if not rows:
        return []
    note = "All that stand in these equations, also where another part has them too."
    return ["## Parameters", "", note, "", *parameters(rows), ""]


def _told(part: Baseline | Term) -> str:
    of = "" if part.unit == "1" else f", {words(part.unit)}"
    return f"`{part.name}`: {words(part.definition)}{of}"


def _own_species(chapter: Chapter) -> tuple[Species, ...]:
    return tuple(one for one in chapter.model.species if one.name in chapter.part.species)


def _roots(chapter: Chapter) -> tuple[Root, ...]:
    return tuple(one for one in chapter.model.roots if one.name in chapter.part.terms)


def _baselines(chapter: Chapter) -> tuple[Baseline, ...]:
    return tuple(one for one in chapter.model.baselines if one.name in chapter.part.terms)


def _terms(chapter: Chapter) -> tuple[Term, ...]:
    return tuple(one for one in chapter.model.terms if one.name in chapter.part.terms)
