# SPDX-License-Identifier: Apache-2.0
"""Organ tests: each follows its baseline times what inflammation makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import hill

if TYPE_CHECKING:
    from trimer.model.build import Builder

_TESTS = (
    # species, definition, unit, typical magnitude, baseline, rate, largest rise, label
    ("ALT", "alanine aminotransferase", "U/L", 30.0, "ALT0", "kALT", "gALT", "ALT"),
    ("AST", "aspartate aminotransferase", "U/L", 30.0, "AST0", "kAST", "gAST", "AST"),
    ("bilirubin", "total bilirubin", "mg/dL", 1.0, "bili0", "kbili", "gbili", "Bilirubin"),
    ("creatinine", "creatinine in serum", "mg/dL", 1.0, "crea0", "kcrea", "gcrea", "Creatinine"),
    ("ferritin", "ferritin", "ug/L", 1000.0, "ferr0", "kferr", "gferr", "Ferritin"),
    ("D_dimer", "D-dimer", "mg/L", 1.0, "ddim0", "kddim", "gddim", "D-dimer"),
)


def states(m: Builder) -> None:
    """Declare the tests as states that start where they stay without the drug."""
    p = m.parameters
    IL60 = p.k6b / (p.d6n + p.d6R)
    heat0 = m.baseline("heat0", "inflammation by IL-6 at start", "1", hill(IL60 / p.KCRP, 1))
    for name, definition, unit, scale, baseline, *_ in _TESTS:
        start = p[baseline]
        if name == "ferritin":
            start = start * (1 + p.gferr * heat0)
        m.initial(m.species(name, definition, unit, scale=scale), start)
    CRP0 = p.kCRP * (p.CRPb + heat0) / p.dCRP
    m.initial(m.species("CRP", "C-reactive protein", "mg/L", scale=50.0), CRP0)


def declare(m: Builder) -> None:
    """Declare how the tests follow cytokines and leak."""
    y, p, t = m.states, m.parameters, m.terms
    stress = m.term("stress", "inflammation of the liver", "1", hill(t.IFNp / p.KLiv, 2))
    heat = m.term("heat", "inflammation by IL-6", "1", hill(t.s6 / p.KCRP, 1))
    drives = {
        "ALT": stress, "AST": stress, "bilirubin": stress, "creatinine": y.Vasc,
        "ferritin": heat, "D_dimer": y.Vasc,
    }  # fmt: skip
    for name, _, unit, _, baseline, rate, rise, _ in _TESTS:
        target = p[baseline] * (1 + p[rise] * drives[name])
        m.flow(
            f"{name} change", "follows inflammation", f"{unit}/day",
            p[rate] * (target - y[name]), {y[name]: 1},
        )  # fmt: skip
    infected = p.iCRP * (y.InfB + y.InfF)
    m.flow(
        "CRP synthesis",
        "the liver makes CRP, driven by signaling IL-6 and infection",
        "mg/L/day",
        p.kCRP * (p.CRPb + heat + infected),
        {y.CRP: 1},
    )
    m.flow("CRP loss", "linear loss", "mg/L/day", p.dCRP * y.CRP, {y.CRP: -1})


def observe(m: Builder) -> None:
    """Declare the tests as they are reported."""
    y = m.states
    for name, definition, unit, *_, label in _TESTS:
        m.observable(name, definition, unit, y[name], label=label)
    m.observable("CRP", "C-reactive protein", "mg/L", y.CRP, label="CRP")
