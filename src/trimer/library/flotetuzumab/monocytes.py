# SPDX-License-Identifier: Apache-2.0
"""Monocytes and macrophages: they make IL-6 and IL-10, and they become tolerant.

Four mechanisms of tolerance are choices of the model. *threshold*: the stimulus that monocytes
have got used to raises the level they need, so that a larger step is felt again; a part of those
that were active turns refractory for long. *pool*: all that were active, and those that see a
little TNF, turn refractory. *exposure*: output falls with the IL-6 of the past days. *none*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.library.flotetuzumab.options import Options
    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_LEVEL = "pg/mL/day"


def states(m: Builder, options: Options) -> None:
    """Declare what monocytes remember."""
    if options.tolerance == "threshold":
        m.initial(m.species("Ad", "stimulus that monocytes are used to", "1", scale=0.1), 0)
    if options.tolerance == "exposure":
        m.initial(
            m.species("Past", "IL-6 above rest, of the past days", "pg/mL*day", scale=10.0), 0
        )


def declare(m: Builder, options: Options) -> None:
    """Declare activation, tolerance and what is made."""
    y, p, t = m.states, m.parameters, m.terms
    X = m.term("X", "stimulus of monocytes", "1", t.TNFp / p.KT + t.IFNp / p.KF)
    m.term("u", "trigger of monocytes", "1", t.ready * (X / _threshold(m, X, options)) ** p.nM)
    spent: Expr = at_least(y.Mac, 0)
    if options.tolerance in {"threshold", "pool"}:
        spent = y.Mac + y.MacR
    rest = m.term("rest", "resting fraction of monocytes", "1", at_least(1 - spent, 0))
    m.flow(
        "monocyte activation",
        "TNF and interferon gamma activate monocytes",
        "1/day",
        p.kMac * rest * t.u / (1 + t.u) * (1 - t.Id),
        {y.Mac: 1},
    )
    _spent(m, rest, options)
    _products(m, options)


def _threshold(m: Builder, X: Symbol, options: Options) -> Expr | int:
    """Return how much more stimulus monocytes need than at rest."""
    if options.tolerance != "threshold":
        return 1
    y, p = m.states, m.parameters
    m.flow("tolerance onset", "monocytes get used to their stimulus", "1/day",
           p.kAu * at_least(X - y.Ad, 0), {y.Ad: 1})  # fmt: skip
    m.flow("tolerance loss", "without it they recover", "1/day",
           p.kAd * at_least(y.Ad - X, 0), {y.Ad: -1})  # fmt: skip
    return 1 + p.wA * at_least(y.Ad, 0)


def _spent(m: Builder, rest: Symbol, options: Options) -> None:
    y, p, t = m.states, m.parameters, m.terms
    share: Expr | int = 1 if options.tolerance == "pool" else 0
    if options.tolerance == "threshold":
        share = p.fRef
    changes: dict[Symbol, Expr | int] = {y.Mac: -1}
    if share != 0:
        changes[y.MacR] = share
    m.flow("monocyte exhaustion", "active monocytes fall silent", "1/day", p.dMac * y.Mac, changes)
    if share == 0:
        return
    by_TNF = p.kTol if options.tolerance == "threshold" else p.kTolP
    m.flow(
        "priming",
        "a little TNF or a glucocorticoid turns monocytes refractory",
        "1/day",
        rest * (by_TNF * t.TNFp / (t.TNFp + p.KTol) + p.kTolD * t.Id),
        {y.MacR: 1},
    )
    m.flow(
        "monocyte recovery", "refractory monocytes recover", "1/day", p.kMR * y.MacR, {y.MacR: -1}
    )


def _products(m: Builder, options: Options) -> None:
    y, p, t = m.states, m.parameters, m.terms
    output = p.k6 * y.Mac * (1 - t.Id) * t.fb10
    scale = {"pool": "f6pool", "exposure": "f6past", "none": "f6none"}.get(options.tolerance)
    if scale is not None:
        output = p[scale] * output
    if options.tolerance == "exposure":
        output = output / (1 + at_least(y.Past, 0) / p.KPast)
        excess = at_least(y.IL6 - p.IL6f, 0)
        m.flow("exposure", "IL-6 of the past days adds up", "pg/mL", excess, {y.Past: 1})
        m.flow("exposure fades", "and fades", "pg/mL", p.kAd * y.Past, {y.Past: -1})
    m.flow("IL-6 baseline", "IL-6 made without the drug", _LEVEL, p.k6b, {y.IL6: 1})
    m.flow("IL-6 release", "monocytes make IL-6", _LEVEL, output, {y.IL6: 1})
    m.flow(
        "IL-6 decay",
        "IL-6 is lost, in part by its receptor, which tocilizumab blocks",
        _LEVEL,
        (p.d6n + p.d6R * (1 - t.RO)) * y.IL6,
        {y.IL6: -1},
    )
    m.flow("IL-10 baseline", "IL-10 made without the drug", _LEVEL, p.d10 * p.IL10b, {y.IL10: 1})
    m.flow("IL-10 release", "monocytes make IL-10", _LEVEL, p.k10 * y.Mac, {y.IL10: 1})
    m.flow("IL-10 decay", "IL-10 is lost", _LEVEL, p.d10 * y.IL10, {y.IL10: -1})
