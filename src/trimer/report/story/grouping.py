# SPDX-License-Identifier: Apache-2.0
"""Looks that tell the same again and again become one line."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from trimer.report.numbers import fixed
from trimer.report.story import phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trimer.report.story.look import Told

LEAST = 4
"""So many usual looks one after the other become one line."""


def grouped(told: Sequence[Told]) -> Iterator[tuple[int, str]]:
    """Return lines as minute and text: long runs of usual looks are told in one."""
    for usual, part in groupby(told, key=lambda one: one.is_usual):
        run = list(part)
        if usual and len(run) >= LEAST:
            yield run[0].look.minute, _in_short(run)
            continue
        for one in run:
            yield one.look.minute, " ".join(one.sentences)


def _in_short(run: Sequence[Told]) -> str:
    """Say of many looks how often CRS came, how hot it was and what was given."""
    until = phrases.when(run[-1].look.minute).replace("Day", "day")
    came, went = sum(one.onset for one in run), sum(one.ended for one in run)
    if came and went:
        parts = [f"CRS grade 1 comes and goes, {phrases.often(came)} until {until}"]
    elif came:
        parts = [f"CRS grade 1, and still so on {until}"]
    else:
        parts = [f"the same until {until}"]
    hot = [
        row["temperature"]
        for one in run
        for row in one.look.decisions
        if phrases.is_known(row["temperature"])
    ]
    if hot:
        parts.append(f"highest temperature {fixed(max(hot), 1)} °C")
    return phrases.sentence("; ".join([*parts, *_given(run)]))


def _given(run: Sequence[Told]) -> list[str]:
    doses: dict[tuple[str, float, str], int] = {}
    for one in run:
        for row in one.look.given:
            key = (row["drug"], row["amount"], row["unit"])
            doses[key] = doses.get(key, 0) + 1
    return [
        f"{phrases.drug_name(drug)} {phrases.dose(amount, unit)}"
        + ("" if n == 1 else f" {phrases.often(n)}")
        for (drug, amount, unit), n in doses.items()
    ]
