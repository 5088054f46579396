# SPDX-License-Identifier: Apache-2.0
"""The page of two layers of uncertainty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.report.figures.layers import layers_over_time
from trimer.report.numbers import count, number, percent
from trimer.report.page import Page, Section, write_page
from trimer.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from trimer.trial.uncertainty import Doubt, Uncertainty


def write_uncertainty(
    found: Sequence[Uncertainty], doubts: Sequence[Doubt], about: Mapping[str, Any], path: Path
) -> Path:
    """Write the page of an uncertainty analysis.

    Parameters
    ----------
    found : sequence of Uncertainty
        One for each arm.
    doubts : sequence of Doubt
        How well typical values are known.
    about : mapping
        ``title``, ``model``, ``version``, ``days``, ``seed``, ``fitted`` (parameters drawn with
        the covariance of a calibration).
    path : Path
        File to write.

    Raises
    ------
    DiskError
        If the disk refuses.
    """
    return write_page(uncertainty_page(found, doubts, about), path)


def uncertainty_page(
    found: Sequence[Uncertainty], doubts: Sequence[Doubt], about: Mapping[str, Any]
) -> Page:
    """Return the page of an uncertainty analysis."""
    origin = (
        f"Trimer, model {about['model']} {about['version']}, {about['days']:g} days, seed "
        f"{about['seed']}; simulation, not medical advice"
    )
    sections = [
        Section(
            "rates", "Rates",
            "The interval between patients is that of the draw of virtual patients under the card. "
            "The range about the parameters is that of the rate over the drawn cards.",
            tables=[_rates(arm) for arm in found],
        ),
        Section(
            "courses", "Courses",
            "Two bands, never one: how patients differ, and how little the parameters are known.",
            figures=[layers_over_time(arm, origin) for arm in found],
        ),
        Section(
            "parameters", "What is known of the parameters",
            "Coefficients of variation of typical values. How much patients differ is not varied.",
            tables=[_doubts(doubts, about["fitted"])],
        ),
    ]  # fmt: skip
    return Page(
        kind="Trimer uncertainty analysis",
        title=f"How sure is {about['title']}?",
        state=origin,
        answer=[_sentence(arm) for arm in found],
        sections=sections,
        methods=_methods(found),
    )


def _methods(found: Sequence[Uncertainty]) -> list[str]:
    first, failed = found[0], sum(arm.failed for arm in found)
    cards = (
        f"{first.draws} drawn cards of {count(first.patients)} virtual patients, the same patients "
        "with the same luck under every card."
    )
    drawn = (
        "A typical value is drawn from a lognormal distribution around that of the card, "
        "independently of others but for those that were fitted together. Medians of spreads move "
        "with it, their widths do not. Shares drawn from beta distributions and parameters of 0 "
        "stay as they are."
    )
    left_out = (
        f"{count(failed)} virtual patients under drawn cards could not be followed to the end; "
        "they are left out."
    )
    return [cards, drawn, left_out]


def _sentence(arm: Uncertainty) -> str:
    drawn = arm.rate_quantiles()
    parts = [
        f"{name} {percent(arm.at_card[k].share)} (between patients "
        f"{percent(arm.at_card[k].low)} to {percent(arm.at_card[k].high)}, about the parameters "
        f"{percent(float(drawn[0, k]))} to {percent(float(drawn[4, k]))})"
        for k, name in enumerate(arm.names)
    ]
    return f"{arm.label}: {'; '.join(parts)}."


def _rates(arm: Uncertainty) -> Table:
    drawn = arm.rate_quantiles()
    rows = [
        (
            name, f"{card.count}/{card.total} ({percent(card.share)})",
            f"{percent(card.low)} to {percent(card.high)}", percent(float(drawn[2, k])),
            f"{percent(float(drawn[0, k]))} to {percent(float(drawn[4, k]))}",
        )
        for k, (name, card) in enumerate(zip(arm.names, arm.at_card, strict=True))
    ]  # fmt: skip
    return Table(
        arm.label,
        (
            "Rate", "Under the card", "Between patients, 95 %", "Median of drawn cards",
            "About the parameters, 5 to 95 %",
        ),
        rows,
    )  # fmt: skip


def _doubts(doubts: Sequence[Doubt], fitted: Sequence[str]) -> Table:
    rows = []
    for doubt in doubts:
        low, high = doubt.ends()
        reason = "covariance of the calibration" if doubt.name in fitted else doubt.reason
        rows.append(
            (doubt.name, doubt.basis, number(doubt.value), number(low), number(high), reason)
        )
    return Table(
        "Typical values that are drawn",
        ("Name", "Basis", "Value", "5 %", "95 %", "Why so"),
        rows,
        frozenset({0, 1, 5}),
    )
