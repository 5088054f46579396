# SPDX-License-Identifier: Apache-2.0
"""The drug: where it binds, in steps of their own or in equilibrium at once.

Explicit binding is the reference model's, with the antigen-low clone among the cells that carry
the target. In quasi-steady binding the states are the whole drug in plasma and in marrow, free and
bound; what is free follows from it. Target and its trimers are counted with CD3 in excess of what
is bound to it, which holds at the doses studied; all drug is accounted for in either case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import sqrt

from trimer.library.flotetuzumab_reference import drug
from trimer.library.flotetuzumab_reference.drug import Site
from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from sympy import Symbol

    from trimer.library.flotetuzumab_reference.molecule import Molecule
    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_MOLAR = "nmol/L"
_MOLAR_RATE = "nmol/L/day"


def carriers(m: Builder, molecule: Molecule) -> Expr:
    """Return the cells in marrow that carry the target, in blasts of full density."""
    p, t = m.parameters, m.terms
    return t.Bmp + p[molecule.name("fLSC")] * t.LSCp + p.fLow * t.Bep


def explicit(m: Builder, molecule: Molecule) -> None:
    """Declare binding in steps."""
    y, p, t = m.states, m.parameters, m.terms
    drug.distribution(m, molecule)
    blood = Site("blood", "b", "w", y.Dc, p.Vc, t.TbT, t.Bbp, t.kapb + p.dBb)
    marrow = Site(
        "marrow", "m", "v", y.Dm, p.Vm, t.TmT, carriers(m, molecule), t.kapm + t.chB + p.dB
    )
    for site in (blood, marrow):
        drug.binding(m, molecule, site)
    drug.totals(m, molecule)
    drug.routes(m, molecule)


def partition(m: Builder, molecule: Molecule) -> None:
    """Declare free drug and complexes in equilibrium with the whole drug at a site."""
    y, p, t = m.states, m.parameters, m.terms
    places = (
        ("blood", "b", "Dc", y.DTc, p.Vc, t.TbT, t.Bbp),
        ("marrow", "m", "Dm", y.DTm, p.Vm, t.TmT, carriers(m, molecule)),
    )
    K3 = m.term("K3", "drug at half occupancy of CD3", _MOLAR, p.koff3 / p.kon3)
    KX = m.term(
        "KX",
        f"drug at half occupancy of {molecule.target}",
        _MOLAR,
        p[molecule.name("koff")] / p[molecule.name("kon")],
    )
    for name, mark, free, pool, volume, t_cells, targets in places:
        _complexes(m, molecule, (name, mark, free), at_least(pool, 0), K3, KX, (
            p.R3 * t_cells * p.NG / volume,
            p[molecule.name("R")] * targets * p.NG / volume,
        ))  # fmt: skip


def _complexes(
    m: Builder,
    molecule: Molecule,
    names: tuple[str, str, str],
    whole: Expr,
    K3: Symbol,
    KX: Symbol,
    receptors: tuple[Expr, Expr],
) -> None:
    p = m.parameters
    place, mark, free = names
    CD3 = m.term(f"R3{mark}", f"CD3 in {place}", _MOLAR, receptors[0])
    target = m.term(f"{molecule.free}{mark}", f"{molecule.target} in {place}", _MOLAR, receptors[1])
    # CD3 that is not taken by drug alone, estimated from the whole drug
    spare = CD3 / (K3 + whole)
    K = m.term(f"Kt{mark}", f"apparent affinity in {place}", _MOLAR, KX / (1 + p.chi * spare))
    load = 1 + spare
    B = m.term(f"q{mark}", f"balance in {place}", _MOLAR, load * K + target - whole)
    D = m.term(
        free,
        f"free drug in {place}",
        _MOLAR,
        2 * whole * K / (B + sqrt(B**2 + 4 * load * whole * K)),
    )
    g = m.term(f"g{mark}", f"trimers per {molecule.target}-bound drug in {place}", "1",
               p.chi * CD3 / (K3 + D))  # fmt: skip
    m.term(f"C3{mark}", f"drug on CD3 in {place}", _MOLAR, D * CD3 / (K3 + D))
    CX = m.term(
        molecule.name("C", mark),
        f"drug on {molecule.target} in {place}",
        _MOLAR,
        target * D / (KX + D * (1 + g)),
    )
    m.term(f"TR{mark}", f"trimers in {place}", _MOLAR, CX * g)


def quasi_steady(m: Builder, molecule: Molecule) -> None:
    """Declare distribution and loss of the whole drug."""
    y, p, t = m.states, m.parameters, m.terms
    name = molecule.name
    m.flow("infusion", "drug infused", "nmol/day", t.inf, {y.DTc: 1 / p.Vc})
    m.flow("linear clearance", "drug lost by routes other than its targets", "nmol/day",
           p.CL * t.Dc, {y.DTc: -1 / p.Vc}, sources=molecule.clearance_sources)  # fmt: skip
    m.flow("tissue exchange", "drug between plasma and tissue", "nmol/day",
           p.Q * (t.Dc - y.Dp), {y.DTc: -1 / p.Vc, y.Dp: 1 / p.Vp})  # fmt: skip
    m.flow("marrow exchange", "drug between plasma and marrow", "nmol/day",
           p.PSm * (p.Kpm * t.Dc - t.Dm), {y.DTc: -1 / p.Vc, y.DTm: 1 / p.Vm})  # fmt: skip
    gone: Expr = p.CL * t.Dc
    for place, mark, pool, volume, death in (
        ("blood", "b", y.DTc, p.Vc, t.kapb + p.dBb),
        ("marrow", "m", y.DTm, p.Vm, t.kapm + t.chB + p.dB),
    ):
        for what, bound, rate, cited in (
            ("CD3 internalization", t[f"C3{mark}"], p.kint3, molecule.CD3_sources),
            (f"{molecule.target} loss", t[name("C", mark)], p[name("kint")] + death,
             molecule.target_sources),
            ("trimer loss", t[f"TR{mark}"], p.kintT + death, ()),
        ):  # fmt: skip
            m.flow(f"{place} {what}", f"bound drug is lost in {place}", _MOLAR_RATE,
                   rate * bound, {pool: -1}, sources=cited)  # fmt: skip
            gone = gone + volume * rate * bound
    m.term("body", "drug in the body, free and bound", "nmol",
           p.Vc * y.DTc + p.Vp * y.Dp + p.Vm * y.DTm)  # fmt: skip
    m.term("eliminated", "drug eliminated, by clearance and with its targets", "nmol/day", gone)
    drug.routes(m, molecule, y.DTc)
