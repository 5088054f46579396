# SPDX-License-Identifier: Apache-2.0
"""Vital signs: fever and leak from cytokines, pressure, pulse, saturation, breathing.

Fever follows IL-6 more steeply than in the reference model, with infections as a second cause and
acetaminophen against it. Leak follows its trigger within hours and less than in proportion to IL-6;
TNF, which tocilizumab does not block, adds to it, and so does attack on the endothelium.
The daily swing of temperature is added where it is read: it moves no equation and costs no step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import cos, pi, sqrt

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.library.flotetuzumab.options import Options
    from trimer.model.build import Builder
    from trimer.model.parts import Expr


def states(m: Builder) -> None:
    """Declare nothing: temperature and leak are states of the reference model."""


def declare(m: Builder, options: Options) -> None:
    """Declare fever and leak."""
    y, p, t = m.states, m.parameters, m.terms
    s6 = m.term("s6", "IL-6 that can signal", "pg/mL", at_least(y.IL6, 0) * (1 - t.RO))
    # above its level at rest, so that a patient without the drug neither heats nor leaks
    excess = m.term("excess6", "IL-6 signal above rest", "pg/mL", at_least(s6 - p.IL6f, 0))
    F = m.term(
        "F",
        "trigger of fever",
        "1",
        (excess / p.K6T) ** p.nT + t.TNFp / p.KTT + p.fInf * (y.InfB + y.InfF),
    )
    m.flow(
        "fever",
        "temperature follows its set point",
        "degC/day",
        p.kTmp * (p.Temp0 + p.dTmax * F / (1 + F) * (1 - 0.4 * t.Id) * (1 - t.Iap) - y.Temp),
        {y.Temp: 1},
    )
    by_IL6 = excess / p.K6V
    # a power below 1 would rise without bound at 0; this one is straight there
    h = by_IL6 * (by_IL6 + p.V_min) ** (p.nV - 1) + t.TNFp / p.KTV * (1 - t.Id)
    if options.vessels:
        h = h + t.attack
    m.term("leaky", "trigger of leak", "1", h)
    m.flow(
        "leak",
        "vessels leak and close, following their trigger within hours",
        "1/day",
        p.dV * (t.leaky / (1 + t.leaky) - y.Vasc),
        {y.Vasc: 1},
    )


def temperature(m: Builder) -> Expr:
    """Return what a thermometer shows: body temperature with its daily swing."""
    y, p = m.states, m.parameters
    return y.Temp + p.swing * cos(2 * pi * (m.time - p.t_warm) / p.t_day)


def observe(m: Builder) -> None:
    """Declare pressure, pulse, saturation, breathing and body surface area."""
    y, p, t = m.states, m.parameters, m.terms
    fever = m.term("rise", "rise of temperature", "degC", at_least(y.Temp - p.Temp0, 0))
    pressure = m.term(
        "pressure",
        "mean arterial pressure",
        "mmHg",
        at_least(p.MAP0 - p.sMAP * y.Vasc + t.refill * (1 - y.Vasc / 2) + t.squeeze, p.MAP_min),
    )
    fall = m.term("fall", "fall of pressure", "mmHg", at_least(p.MAP0 - pressure, 0))
    air = m.term("air", "saturation before its ceiling", "%", p.SP0 - p.sSP * y.Vasc + t.breath)
    saturation = m.term("saturation", "oxygen saturation", "%", 100 - at_least(100 - air, 0))
    m.observable("MAP", "mean arterial pressure", "mmHg", pressure, label="Mean pressure")
    m.observable(
        "heart_rate",
        "heart rate",
        "1/min",
        p.HR0 + p.hrT * fever + p.hrP * fall,
        label="Heart rate",
    )
    m.observable("SpO2", "oxygen saturation", "%", saturation, label="Oxygen saturation")
    m.observable(
        "respiratory_rate",
        "breaths per minute",
        "1/min",
        p.RR0 + p.rrT * fever + p.rrS * at_least(p.SP0 - saturation, 0),
        label="Respiratory rate",
    )
    m.observable(
        "BSA",
        "body surface area by the formula of Mosteller",
        "m^2",
        sqrt(p.HT * p.WT / p.k_area),
        label="Body surface area",
    )
