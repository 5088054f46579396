# SPDX-License-Identifier: Apache-2.0
"""T-cell cytokines: a burst on activation, little from effectors, less in lasting contact.

Early-activated T cells secrete. Effectors, which kill at a few trimers, secrete only at many; and
contact that lasts makes them secrete less still, until the drug has been away for days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from trimer.library.flotetuzumab.options import Options
    from trimer.model.build import Builder
    from trimer.model.parts import Expr

_LEVEL = "pg/mL/day"


def states(m: Builder, options: Options) -> None:
    """Declare the memory of contact."""
    if options.desensitization == "on":
        m.initial(m.species("Des", "contact that T cells are used to", "1", scale=0.1), 0)


def declare(m: Builder, options: Options) -> None:
    """Declare release and loss of TNF, interferon gamma and IL-2."""
    y, p, t = m.states, m.parameters, m.terms
    cm = m.term("cm", "secretion signal in marrow", "1", t.tpt_m / (t.tpt_m + p.Kc))
    cb = m.term("cb", "secretion signal in blood", "1", t.tpt_b / (t.tpt_b + p.Kc))
    ct = m.term("ct", "secretion signal in tissue", "1", t.seen / (t.seen + p.Ktc))
    SA = m.term("SA", "early-activated T cells by what reaches plasma", "Gcell",
                y.TbA + p.wm * y.TmA + p.wt * y.TtA)  # fmt: skip
    EC = m.term("EC", "effectors in contact by what reaches plasma", "Gcell",
                cb * y.TbE + p.wm * cm * y.TmE + p.wt * ct * y.TtE)  # fmt: skip
    S = m.term("S", "cytokine-making T cells", "Gcell",
               (SA + p.wE * EC * _left(m, options)) * (1 - t.Id))  # fmt: skip
    fb10 = m.term(
        "fb10", "cytokine output left by IL-10", "1", 1 / (1 + at_least(y.IL10, 0) / p.K10)
    )
    m.term("TNFp", "TNF, floored", "pg/mL", at_least(y.TNF, 0))
    m.flow("IFNg release", "T cells make IFNg", _LEVEL, p.kIFN * S * fb10, {y.IFNg: 1})
    m.flow("IFNg decay", "IFNg is lost", _LEVEL, p.dIFN * y.IFNg, {y.IFNg: -1})
    m.flow("TNF release", "T cells make TNF", _LEVEL, p.kTNF * S * fb10, {y.TNF: 1})
    m.flow("TNF decay", "TNF is lost", _LEVEL, p.dTNF * y.TNF, {y.TNF: -1})
    m.flow("IL-2 release", "T cells make IL-2", _LEVEL, p.kIL2 * S, {y.IL2: 1})
    m.flow("IL-2 decay", "IL-2 is lost", _LEVEL, p.dIL2 * y.IL2, {y.IL2: -1})


def _left(m: Builder, options: Options) -> Expr | int:
    """Return what lasting contact leaves of the secretion of effectors."""
    if options.desensitization == "off":
        return 1
    y, p, t = m.states, m.parameters, m.terms
    effectors = m.term("SW", "effectors by what reaches plasma", "Gcell",
                       y.TbE + p.wm * y.TmE + p.wt * y.TtE)  # fmt: skip
    contact = m.term("contact", "share of effectors in secreting contact", "1",
                     t.EC / at_least(effectors, p.T_min))  # fmt: skip
    m.flow("desensitization", "T cells get used to contact", "1/day",
           p.kDes * at_least(contact - y.Des, 0), {y.Des: 1})  # fmt: skip
    m.flow("resensitization", "without contact they recover", "1/day",
           p.kDesR * at_least(y.Des - contact, 0), {y.Des: -1})  # fmt: skip
    return 1 / (1 + p.wDes * at_least(y.Des, 0))
