# SPDX-License-Identifier: Apache-2.0
"""T cells: traffic between blood, marrow and tissue, activation, expansion, exhaustion.

A rise of the drug makes T cells leave the blood (margination); they adapt to a steady level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Rational

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_CELLS = "Gcell/day"


def declare(
    m: Builder,
    drug: Symbol | None = None,
    margination: Expr | None = None,
    outside: Symbol | None = None,
) -> None:
    """Declare traffic and fate of T cells.

    `drug` is the level that makes T cells leave the blood and that they adapt to, by default that
    in plasma; `margination` is what its rise does, 0 to 1; `outside` is how many effectors come
    from one early-activated cell outside the marrow, by default ``nd`` as in it.
    """
    p = m.parameters
    _shared(m)
    drug = m.states.Dc if drug is None else drug
    if margination is None:
        margination = at_least(drug - m.states.Dad, 0) / (at_least(drug, 0) + p.KMg)
    _traffic(m, drug, margination)
    born = p.nd if outside is None else outside
    for place, mark, effectors in (
        ("blood", "b", born),
        ("marrow", "m", p.nd),
        ("tissue", "t", born),
    ):
        _fate(m, place, mark, effectors)
    _blood(m)
    _marrow(m)
    _tissue(m)


def _shared(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    stimulus = m.term("il2", "expansion by IL-2", "1", 1 + y.IL2 / (y.IL2 + p.KIL2))
    m.term("grow", "division of effectors", "1/day", p.rho * stimulus * t.brake * t.sup)
    m.term("rabp", "activation in blood", "1/day", p.kact * t.ab * t.sup)
    m.term("ramp", "activation in marrow", "1/day", p.kact * t.am * t.sup)
    m.term("ratp", "activation in tissue", "1/day", p.kact * t.at * t.sup)
    m.term("lim", "room for T cells in marrow", "1", at_least(1 - t.TmT / p.Tmax, 0))


def _traffic(m: Builder, drug: Symbol, margination: Expr) -> None:
    y, p, t = m.states, m.parameters, m.terms
    Mg = m.term(
        "Mg",
        "margination by a rise of the drug",
        "1",
        margination,
        sources=("Hosseini2020",),
    )
    kbt0 = m.term("kbt0", "blood to tissue at rest", "1/day", p.ktb * t.TtR0 / t.TbR0)
    kbm0 = m.term("kbm0", "blood to marrow at rest", "1/day", p.kmb * t.TmR0 / t.TbR0)
    kbt = m.term("kbt", "blood to tissue", "1/day", kbt0 * (1 + p.fMg * Mg))
    kbm = m.term("kbm", "blood to marrow", "1/day", kbm0 * (1 + p.fMg * Mg / 2))
    quarter = Rational(1, 4)
    to_tissue = {
        "resting": (kbt * y.TbR - p.ktb * y.TtR, y.TbR, y.TtR),
        "early-activated": (p.fA * kbt0 * quarter * y.TbA - p.ktbE * y.TtA, y.TbA, y.TtA),
        "effector": (kbt * y.TbE - p.ktb * y.TtE, y.TbE, y.TtE),
    }
    to_marrow = {
        "resting": (kbm * y.TbR - p.kmb * y.TmR, y.TbR, y.TmR),
        "early-activated": (p.fA * kbm0 * quarter * y.TbA - 0.3 * p.kmb * y.TmA, y.TbA, y.TmA),
        "effector": (kbm * y.TbE - p.kmb * y.TmE, y.TbE, y.TmE),
    }
    for place, exchange in (("tissue", to_tissue), ("marrow", to_marrow)):
        for kind, (rate, blood, there) in exchange.items():
            m.flow(
                f"{kind} T cells to {place}",
                f"net traffic from blood to {place}",
                _CELLS,
                rate,
                {blood: -1, there: 1},
            )
    m.flow(
        "margination adapts",
        "T cells get used to the drug level",
        "nmol/L/day",
        p.kad * (drug - y.Dad),
        {y.Dad: 1},
    )


def _fate(m: Builder, place: str, mark: str, effectors: Symbol) -> None:
    """Declare what happens to T cells everywhere: activate, divide into effectors, die."""
    p = m.parameters
    resting, early, effector = (m.states[f"T{mark}{kind}"] for kind in "RAE")
    activation = m.terms[f"ra{mark}p"]
    m.flow(
        f"{place} activation",
        "T cells activate",
        _CELLS,
        activation * resting,
        {resting: -1, early: 1},
    )
    m.flow(
        f"{place} differentiation",
        "early-activated T cells divide into effectors",
        _CELLS,
        p.kAE * early,
        {early: -1, effector: effectors},
    )
    m.flow(f"{place} early death", "early-activated T cells die", _CELLS, p.dA * early, {early: -1})
    m.flow(f"{place} effector death", "effectors die", _CELLS, p.dE * effector, {effector: -1})


def _blood(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    m.flow("blood expansion", "effectors divide", _CELLS, t.grow * t.ab * y.TbE, {y.TbE: 1})
    m.flow(
        "blood reversion",
        "unstimulated effectors rest or die",
        _CELLS,
        p.krev * (1 - t.ab) * y.TbE,
        {y.TbE: -1, y.TbR: p.fmem},
    )


def _marrow(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    m.flow(
        "marrow expansion",
        "effectors divide while there is room",
        _CELLS,
        t.grow * t.am * t.lim * y.TmE,
        {y.TmE: 1},
    )
    m.flow(
        "marrow reversion",
        "unstimulated effectors rest or die",
        _CELLS,
        p.krev * (1 - t.am) * y.TmE,
        {y.TmE: -1, y.TmR: p.fmem},
    )
    m.flow(
        "exhaustion",
        "stimulated effectors become exhausted",
        _CELLS,
        p.kx * t.am * y.TmE,
        {y.TmE: -1, y.TmX: 1},
        sources=("Philipp2022",),
    )
    m.flow(
        "recovery",
        "exhausted T cells recover without stimulus",
        _CELLS,
        p.krec * (1 - t.am) * y.TmX,
        {y.TmX: -1, y.TmE: 1},
        sources=("Philipp2022",),
    )
    m.flow("exhausted death", "exhausted T cells die", _CELLS, p.dX * y.TmX, {y.TmX: -1})


def _tissue(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    m.flow(
        "tissue reversion",
        "effectors rest or die",
        _CELLS,
        p.krev * y.TtE,
        {y.TtE: -1, y.TtR: p.fmem},
    )
    m.flow(
        "tissue renewal",
        "the pool fills up to its start",
        _CELLS,
        p.kTt * at_least(t.TtR0 - y.TtR - y.TtE, 0),
        {y.TtR: 1},
    )
