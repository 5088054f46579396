# SPDX-License-Identifier: Apache-2.0
"""Antibodies against the drug: optional, from what was seen in monkeys.

Exposure primes B cells over days; primed, they raise a titer over weeks. Antibodies clear the
drug and blunt the departure of T cells from the blood; killing goes on with the drug that is left.
No rate of antibodies in patients was published: the titer's height is assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least, hill

if TYPE_CHECKING:
    from trimer.model.build import Builder


def states(m: Builder) -> None:
    """Declare priming and titer."""
    m.initial(m.species("Prime", "B cells primed against the drug, 0 to 1", "1", scale=0.1), 0)
    m.initial(
        m.species("ADA", "titer of antibodies against the drug, 1 = typical", "1", scale=0.1), 0
    )


def declare(m: Builder) -> None:
    """Declare priming, titer, and what antibodies do to drug and T cells."""
    y, p, t = m.states, m.parameters, m.terms
    whole = "DTc" in dir(m.states)  # the state is the whole drug, what is free follows from it
    drug, pool = (t.Dc, y.DTc) if whole else (y.Dc, y.Dc)
    seen = hill(at_least(drug, 0) / p.K_prime, 1)
    m.flow("priming of B cells", "B cells see the drug", "1/day", p.kPrime * seen * (1 - y.Prime),
           {y.Prime: 1})  # fmt: skip
    m.flow("priming lost", "primed B cells fade", "1/day", p.dPrime * y.Prime, {y.Prime: -1})
    m.flow(
        "titer rise", "primed B cells make antibodies", "1/day",
        p.dADA * p.ada_height * hill(y.Prime / p.K_titer, 4), {y.ADA: 1},
    )  # fmt: skip
    m.flow("titer fall", "antibodies are lost", "1/day", p.dADA * y.ADA, {y.ADA: -1})
    cleared = p.fADA * p.CL * at_least(y.ADA, 0) * drug
    m.flow("antibody clearance", "antibodies clear the drug", "nmol/day", cleared,
           {pool: -1 / p.Vc})  # fmt: skip
    m.refine("eliminated", lambda plain: plain + cleared)
    m.refine("Mg", lambda plain: plain / (1 + p.gADA * at_least(y.ADA, 0)))


def observe(m: Builder) -> None:
    """Declare the titer."""
    m.observable(
        "ADA_titer", "titer of antibodies against the drug", "1", m.states.ADA,
        label="Anti-drug antibodies",
    )  # fmt: skip
