# SPDX-License-Identifier: Apache-2.0
"""The nervous system: one slow state driven by cytokines and leak, and what is seen of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import hill

if TYPE_CHECKING:
    from trimer.model.build import Builder


def states(m: Builder) -> None:
    """Declare the state."""
    m.initial(m.species("Neuro", "impairment, 0 to 1", "1", scale=0.1), 0)


def declare(m: Builder) -> None:
    """Declare how it follows its drive."""
    y, p, t = m.states, m.parameters, m.terms
    drive = (t.IFNp / p.KNI + y.Vasc / p.KNV) / p.sens_n
    m.flow(
        "impairment",
        "the nervous system follows interferon gamma and leak",
        "1/day",
        p.kNe * (hill(drive, 4) - y.Neuro),
        {y.Neuro: 1},
    )


def observe(m: Builder) -> None:
    """Declare ICE score, consciousness and the hazard of a seizure."""
    y, p = m.states, m.parameters
    m.observable("ICE", "score of the encephalopathy test", "1", 10 * (1 - y.Neuro), label="ICE")
    m.observable(
        "consciousness",
        "0 awake, 2 awakens to voice, 3 to touch, 4 not",
        "1",
        4 * hill(y.Neuro / p.N50, 4),
        label="Consciousness",
    )
    m.observable(
        "seizure_hazard", "hazard of a seizure", "1/day", p.kSz * y.Neuro**2, label="Seizure hazard"
    )
