# SPDX-License-Identifier: Apache-2.0
"""The synapse: a killer binds a leukemic cell, arms itself, kills it or lets go, and goes on.

Without this part the cells in contact follow from killers and targets at once, and every contact
kills at its pace. With it, contacts form, end by lysis or by detachment, and killers have to fill
their pool of perforin and granzyme first, which takes hours. At rest in a steady drug level both
give the same contacts; the pool only delays, and is spent a little by each kill.

Cells in contact stay in the counts of their kind: a contact creates and removes none, lysis
removes the leukemic cell through the flow of killing that is there anyway, and the killer is free
again. The state is the share of leukemic cells in contact, which stays defined when few are left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.model.shapes import at_least

if TYPE_CHECKING:
    from collections.abc import Callable

    from sympy import Symbol

    from trimer.model.build import Builder
    from trimer.model.parts import Expr

# mark of a site, where, its killers, its leukemic cells, what activates there, mark of its pool
_SITES = (
    ("m", "marrow", "Em", "Bl", "am", "m"),
    ("b", "blood", "Eb", "Bbp", "ab", "b"),
)
_LOW = ("e", "antigen-low marrow", "Em", "Bep", "am", "m")


def states(m: Builder) -> None:
    """Declare contacts, the cytotoxic pool and the counter of kills."""
    for mark, place, *_ in _sites(m):
        m.initial(
            m.species(f"Syn{mark}", f"{place} cells held by a T cell, 0 to 1", "1", scale=0.01), 0
        )
    for mark, place, *_ in _SITES:
        m.initial(
            m.species(
                f"Gran{mark}", f"perforin and granzyme of killers in {place}, 1 = full", "1",
                scale=0.1,
            ), 0,
        )  # fmt: skip
    m.initial(m.species("Killed", "leukemic cells killed by T cells", "Gcell", scale=100.0), 0)


def declare(m: Builder) -> None:
    """Declare contacts and pools, and let killing pass through them."""
    y, p, t = m.states, m.parameters, m.terms
    pace = p.kk * t.brake * t.sup
    used: dict[str, Expr] = {}
    for mark, place, killers, targets, _, pool in _sites(m):
        held, full = y[f"Syn{mark}"], y[f"Gran{pool}"]
        plain = m.refine(
            f"kap{mark}", _through(pace * full * held), f"killing of a leukemic cell, {place}"
        )
        reach = m.term(f"reach{mark}", f"cells within reach, {place}", "1", plain / pace)
        ends = p.kDet + pace
        for name, definition, rate, sign in (
            ("formation", "T cells bind leukemic cells", ends * reach, 1),
            ("lysis", "held cells are killed", pace * full * held, -1),
            ("detachment", "T cells let go", (ends - pace * full) * held, -1),
        ):
            m.flow(f"{place} contact {name}", definition, "1/day", rate, {held: sign})
        spent = t[f"kap{mark}"] * t[targets] / at_least(t[killers], p.T_min)
        used[pool] = used.get(pool, 0) + spent
    for mark, place, _, _, signal, _ in _SITES:
        full = y[f"Gran{mark}"]
        for name, definition, rate, sign in (
            ("filling", "activated killers fill their pool", p.kArm * t[signal] * (1 - full), 1),
            (
                "emptying",
                "the pool of killers at rest fades",
                p.kDisarm * (1 - t[signal]) * full,
                -1,
            ),
            ("use", "each kill takes its part of the pool", p.fGran * used[mark], -1),
        ):
            m.flow(f"{place} pool {name}", definition, "1/day", rate, {full: sign})
    m.flow("kill count", "kills are counted", "Gcell/day", _kills(m), {y.Killed: 1})


def observe(m: Builder) -> None:
    """Declare contacts, pools and kills."""
    y, t = m.states, m.terms
    held = sum(y[f"Syn{mark}"] * t[targets] for mark, _, _, targets, *_ in _sites(m))
    _observe(m, held)
    m.observable(
        "killed", "leukemic cells killed by T cells so far", "Gcell", y.Killed, label="Killed"
    )
    for mark, place, *_ in _SITES:
        m.observable(
            f"cytotoxic_pool_{place}", f"perforin and granzyme of killers in {place}", "1",
            y[f"Gran{mark}"], label=f"Perforin and granzyme, {place}",
        )  # fmt: skip


def observe_plain(m: Builder) -> None:
    """Declare contacts and kills of the model without this part."""
    p, t = m.parameters, m.terms
    pace = p.kk * t.brake * t.sup
    _kills(m)
    _observe(m, sum(t[f"kap{mark}"] / pace * t[targets] for mark, _, _, targets, *_ in _sites(m)))


def _observe(m: Builder, held: Expr) -> None:
    p, t = m.parameters, m.terms
    contacts = m.term("held", "T cells in contact with a leukemic cell", "Gcell", held)
    m.observable(
        "contacts", "killers in contact with a leukemic cell", "Gcell", contacts,
        label="Killers in contact",
    )  # fmt: skip
    for name, among, killers, label in (
        ("contact", "a killer in contact", contacts, "Kills per killer in contact"),
        ("effector", "any killer in marrow or blood", t.Em + t.Eb, "Kills per killer"),
    ):
        m.observable(
            f"kills_per_{name}", f"leukemic cells killed by {among}", "1/day",
            t.kills / at_least(killers, p.T_min), label=label,
        )  # fmt: skip


def _kills(m: Builder) -> Symbol:
    """Declare all leukemic cells that T cells kill in a day, as the flows of killing have it."""
    y, p, t = m.states, m.parameters, m.terms
    total = t.kapm * (y.Bm + p.psiL * y.LSC) + t.kapb * y.Bb
    if "kape" in dir(t):
        total = total + t.kape * (y.Be + p.psiL * y.LSCe)
    return m.term("kills", "leukemic cells that T cells kill", "Gcell/day", total)


def _through(expression: Expr) -> Callable[[Symbol], Expr]:
    return lambda plain: expression  # noqa: ARG005 (the plain killing acts on contacts instead)


def _sites(m: Builder) -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Return where T cells kill: in two places, and a clone with little antigen if there is one.

    Leukemic cells in marrow are then counted apart: those with the target, and the clone.
    """
    if "LSCe" not in dir(m.states):
        return _SITES
    (mark, place, killers, _, signal, pool), blood = _SITES
    return (mark, place, killers, "Bh", signal, pool), blood, _LOW
