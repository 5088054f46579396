# SPDX-License-Identifier: Apache-2.0
"""How ready a patient's monocytes are, from one day to another.

A person's answer to the same stimulus differs between days. Here it rises and falls smoothly: a
sum of three waves of two to six days with phases of the patient's own, of variance 1 over patients
and days. So it is no chance in time: the same patient has the same days on every schedule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Rational, cos, exp, pi, sqrt

if TYPE_CHECKING:
    from trimer.model.build import Builder


def declare(m: Builder) -> None:
    """Declare the deviate."""
    p = m.parameters
    waves = sum(
        cos(2 * pi * (m.time / period + phase))
        for period, phase in ((p.wave1, p.phase1), (p.wave2, p.phase2), (p.wave3, p.phase3))
    )
    m.term("ready", "readiness of monocytes today", "1", exp(p.sFl * sqrt(Rational(2, 3)) * waves))
