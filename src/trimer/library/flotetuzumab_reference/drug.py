# SPDX-License-Identifier: Apache-2.0
"""The drug: distribution, two-step binding to CD3 and its target, loss of the complexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_MOLAR_RATE = "nmol/L/day"


def declare(m: Builder, molecule: Molecule) -> None:
    """Declare distribution, binding and routes of the drug."""
    distribution(m, molecule)
    for site in _sites(m, molecule):
        binding(m, molecule, site)
    totals(m, molecule)
    routes(m, molecule)


def distribution(m: Builder, molecule: Molecule) -> None:
    """Declare infusion, clearance and exchange between plasma, tissue and marrow."""
    y, p = m.states, m.parameters
    m.flow("infusion", "drug infused", "nmol/day", m.terms.inf, {y.Dc: 1 / p.Vc})
    m.flow(
        "linear clearance",
        "drug lost by routes other than its targets",
        "nmol/day",
        p.CL * y.Dc,
        {y.Dc: -1 / p.Vc},
        sources=molecule.clearance_sources,
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
class Site:
    """Where drug binds: plasma with blood cells, or marrow."""

    name: str
    mark: str  # ends the names of its species and terms
    step: str  # starts the names of its four binding steps
    drug: Symbol
    volume: Symbol
    t_cells: Symbol
    targets: Expr  # cells that carry the target, in blast equivalents
    death: Expr  # of a target cell, other than by its complexes' uptake


def _sites(m: Builder, molecule: Molecule) -> tuple[Site, Site]:
    y, p, t = m.states, m.parameters, m.terms
    targets = t.Bmp + p[molecule.name("fLSC")] * t.LSCp
    return (
        Site("blood", "b", "w", y.Dc, p.Vc, t.TbT, t.Bbp, t.kapb + p.dBb),
        Site("marrow", "m", "v", y.Dm, p.Vm, t.TmT, targets, t.kapm + t.chB + p.dB),
    )


def binding(m: Builder, molecule: Molecule, at: Site) -> None:
    """Declare binding in two steps, in either order, and the loss of the complexes."""
    y, p = m.states, m.parameters
    target = molecule.target
    C3, CX, TR = y[f"C3{at.mark}"], y[molecule.name("C", at.mark)], y[f"TR{at.mark}"]
    RX, kon, koff, kint = (p[molecule.name(name)] for name in ("R", "kon", "koff", "kint"))

    def term(name: str, definition: str, unit: str, expression: Expr, *sources: str) -> Symbol:
        return m.term(name, f"{definition} in {at.name}", unit, expression, sources=sources)

    def flow(name: str, definition: str, rate: Expr, changes: dict[Symbol, int]) -> None:
        m.flow(f"{at.name} {name}", f"{definition} in {at.name}", _MOLAR_RATE, rate, changes)

    per_cell = p.NG / at.volume
    R3 = term(f"R3{at.mark}", "free CD3", "nmol/L", p.R3 * at.t_cells * per_cell - C3 - TR)
    free = term(
        f"{molecule.free}{at.mark}",
        f"free {target}",
        "nmol/L",
        RX * at.targets * per_cell - CX - TR,
    )
    to_CD3 = term(
        f"{at.step}1",
        "drug to CD3",
        _MOLAR_RATE,
        p.kon3 * at.drug * R3 - p.koff3 * C3,
        *molecule.CD3_sources,
    )
    to_target = term(
        f"{at.step}2",
        f"drug to {target}",
        _MOLAR_RATE,
        kon * at.drug * free - koff * CX,
        *molecule.target_sources,
    )
    target_to_CD3 = term(
        f"{at.step}3",
        f"{target}-bound drug to CD3",
        _MOLAR_RATE,
        p.chi * p.kon3 * CX * R3 - p.koff3 * TR,
    )
    CD3_to_target = term(
        f"{at.step}4",
        f"CD3-bound drug to {target}",
        _MOLAR_RATE,
        p.chi * kon * C3 * free - koff * TR,
    )
    loss = term(
        molecule.name("loss", at.mark), f"loss of {target}-bound drug", "1/day", kint + at.death
    )
    lossT = term(f"lossT{at.mark}", "loss of trimers", "1/day", p.kintT + at.death)

    flow("CD3 binding", "drug binds CD3", to_CD3, {at.drug: -1, C3: 1})
    flow(f"{target} binding", f"drug binds {target}", to_target, {at.drug: -1, CX: 1})
    flow("trimer by CD3", "trimer forms", target_to_CD3, {CX: -1, TR: 1})
    flow(f"trimer by {target}", "trimer forms", CD3_to_target, {C3: -1, TR: 1})
    flow("CD3 internalization", "CD3-bound drug is taken up", p.kint3 * C3, {C3: -1})
    flow(
        f"{target} loss",
        f"{target}-bound drug is taken up or dies with its cell",
        loss * CX,
        {CX: -1},
    )
    flow("trimer loss", "trimer is taken up or dies with its blast", lossT * TR, {TR: -1})


def totals(m: Builder, molecule: Molecule) -> None:
    """Declare what a mass balance needs: given = in the body + eliminated."""
    y, p, t = m.states, m.parameters, m.terms
    bound_b, bound_m = y[molecule.name("C", "b")], y[molecule.name("C", "m")]
    loss_b, loss_m = t[molecule.name("loss", "b")], t[molecule.name("loss", "m")]
    m.term(
        "body",
        "drug in the body, free and bound",
        "nmol",
        p.Vc * (y.Dc + y.C3b + bound_b + y.TRb)
        + p.Vp * y.Dp
        + p.Vm * (y.Dm + y.C3m + bound_m + y.TRm),
    )
    m.term(
        "eliminated",
        "drug eliminated, by clearance and with its targets",
        "nmol/day",
        p.CL * y.Dc
        + p.Vc * (p.kint3 * y.C3b + loss_b * bound_b + t.lossTb * y.TRb)
        + p.Vm * (p.kint3 * y.C3m + loss_m * bound_m + t.lossTm * y.TRm),
    )


def routes(m: Builder, molecule: Molecule, plasma: Symbol | None = None) -> None:
    """Declare how drug and chemotherapy are given; `plasma` is the species it enters."""
    y, p, t = m.states, m.parameters, m.terms
    m.route(
        molecule.drug,
        "infusion",
        t.inf,
        amount_unit="ng",
        coefficient=1 / p.MW,
        definition="infusion into a vein",
    )
    m.route(
        molecule.drug,
        "bolus",
        y.Dc if plasma is None else plasma,
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
