# SPDX-License-Identifier: Apache-2.0
"""What the mechanism's scene is drawn from: contacts, kills, awake T cells, at every output time.

Where the model tells contacts and kills itself, they are taken from there; else they follow from
its law of killing, by which as many cells are held as the law's saturation says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.simulate import Run

    Floats = NDArray[np.float64]

SPECIES = ("TmR", "TmA", "TmE", "TmX", "LSC", "Bm", "Dm", "MacR", "Mac", "PDL1", "DexE", "Be",
           "LSCe")  # fmt: skip
"""States of the marrow, as far as a model has them."""

TOLD = ("kills_per_contact", "kills_per_effector", "contacts")
"""Observables of a model that has the synapse."""

_LEAST = 1e-9


def wanted(compiled: Compiled) -> tuple[str, ...]:
    """Return outputs that the scene needs beyond the observables."""
    return tuple(name for name in SPECIES if name in compiled.species)


def scene(run: Run, p: Mapping[str, float]) -> dict[str, Floats]:
    """Return the courses of one patient that the scene is drawn from.

    Returns
    -------
    dict of str to float64 array (T,)
        ``awake`` share of marrow T cells; ``marrow_T_cells``, ``leukemic_cells`` and
        ``stem_cells`` in 10^9; ``contact``, the share of working T cells that hold a cell;
        ``kills_contact`` and ``kills_working``, **per day** and T cell; ``quiet``, the share of
        refractory macrophages; ``drug_marrow`` in **nmol/L**.
    """

    def of(name: str) -> Floats:
        if name in run.names:
            found: Floats = np.maximum(run.column(name)[0], 0.0)
            return found
        return np.zeros(len(run.times))

    awake = of("TmA") + of("TmE")
    everyone = awake + of("TmR") + of("TmX")
    cells = of("Bm") + of("LSC") + of("Be") + of("LSCe")
    killers = of("TmE") + p.get("wAk", 0.0) * of("TmA")
    contact, pace = _killing(run, p, killers, cells, of)
    return {
        "awake": awake / np.maximum(everyone, _LEAST),
        "marrow_T_cells": everyone,
        "leukemic_cells": cells,
        "stem_cells": of("LSC") + of("LSCe"),
        "contact": contact,
        "kills_contact": pace,
        "kills_working": contact * pace,
        "quiet": of("MacR"),
        "drug_marrow": of("Dm"),
    }


def _killing(
    run: Run,
    p: Mapping[str, float],
    killers: Floats,
    cells: Floats,
    of: Callable[[str], Floats],
) -> tuple[Floats, Floats]:
    """Return the share of working T cells in contact, and kills per day of one in contact."""
    if all(name in run.names for name in TOLD[:2]):
        pace = of("kills_per_contact")
        return of("kills_per_effector") / np.maximum(pace, _LEAST), pace
    trimers = of("trimers_per_blast") / p["Kk"]
    signal = trimers ** p["nk"] / (1.0 + trimers ** p["nk"])
    contact = signal * cells / (cells + p["hET"] * killers + p.get("B_half", 0.0) + _LEAST)
    steroid = p["Imaxt"] * of("DexE") / (of("DexE") + p["ICt"])
    pace = p["kk"] / (1.0 + p["fPD"] * of("PDL1")) * (1.0 - steroid)
    return contact, pace
