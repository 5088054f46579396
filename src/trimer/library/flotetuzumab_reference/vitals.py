# SPDX-License-Identifier: Apache-2.0
"""Fever and vascular leak, driven by the IL-6 that can still signal and by TNF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Rational

from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from trimer.model.build import Builder


def declare(m: Builder) -> None:
    """Declare temperature and vascular leak."""
    y, p, t = m.states, m.parameters, m.terms
    s6 = m.term("s6", "IL-6 that can signal", "pg/mL", at_least(y.IL6, 0) * (1 - t.RO))
    F = m.term("F", "trigger of fever", "1", at_least(s6 - p.IL6f, 0) / p.K6T + t.TNFp / p.KTT)
    m.flow(
        "fever",
        "temperature follows its set point",
        "degC/day",
        p.kTmp * (p.Temp0 + p.dTmax * F / (1 + F) * (1 - 0.4 * t.Id) - y.Temp),
        {y.Temp: 1},
    )
    m.flow(
        "leak onset",
        "vessels leak",
        "1/day",
        p.kV * (1 - y.Vasc) * hill(s6 / p.K6V, Rational(3, 2)),
        {y.Vasc: 1},
    )
    m.flow("leak repair", "vessels close", "1/day", p.dV * y.Vasc, {y.Vasc: -1})
