# SPDX-License-Identifier: Apache-2.0
"""The scales that patients are graded by: their names, sources, and how each was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A published scale.

    Parameters
    ----------
    name : str
        What a table calls it.
    key : str
        Key of its source, after the habit of the source lists: author and year.
    source : str
        Where it was published, as far as is known here.
    read : str
        How its cells came here: read in a source, or from memory.
    assumed : str
        What the scale leaves open and was assumed here; empty if nothing.
    """

    name: str
    key: str
    source: str
    read: str
    assumed: str = ""


_LEE_2019 = "Lee et al. BBMT 2019;25:625 (ASTCT consensus)"
_CTCAE_5 = "Common Terminology Criteria for Adverse Events, version 5.0"
_DEVICE = "the fraction of oxygen is told by the device: low flow below 40 %, all others above"

SCALES = {
    "crs_astct": Scale(
        name="CRS, ASTCT 2019",
        key="Lee2019",
        source=_LEE_2019,
        read="read in tables of later papers that reprint it",
        assumed="a missed temperature is taken as the last for 12 h; an episode closes after 24 h "
        "without a sign; hypotension or hypoxia not yet treated is grade 2; vasopressin alone is "
        "one vasopressor",
    ),
    "crs_lee": Scale(
        name="CRS, Lee 2014",
        key="Lee2014",
        source="Lee et al. Blood 2014;124:188",
        read="from memory",
        assumed=f"{_DEVICE}; any positive pressure counts as a ventilator; vasopressin counts as a "
        "vasopressor; episodes are those of ASTCT 2019",
    ),
    "crs_ctcae": Scale(
        name="CRS, CTCAE v5",
        key="CTCAE5",
        source=_CTCAE_5,
        read="read in a published table",
        assumed=f"{_DEVICE}; several vasopressors and positive pressure are life-threatening; "
        "vasopressin counts as a vasopressor; episodes are those of ASTCT 2019",
    ),
    "icans_astct": Scale(
        name="ICANS, ASTCT 2019 (adults)",
        key="Lee2019",
        source=_LEE_2019,
        read="read in tables of later papers that reprint it",
        assumed="an ICE score not below the patient's own before treatment is no sign",
    ),
    "ctcae": Scale(
        name="laboratory toxicity and fever, CTCAE v5",
        key="CTCAE5",
        source=_CTCAE_5,
        read="ALT, AST and bilirubin against the limit of normal read in a published table, all "
        "else from memory",
        assumed="limits of normal are typical ones of adults, from memory; they depend on the "
        "laboratory",
    ),
    "infusion_reaction": Scale(
        name="infusion-related reaction, CTCAE v5",
        key="CTCAE5",
        source=_CTCAE_5,
        read="from memory",
        assumed="a reaction counts for 24 h after a start or a step",
    ),
    "adverse": Scale(
        name="other adverse events, CTCAE v5",
        key="CTCAE5",
        source=_CTCAE_5,
        read="from memory",
        assumed="no finding is simulated but a severity; its thresholds are set so that any grade "
        "is as frequent as in a published table, the split into grades is assumed",
    ),
}
"""Scales by a short name."""
