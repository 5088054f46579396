# SPDX-License-Identifier: Apache-2.0
"""Who acts on what, and which way: read from the equations of a model.

An arc goes from what a picture shows to the next thing it shows; terms that are not shown in
between are followed through. Which way it acts is found by raising the source, with all else that
is shown held fixed, at many states: up at some and down at none is `stimulates`, and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from trimer.core.errors import InputError
from trimer.report.model_pages.evaluate import evaluate, states

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimer.model.model import Model
    from trimer.model.parts import Expr, Flow, Term
    from trimer.report.model_pages.evaluate import Values
    from trimer.report.model_pages.part import Chapter

_RAISED = (2.0, 1e4)
"""By how much a source is raised; far, if what it acts on does not feel it at first."""

Way: TypeAlias = Literal["stimulates", "inhibits", "modulates"]


@dataclass(frozen=True, slots=True)
class Arc:
    """A node acts on a process or on a term; `target` is the name of either."""

    source: str
    target: str
    way: Way


@dataclass(frozen=True, slots=True)
class Process:
    """A flow as a picture shows it.

    Parameters
    ----------
    flow : Flow
        The process.
    takes, gives : tuple of (str, str)
        Species it takes from and adds to, each with how much where that is not one.
    both_ways : bool
        Whether it also runs backwards.
    """

    flow: Flow
    takes: tuple[tuple[str, str], ...]
    gives: tuple[tuple[str, str], ...]
    both_ways: bool

    @property
    def ends(self) -> tuple[str, ...]:
        """Names of the species that it changes."""
        return tuple(name for name, _ in (*self.takes, *self.gives))


class Dependence:
    """Arcs and processes of one model.

    Parameters
    ----------
    model : Model
        Whose equations are read.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._values = states(model)
        self._terms: dict[str, Term] = {term.name: term for term in model.terms}
        self._levels = {part.name for part in model.species} | {part.name for part in model.inputs}

    def process(self, flow: Flow) -> Process:
        """Return what a flow takes and gives."""
        takes: list[tuple[str, str]] = []
        gives: list[tuple[str, str]] = []
        for name, coefficient in flow.changes:
            amount = evaluate(coefficient, self._values)
            side = takes if np.all(amount < 0) else gives
            side.append((name, _times(coefficient)))
        rate = evaluate(flow.rate, self._values)
        both = bool(np.any(rate < 0) and np.any(rate > 0))
        return Process(flow, tuple(takes), tuple(gives), both)

    def arcs(self, chapter: Chapter) -> tuple[Arc, ...]:
        """Return who acts on the processes and own terms of a chapter, of what its picture shows.

        What a process takes or gives sets its pace as well, as a rule; that is no arc.

        Raises
        ------
        InputError
            If something acts that the picture does not show.
        """
        part = chapter.part
        shown = frozenset((*part.shown, *part.aside))
        found: list[Arc] = []
        targets = [(flow.name, flow.rate, {name for name, _ in flow.changes})
                   for flow in chapter.flows
                   if not {name for name, _ in flow.changes} & part.alike]  # fmt: skip
        targets += [
            (name, self._terms[name].expression, set())
            for name in part.shown
            if name in part.terms and name in self._terms and name not in part.given
        ]
        missing: dict[str, str] = {}
        for target, expression, ends in targets:
            sources, hidden, unseen = self._sources(expression, shown)
            missing |= dict.fromkeys(unseen - ends, target)
            found += [
                Arc(source, target, self._way(expression, source, hidden))
                for source in part.shown
                if source in sources - ends
            ]
        if missing:
            raise InputError(
                *(
                    f"In the picture of part '{part.name}' of '{self.model.name}', '{name}' acts "
                    f"on '{target}' and is not shown. Give it, or a term in between, a place in "
                    "the map."
                    for name, target in missing.items()
                )
            )
        return tuple(found)

    def acts(self, expression: Expr, targets: Iterable[str]) -> frozenset[str]:
        """Return which of `targets`, levels, an expression depends on through any terms."""
        sources, _, unseen = self._sources(expression, frozenset())
        return frozenset(targets) & (sources | unseen)

    def _sources(
        self, expression: Expr, shown: frozenset[str]
    ) -> tuple[set[str], list[str], set[str]]:
        """Return what is shown, which terms are passed, which levels are not shown."""
        sources: set[str] = set()
        hidden: set[str] = set()
        unseen: set[str] = set()
        ahead = [symbol.name for symbol in expression.free_symbols]
        while ahead:
            name = ahead.pop()
            if name in shown:
                sources.add(name)
            elif name in self._terms and name not in hidden:
                hidden.add(name)
                ahead += [symbol.name for symbol in self._terms[name].expression.free_symbols]
            elif name in self._levels:
                unseen.add(name)
        return sources, [name for name in self._terms if name in hidden], unseen

    def _way(self, expression: Expr, source: str, hidden: Iterable[str]) -> Way:
        plain = evaluate(expression, self._through(hidden, self._values))
        least = 1e-9 * np.abs(plain)
        for times in _RAISED:
            # by its size: a multiple of what is below zero would lower it
            level = self._values[source]
            raised = dict(self._values) | {source: level + (times - 1) * np.abs(level)}
            more = evaluate(expression, self._through(hidden, raised))
            up, down = bool(np.any(more - plain > least)), bool(np.any(plain - more > least))
            if up != down:
                return "stimulates" if up else "inhibits"
            if up:
                break
        return "modulates"

    def _through(self, hidden: Iterable[str], values: Mapping[str, Values]) -> dict[str, Values]:
        found = dict(values)
        for name in hidden:
            found[name] = evaluate(self._terms[name].expression, found)
        return found


def _times(coefficient: Expr) -> str:
    """Return how much of a species one turn takes or gives; empty for one, or one by a volume."""
    size = coefficient if not coefficient.could_extract_minus_sign() else -coefficient
    return "" if size == 1 or size.is_Pow else str(size)
