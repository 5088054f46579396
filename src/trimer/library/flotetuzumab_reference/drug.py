# SPDX-License-Identifier: Apache-2.0
"""Flotetuzumab: distribution, two-step binding to CD3 and CD123, loss of the complexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_MOLAR_RATE = "nmol/L/day"


def declare(m: Builder) -> None:
    """Declare distribution, binding and routes of flotetuzumab."""
    _distribution(m)
    for site in _sites(m):
        _binding(m, site)
    _totals(m)
    _routes(m)


def _distribution(m: Builder) -> None:
    y, p = m.states, m.parameters
    m.flow("infusion", "drug infused", "nmol/day", m.terms.inf, {y.Dc: 1 / p.Vc})
    m.flow(
        "linear clearance",
        "drug lost by routes other than its targets",
        "nmol/day",
        p.CL * y.Dc,
        {y.Dc: -1 / p.Vc},
        sources=("Clements2020",),
    )
    m.flow(
        "tissue exchange",
        "drug between plasma and tissue",
        "nmol/day",
        p.Q * (y.Dc - y.Dp),
        {y.Dc: -1 / p.Vc, y.Dp: 1 / p.Vp},
    )
    m.flow(
        "marrow exchange",
        "drug between plasma and marrow",
        "nmol/day",
        p.PSm * (p.Kpm * y.Dc - y.Dm),
        {y.Dc: -1 / p.Vc, y.Dm: 1 / p.Vm},
    )


@dataclass(frozen=True)
class _Site:
    """Where drug binds: plasma with blood cells, or marrow."""

    name: str
    mark: str  # ends the names of its species and terms
    step: str  # starts the names of its four binding steps
    drug: Symbol
    volume: Symbol
    t_cells: Symbol
    targets: Expr  # cells that carry CD123, in blast equivalents
    death: Expr  # of a target cell, other than by its complexes' uptake


def _sites(m: Builder) -> tuple[_Site, _Site]:
    y, p, t = m.states, m.parameters, m.terms
    targets = t.Bmp + p.fLSC123 * t.LSCp
    return (
        _Site("blood", "b", "w", y.Dc, p.Vc, t.TbT, t.Bbp, t.kapb + p.dBb),
        _Site("marrow", "m", "v", y.Dm, p.Vm, t.TmT, targets, t.kapm + t.chB + p.dB),
    )


def _binding(m: Builder, at: _Site) -> None:
    """Declare binding in two steps, in either order, and the loss of the complexes."""
    y, p = m.states, m.parameters
    C3, C123, TR = y[f"C3{at.mark}"], y[f"C123{at.mark}"], y[f"TR{at.mark}"]

    def term(name: str, definition: str, unit: str, expression: Expr, *sources: str) -> Symbol:
        return m.term(name, f"{definition} in {at.name}", unit, expression, sources=sources)

    def flow(name: str, definition: str, rate: Expr, changes: dict[Symbol, int]) -> None:
        m.flow(f"{at.name} {name}", f"{definition} in {at.name}", _MOLAR_RATE, rate, changes)

    per_cell = p.NG / at.volume
    R3 = term(f"R3{at.mark}", "free CD3", "nmol/L", p.R3 * at.t_cells * per_cell - C3 - TR)
    R12 = term(f"R12{at.mark}", "free CD123", "nmol/L", p.R123 * at.targets * per_cell - C123 - TR)
    to_CD3 = term(
        f"{at.step}1",
        "drug to CD3",
        _MOLAR_RATE,
        p.kon3 * at.drug * R3 - p.koff3 * C3,
        "Chichili2015",
        "Betts2019",
    )
    to_CD123 = term(
        f"{at.step}2",
        "drug to CD123",
        _MOLAR_RATE,
        p.kon123 * at.drug * R12 - p.koff123 * C123,
        "Chichili2015",
    )
    C123_to_CD3 = term(
        f"{at.step}3",
        "CD123-bound drug to CD3",
        _MOLAR_RATE,
        p.chi * p.kon3 * C123 * R3 - p.koff3 * TR,
    )
    C3_to_CD123 = term(
        f"{at.step}4",
        "CD3-bound drug to CD123",
        _MOLAR_RATE,
        p.chi * p.kon123 * C3 * R12 - p.koff123 * TR,
    )
    loss123 = term(f"loss123{at.mark}", "loss of CD123-bound drug", "1/day", p.kint123 + at.death)
    lossT = term(f"lossT{at.mark}", "loss of trimers", "1/day", p.kintT + at.death)

    flow("CD3 binding", "drug binds CD3", to_CD3, {at.drug: -1, C3: 1})
    flow("CD123 binding", "drug binds CD123", to_CD123, {at.drug: -1, C123: 1})
    flow("trimer by CD3", "trimer forms", C123_to_CD3, {C123: -1, TR: 1})
    flow("trimer by CD123", "trimer forms", C3_to_CD123, {C3: -1, TR: 1})
    flow("CD3 internalization", "CD3-bound drug is taken up", p.kint3 * C3, {C3: -1})
    flow(
        "CD123 loss",
        "CD123-bound drug is taken up or dies with its cell",
        loss123 * C123,
        {C123: -1},
    )
    flow("trimer loss", "trimer is taken up or dies with its blast", lossT * TR, {TR: -1})


def _totals(m: Builder) -> None:
    """Declare what a mass balance needs: given = in the body + eliminated."""
    y, p, t = m.states, m.parameters, m.terms
    m.term(
        "body",
        "drug in the body, free and bound",
        "nmol",
        p.Vc * (y.Dc + y.C3b + y.C123b + y.TRb)
        + p.Vp * y.Dp
        + p.Vm * (y.Dm + y.C3m + y.C123m + y.TRm),
    )
    m.term(
        "eliminated",
        "drug eliminated, by clearance and with its targets",
        "nmol/day",
        p.CL * y.Dc
        + p.Vc * (p.kint3 * y.C3b + t.loss123b * y.C123b + t.lossTb * y.TRb)
        + p.Vm * (p.kint3 * y.C3m + t.loss123m * y.C123m + t.lossTm * y.TRm),
    )


def _routes(m: Builder) -> None:
    y, p, t = m.states, m.parameters, m.terms
    m.route(
        "flotetuzumab",
        "infusion",
        t.inf,
        amount_unit="ng",
        coefficient=1 / p.MW,
        definition="infusion into a vein",
    )
    m.route(
        "flotetuzumab",
        "bolus",
        y.Dc,
        amount_unit="ng",
        coefficient=1 / (p.MW * p.Vc),
        definition="injection into a vein",
    )
    m.route(
        "chemotherapy",
        "infusion",
        t.chemo,
        amount_unit="day",
        coefficient=1,
        definition="course of chemotherapy: amount = effect level × days",
    )
