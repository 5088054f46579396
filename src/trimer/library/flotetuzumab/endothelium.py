# SPDX-License-Identifier: Apache-2.0
"""Endothelium: it carries a little of the target, more when inflamed, and T cells attack it.

It is not consumed, and monocytes' tolerance does not reach it, so that the harm grows with the
level of the drug. It is the part of the model that makes the drug dose limiting; how large it is
has been set to that, for no measurement tells it apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.library.flotetuzumab.states import level
from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from trimer.library.flotetuzumab.options import Options
    from trimer.model.build import Builder


def states(m: Builder, options: Options) -> None:
    """Declare inflammation of the endothelium."""
    if options.vessels:
        m.initial(m.species("Endo", "target on inflamed endothelium", "1", scale=0.1), 0)


def declare(m: Builder, options: Options) -> None:
    """Declare inflammation and attack, where they are in the model."""
    if not options.vessels:
        return
    y, p, t = m.states, m.parameters, m.terms
    m.flow(
        "endothelial inflammation",
        "TNF and interferon gamma raise the target on endothelium",
        "1/day",
        p.kEn * (hill(t.TNFp / p.KTE + t.IFNp / p.KFE, 1) - y.Endo),
        {y.Endo: 1},
    )
    coated = at_least(level(m, "Dc"), 0) * (1 + p.gEn * at_least(y.Endo, 0))
    m.term(
        "attack",
        "attack of T cells on endothelium",
        "1",
        p.kEL * coated / (p.KEn + coated) * (y.TbA + y.TbE) / t.TbR0,
    )
