# SPDX-License-Identifier: Apache-2.0
"""Sentences that recur in a report, made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trimer.assess.response import WINDOWS
from trimer.core.notice import SHORT_NOTICE
from trimer.report.numbers import (
    MISSING,
    NBSP,
    amount,
    count,
    counted,
    day,
    fixed,
    listing,
    percent,
    percent_span,
    points_span,
    share,
    span,
)
from trimer.report.rates import REMISSION, SEVERE, Event, difference, rate

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimer.assess import PairedDifference, Proportion
    from trimer.report.data import Course, RunData
    from trimer.report.manifest import Arm

PROVISIONAL = "provisional: the reference model's ordinal read-out"
"""Goes with every CRS grade that no ward has graded."""

GRADED = "ASTCT 2019, graded from what the simulated ward reads and gives"
"""Goes with every CRS grade of a ward."""


def origin(run: RunData) -> str:
    """Where a figure comes from, in one small line."""
    manifest = run.manifest
    return (
        f"Run {manifest.run} · {manifest.date} · seed {manifest.seed} · "
        f"Trimer {manifest.version} · DRAFT · {SHORT_NOTICE}"
    )


def grading(run: RunData) -> str:
    """Where CRS grades come from; goes with every one of them."""
    return GRADED if run.manifest.is_on_ward else PROVISIONAL


def scale(run: RunData) -> str:
    """The same in a word or two, for the head of a panel."""
    return "ASTCT 2019" if run.manifest.is_on_ward else "provisional"


def severe(run: RunData) -> str:
    """CRS of grade 3 or more, with its scale."""
    return f"CRS grade 3 or more ({scale(run)})"


def sizes(run: RunData) -> str:
    """How many virtual patients finished in each arm."""
    numbers = [len(run.finished(arm)) for arm in run.arms]
    if len(set(numbers)) == 1:
        each = "" if len(numbers) == 1 else " in each arm"
        return f"N = {counted(numbers[0], 'virtual patient')}{each}"
    parts = [f"{count(n)} in {letter(run, arm)}" for n, arm in zip(numbers, run.arms, strict=True)]
    return f"N = {listing(parts)}, virtual patients"


def dashes(run: RunData) -> str:
    """Which arm has which line; nothing when there is one arm."""
    if len(run.arms) < 2:
        return ""
    parts = [f"{run.style(arm).letter} {run.style(arm).dash_name}" for arm in run.arms]
    return f"{listing(parts)}."


def letter(run: RunData, arm: Arm) -> str:
    """Letter of an arm, as it stands in the figures."""
    return run.style(arm).letter


def with_label(arm: Arm) -> str:
    """An arm inside a sentence.

    Examples
    --------
    >>> from trimer.report.manifest import Arm
    >>> with_label(Arm("flat", "Flat 500", "p", "", ""))
    'with flat 500'
    >>> with_label(Arm("flat", "DART", "p", "", ""))
    'with DART'
    """
    return f"with {lower(arm.label)}"


def lower(label: str) -> str:
    """A label as it reads inside a sentence: small first letter unless it is an abbreviation."""
    word = label.split(" ", 1)[0]
    return (
        label
        if any(c.isupper() for c in word[1:]) or len(word) < 2
        else label[0].lower() + label[1:]
    )


def per_arm(run: RunData, observable: str, say: Callable[[Course], str]) -> str:
    """Say the same thing of every arm: "... with the first, ... with the second".

    When all arms give the same text it is said once.
    """
    return said_of_arms(run, [say(run.course(arm, observable)) for arm in run.arms])


def numbers_per_arm(
    run: RunData, observable: str, read: Callable[[Course], float], unit: str = ""
) -> str:
    """Give a number of every arm, or once where they are within a tenth of each other."""
    found = [read(run.course(arm, observable)) for arm in run.arms]
    if len(found) > 1 and 0 < max(found) <= 1.1 * min(found):
        return f"about {amount(sum(found) / len(found), unit, 2)} in {all_arms(run)}"
    return said_of_arms(run, [amount(value, unit, 2) for value in found])


def said_of_arms(run: RunData, texts: list[str]) -> str:
    """Join what is said of each arm into one phrase."""
    if len(texts) == 1:
        return texts[0]
    if len(set(texts)) == 1:
        return f"{texts[0]} in {all_arms(run)}"
    parts = [f"{text} {with_label(arm)}" for text, arm in zip(texts, run.arms, strict=True)]
    return listing(parts)


def all_arms(run: RunData) -> str:
    """All arms, in words."""
    return "both arms" if len(run.arms) == 2 else "all arms"


def severe_crs(run: RunData) -> str:
    """How many reached CRS grade 3 or more, arm by arm."""
    return _event(run, SEVERE, severe(run), "reached")


def remission(run: RunData) -> str:
    """How many reached remission, arm by arm."""
    return _event(run, REMISSION, "CR, CRh or CRi", "reached")


def _event(run: RunData, event: Event, name: str, verb: str) -> str:
    first, *others = run.arms
    found = rate(run, first, event)
    start = f"{upper(with_label(first))} {share(found.count, found.total)} {verb} {name}"
    rest = [
        f"{with_label(arm)} {share(r.count, r.total)}"
        for arm in others
        for r in [rate(run, arm, event)]
    ]
    return f"{start}; {listing(rest)}" if rest else start


def discordant(run: RunData, first: Arm, second: Arm, found: PairedDifference) -> str:
    """Who had severe CRS in one arm only."""
    return (
        f"Of the same {counted(found.total, 'virtual patient')}, "
        f"{count(found.first_only)} reached {severe(run)} only {with_label(first)}, "
        f"{count(found.second_only)} only {with_label(second)}"
    )


def spoken(run: RunData, table: pl.DataFrame) -> str:
    """Rates of every arm as text, for who cannot see the figure."""
    parts = []
    for arm in run.arms:
        rows = table.filter(pl.col("arm") == arm.name).iter_rows(named=True)
        said = [f"{row['event']} {share(row['n'], row['N'])}" for row in rows]
        parts.append(f"{arm.label}: {'; '.join(said)}")
    return f"{'. '.join(parts)}."


def upper(text: str) -> str:
    """A text with a capital first letter."""
    return text[:1].upper() + text[1:]


def of_total(found: Proportion) -> str:
    """How many of how many, with percentage and interval."""
    interval = (found.low, found.high) if found.total else None
    return share(found.count, found.total, interval)


def cell(found: Proportion) -> str:
    """Percentage and interval for a cell of a table."""
    if found.total == 0:
        return MISSING
    return f"{percent(found.share).split(NBSP)[0]} ({percent_span(found.low, found.high)})"


def answer(run: RunData) -> list[str]:
    """The answer in few lines: severe CRS, pairs, remission, rescue, IL-6, what it rests on."""
    lines = [_answer_of(run, SEVERE, f"reached {severe(run)}")]
    lines.append(_pairs(run) if len(run.arms) > 1 else _blasts(run))
    lines.append(_remission(run))
    lines.append(_rescue(run))
    lines.append(_il6(run))
    lines.append(_finished(run))
    return [line for line in lines if line]


def _answer_of(run: RunData, event: Event, verb: str) -> str:
    first, *others = run.arms
    text = f"{upper(with_label(first))} {of_total(rate(run, first, event))} {verb}"
    rest = [f"{with_label(arm)} {of_total(rate(run, arm, event))}" for arm in others]
    return f"{', '.join([text, *rest])}."


def _remission(run: RunData) -> str:
    if not run.manifest.response_criteria:
        return "No response is claimed for this cohort: blasts and blood counts are shown."
    if not run.is_response_assessed:
        return f"Response was not assessed: the first marrow is due on {day(WINDOWS[0])}."
    return _answer_of(run, REMISSION, "reached CR, CRh or CRi")


def _pairs(run: RunData) -> str:
    first, *others = run.arms
    parts = []
    for arm in others:
        d = difference(run, first, arm, SEVERE)
        none = ", so there may be none" if d.low <= 0.0 <= d.high else ""
        parts.append(
            f"{discordant(run, first, arm, d)}: a difference of {fixed(100 * d.difference, 1)} "
            f"percentage points ({points_span(d.low, d.high)}){none}"
        )
    return f"{'. '.join(parts)}."


def _blasts(run: RunData) -> str:
    if not run.has("blasts"):
        return ""
    arm = run.arms[0]
    course, last = run.course(arm, "blasts"), min(28.0, run.manifest.days)
    start, later = course.at(0.0), course.at(last)
    return (
        f"Median marrow blasts were {amount(start, '%')} at the start and {amount(later, '%')} on "
        f"{day(last)}."
    )


def _rescue(run: RunData) -> str:
    """Who was given tocilizumab, where a ward could give it."""
    if run.ward is None or "tocilizumab_doses" not in run.outcomes.columns:
        return ""
    parts = []
    for arm in run.arms:
        doses = run.finished(arm)["tocilizumab_doses"]
        text = share(int((doses > 0).sum()), len(doses))
        parts.append(f"{text} {with_label(arm)}" if len(run.arms) > 1 else text)
    return f"Tocilizumab was given to {listing(parts)}."


def _il6(run: RunData) -> str:
    if "peak_il6" not in run.outcomes.columns:
        return ""
    parts = []
    for arm in run.arms:
        peak = run.finished(arm)["peak_il6"].drop_nans()
        low, mid, high = (peak.quantile(q, "linear") for q in (0.05, 0.5, 0.95))
        text = f"{amount(mid, 'pg/mL')} (5–95{NBSP}%: {span(low, high)})"
        parts.append(f"{text} {with_label(arm)}" if len(run.arms) > 1 else text)
    return f"The median of the highest IL-6 was {listing(parts)}."


def _finished(run: RunData) -> str:
    done, failed = len(run.outcomes) - len(run.failed()), len(run.failed())
    planned = run.manifest.patients * len(run.manifest.arms)
    text = f"{count(done)} of {count(planned)} planned simulations finished"
    if failed:
        text += f"; {count(failed)} failed and are listed, not counted"
    if run.manifest.status != "complete":
        text += f"; the run is {run.manifest.status}"
    return f"{text}. These are frequencies under the model, not evidence from patients."
