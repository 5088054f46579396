# SPDX-License-Identifier: Apache-2.0
"""Cytokines: T cells make TNF, interferon gamma and IL-2; macrophages make IL-6 and IL-10.

Macrophages that were activated become refractory, and so do those that see a little TNF or a
glucocorticoid: this is the model's priming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.model.build import Builder

_LEVEL = "pg/mL/day"


def declare(m: Builder) -> None:
    """Declare cytokines and macrophages."""
    _from_t_cells(m)
    _macrophages(m)
    _from_macrophages(m)


def _from_t_cells(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    SA = m.term(
        "SA",
        "cytokine-making early-activated T cells",
        "Gcell",
        y.TbA * t.ab + p.wm * y.TmA * t.am + p.wt * y.TtA,
    )
    SE = m.term(
        "SE",
        "cytokine-making effectors",
        "Gcell",
        y.TbE * t.ab + p.wm * y.TmE * t.am + p.wt * y.TtE * t.at,
    )
    S = m.term("S", "cytokine-making T cells", "Gcell", (SA + p.wE * SE) * (1 - t.Id))
    fb10 = m.term(
        "fb10", "cytokine output left by IL-10", "1", 1 / (1 + at_least(y.IL10, 0) / p.K10)
    )
    m.flow("IFNg release", "T cells make IFNg", _LEVEL, p.kIFN * S * fb10, {y.IFNg: 1})
    m.flow("IFNg decay", "IFNg is lost", _LEVEL, p.dIFN * y.IFNg, {y.IFNg: -1})
    m.flow("TNF release", "T cells make TNF", _LEVEL, p.kTNF * S * fb10, {y.TNF: 1})
    m.flow("TNF decay", "TNF is lost", _LEVEL, p.dTNF * y.TNF, {y.TNF: -1})
    m.flow("IL-2 release", "T cells make IL-2", _LEVEL, p.kIL2 * S, {y.IL2: 1})
    m.flow("IL-2 decay", "IL-2 is lost", _LEVEL, p.dIL2 * y.IL2, {y.IL2: -1})


def _macrophages(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    TNF = m.term("TNFp", "TNF, floored", "pg/mL", at_least(y.TNF, 0))
    u = m.term("u", "trigger of macrophages", "1", (TNF / p.KT + t.IFNp / p.KF) ** p.nM)
    rest = m.term("rest", "resting fraction of macrophages", "1", at_least(1 - y.Mac - y.MacR, 0))
    m.flow(
        "macrophage activation",
        "TNF and IFNg activate macrophages",
        "1/day",
        p.kMac * rest * u / (1 + u) * (1 - t.Id),
        {y.Mac: 1},
    )
    m.flow(
        "macrophage exhaustion",
        "activated macrophages turn refractory",
        "1/day",
        p.dMac * y.Mac,
        {y.Mac: -1, y.MacR: 1},
    )
    m.flow(
        "priming",
        "a little TNF or a glucocorticoid turns macrophages refractory",
        "1/day",
        rest * (p.kTol * TNF / (TNF + p.KTol) + p.kTolD * t.Id),
        {y.MacR: 1},
    )
    m.flow(
        "macrophage recovery",
        "refractory macrophages recover",
        "1/day",
        p.kMR * y.MacR,
        {y.MacR: -1},
    )


def _from_macrophages(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    m.flow("IL-6 baseline", "IL-6 made without the drug", _LEVEL, p.k6b, {y.IL6: 1})
    m.flow(
        "IL-6 release",
        "macrophages make IL-6",
        _LEVEL,
        p.k6 * y.Mac * (1 - t.Id) * t.fb10,
        {y.IL6: 1},
    )
    m.flow(
        "IL-6 decay",
        "IL-6 is lost, in part by its receptor, which tocilizumab blocks",
        _LEVEL,
        (p.d6n + p.d6R * (1 - t.RO)) * y.IL6,
        {y.IL6: -1},
    )
    m.flow("IL-10 baseline", "IL-10 made without the drug", _LEVEL, p.d10 * p.IL10b, {y.IL10: 1})
    m.flow("IL-10 release", "macrophages make IL-10", _LEVEL, p.k10 * y.Mac, {y.IL10: 1})
    m.flow("IL-10 decay", "IL-10 is lost", _LEVEL, p.d10 * y.IL10, {y.IL10: -1})
