# SPDX-License-Identifier: Apache-2.0
"""The page of structural options: what each changes, found by comparing the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.library.variants import MEANINGS
from trimer.model import tex
from trimer.model.show import layout
from trimer.report.model_pages.markdown import code, displayed, head, parameters, table, words
from trimer.report.model_pages.part import quantities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trimer.model.model import Model
    from trimer.model.parts import Expr


def variants_page(
    model: Model, variants: Mapping[tuple[str, str], Model], pages: Mapping[str, str]
) -> str:
    """Return the page.

    Parameters
    ----------
    model : Model
        The shipped model.
    variants : mapping of (option, value) to Model
        The model with one choice changed.
    pages : mapping of str to str
        Options that have a page of their own, and the name of that page.
    """
    values: dict[str, list[str]] = {}
    for option, value in variants:
        values.setdefault(option, []).append(value)
    plain = model.name
    rows = (
        (code(option), ", ".join(code(f"{plain}:{option}={value}") for value in others),
         words(MEANINGS[option]))
        for option, others in values.items()
    )  # fmt: skip
    lines = [
        *head("Variants", model),
        (
            "Some of [the model](index.md) rests on a mechanism that nobody measured. Such "
            "mechanisms are options: switch one and see whether the answer stays. All variants "
            "share one parameter card. [How to use them](../how-to/variants.md)."
        ),
        "",
        *table(("option", "variants", "what it is about"), rows),
        "",
    ]
    for (option, value), variant in variants.items():
        lines += [f"## `{option}={value}`", "", *_size(model, variant)]
        if option in pages:
            lines += [f"Told on [its own page]({pages[option]}.md).", ""]
        else:
            lines += _changes(model, variant)
    return "\n".join(lines).rstrip() + "\n"


def _size(model: Model, variant: Model) -> list[str]:
    return [
        (
            f"{len(variant.species)} species instead of {len(model.species)}, "
            f"{len(variant.flows)} processes instead of {len(model.flows)}, "
            f"{len(_in_use(variant))} parameters in use instead of {len(_in_use(model))}."
        ),
        "",
    ]


def _changes(model: Model, variant: Model) -> Iterator[str]:
    yield from _gone_and_new(model, variant)
    lay = layout(variant)
    before, after = _expressions(model), _expressions(variant)
    changed = [name for name, expression in after.items() if before.get(name) != expression]
    if changed:
        yield from ("Equations that differ or are new:", "")
    known = quantities(variant)
    for name in changed:
        if name in known:
            yield f"`{name}`: {words(known[name].definition)}"
            yield ""
            yield from displayed(lay, tex.symbol(name), after[name])
        else:
            yield from displayed(lay, tex.derivative(name.removeprefix("d ")), after[name])
    new = _in_use(variant) - _in_use(model)
    rows = [row for row in variant.parameters if row.name in new]
    if rows:
        yield from ("Parameters that are new:", "", *parameters(rows), "")


def _gone_and_new(model: Model, variant: Model) -> Iterator[str]:
    for label, one, other in (("Left out", model, variant), ("Added", variant, model)):
        there = {species.name for species in other.species}
        species = [
            f"`{part.name}` ({words(part.definition)})"
            for part in one.species
            if part.name not in there
        ]
        if species:
            yield from (f"{label}: {', '.join(species)}.", "")
    kept, used = _in_use(variant), _in_use(model)
    gone = [code(row.name) for row in model.parameters if row.name in used - kept]
    if gone:
        yield from (f"Parameters without use: {', '.join(gone)}.", "")


def _in_use(model: Model) -> set[str]:
    """Return the parameters of a model that are not there for other variants or read-outs only."""
    return {row.name for row in model.parameters} - {*model.read_outs}


def _expressions(model: Model) -> dict[str, Expr]:
    """Return terms and rates of change by name; the latter as ``d NAME``."""
    found = {term.name: term.expression for term in model.terms}
    rates = zip(model.species, model.derivatives(), strict=True)
    return found | {f"d {species.name}": rate for species, rate in rates}
