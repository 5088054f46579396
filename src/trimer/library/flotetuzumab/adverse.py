# SPDX-License-Identifier: Apache-2.0
"""Other adverse events: latent severities that cytokines, T cells, leak and the infusion drive.

A severity is 0 without the drug and at most 1. Whether a patient reports anything at a severity,
and which grade, is read from it by `trimer.assess.adverse`, with a deviate of the patient's own.
A reaction at the infusion site is local; it is not the infusion-related reaction, which is
systemic and graded from fever and pressure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_LATENT = (
    # species, observable, definition, label, rate
    ("Gut", "gut_severity", "severity behind nausea and diarrhea", "Gut", "kGut"),
    ("Weary", "fatigue_severity", "severity behind fatigue", "Fatigue", "kWeary"),
    ("Head", "headache_severity", "severity behind headache", "Headache", "kHead"),
    ("Swell", "edema_severity", "severity behind edema", "Edema", "kSwell"),
    ("Site", "infusion_site_severity", "severity behind a reaction at the infusion site",
     "Infusion site", "kSite"),
)  # fmt: skip


def states(m: Builder) -> None:
    """Declare the severities."""
    for name, _, definition, *_ in _LATENT:
        m.initial(m.species(name, f"{definition}, 0 to 1", "1", scale=0.1), 0)


def declare(m: Builder) -> None:
    """Declare what drives them."""
    y, p, t = m.states, m.parameters, m.terms
    active = (at_least(y.TbA, 0) + at_least(y.TbE, 0)) / p.KTact
    drives: dict[str, Expr] = {
        "Gut": t.excess6 / p.K6gut + t.TNFp / p.KTgut,
        "Weary": t.IFNp / p.KIweary + active,
        "Head": t.IFNp / p.KIhead + t.TNFp / p.KThead,
        "Swell": y.Vasc / p.KVswell,
        "Site": t.inf / p.Ksite,
    }
    for name, observable, definition, _, rate in _LATENT:
        m.flow(
            observable.replace("_", " "), f"{definition} follows its drive", "1/day",
            p[rate] * (hill(drives[name], 1) - y[name]), {y[name]: 1},
        )  # fmt: skip


def observe(m: Builder) -> None:
    """Declare the severities as what is read of them."""
    for name, observable, definition, label, _ in _LATENT:
        m.observable(observable, definition, "1", m.states[name], label=label)
