# SPDX-License-Identifier: Apache-2.0
"""Where marks and their words go so that none stands on another: close ones become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from trimer.report.sheet import text_width

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Mark: TypeAlias = tuple[float, str]
"""Place in points, and amount as text."""

SMALL = 9.0
"""Points of all text in a timeline; 12 pixels on the screen."""

TOUCH = 8.0
"""Points from mark to mark below which they would touch."""

_AIR = 5.0
_EDGE = 12.0
_FAR = 90.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Marks too close to be told apart: the first, the last, how many, words and where they are.

    Words stand right of the last mark, left of the first, or inside, in the middle.
    """

    left: float
    right: float
    n: int
    text: str = ""
    side: Literal["right", "left", "inside"] = "right"


@dataclass(frozen=True, slots=True)
class Tag:
    """Words over a stretch or several: from, to, where their middle is, and what they are."""

    left: float
    right: float
    middle: float
    text: str


def clusters(marks: Sequence[Mark], width: float, touch: float = TOUCH) -> list[Cluster]:
    """Join marks until each group has room for its count.

    Parameters
    ----------
    marks : sequence of (float, str)
        Place in points, in order, and amount as text.
    width : float
        Of the axis, in points.
    touch : float
        Marks closer than this are one group.

    Examples
    --------
    >>> [(c.n, c.text) for c in clusters([(10, "4 mg"), (14, "4 mg"), (200, "10 mg")], 300)]
    [(2, '2 × 4 mg'), (1, '10 mg')]
    """
    groups = _joined([[mark] for mark in marks], touch)
    while len(groups) > 1 and _is_cut_off(groups, width):
        groups = _joined([*groups[:-2], groups[-2] + groups[-1]], touch)
    found: list[Cluster] = []
    told, cut = "", bool(groups) and _is_cut_off(groups, width, alone=True)
    for k, group in enumerate(groups):
        amounts = [amount for _, amount in group]
        is_last = k + 1 == len(groups)
        right = width + _EDGE if is_last else groups[k + 1][0][0]
        if k + 2 == len(groups) and cut:
            right -= text_width(f"{len(groups[-1])} ×", SMALL) + 2 * _AIR
        room = right - group[-1][0] - touch - 1.0
        side: Literal["left", "right"] = "left" if is_last and cut else "right"
        found.append(_with_words(group, _words(amounts, told), room, side))
        told = amounts[-1]
    return found


def _joined(groups: list[list[Mark]], touch: float) -> list[list[Mark]]:
    """Join groups that touch, or have no room for the count of the one before."""
    i = 0
    while i + 1 < len(groups):
        group = groups[i]
        needed = touch
        if len(group) > 1 and not _fits_inside(group, f"{len(group)} ×"):
            needed += text_width(f"{len(group)} ×", SMALL) + _AIR + 1.0
        if groups[i + 1][0][0] - group[-1][0] < needed:
            groups[i : i + 2] = [group + groups[i + 1]]
            i = max(i - 1, 0)
        else:
            i += 1
    return groups


def _is_cut_off(groups: Sequence[list[Mark]], width: float, *, alone: bool = False) -> bool:
    """Whether the count of the last group fits neither inside nor right of it.

    Unless it is `alone`, left of it is as good if the group before is far away.
    """
    last = groups[-1]
    text = f"{len(last)} ×"
    if len(last) == 1 or _fits_inside(last, text):
        return False
    is_cut = width + _EDGE - last[-1][0] - TOUCH - 1.0 < text_width(text, SMALL) + _AIR
    far = len(groups) > 1 and last[0][0] - groups[-2][-1][0] >= _FAR
    return is_cut and (alone or not far)


def _with_words(
    group: Sequence[Mark], choices: Sequence[str], room: float, side: Literal["left", "right"]
) -> Cluster:
    """Choose the longest words that fit, inside or beside."""
    ends = group[0][0], group[-1][0], len(group)
    if side == "left":
        return Cluster(*ends, choices[-1], "left")
    inside = next((text for text in choices if _fits_inside(group, text)), "")
    beside = next((t for t in choices if text_width(t, SMALL) + _AIR <= room), "")
    if inside and len(inside) >= len(beside):
        return Cluster(*ends, inside, "inside")
    return Cluster(*ends, beside)


def _fits_inside(group: Sequence[Mark], text: str) -> bool:
    return group[-1][0] - group[0][0] >= text_width(text, SMALL) + 4 * _AIR


def _words(amounts: Sequence[str], told: str) -> list[str]:
    """Count and amount, the longer words first; an amount once told is not told again."""
    n, same = len(amounts), len({*amounts}) == 1
    if n == 1:
        return [amounts[0]] if amounts[0] != told else []
    long = [f"{n} × {amounts[0]}"] if same and amounts[0] != told else []
    return [*long, f"{n} ×"]


def tags(
    stretches: Sequence[tuple[float, float, str, float]],
    width: float,
    words: Callable[[Sequence[tuple[str, float]]], str],
) -> list[Tag]:
    """Put words over stretches, and join those whose words would touch.

    Parameters
    ----------
    stretches : sequence of (float, float, str, float)
        From and to in points, in order, what it is, and how long in **minutes**.
    width : float
        Of the axis, in points.
    words : callable
        Says what some stretches are, given the kind and length of each.
    """
    groups = [[stretch] for stretch in stretches]
    while True:
        found = [_tag(group, width, words) for group in groups]
        for i in range(len(found) - 1):
            first, second = found[i], found[i + 1]
            reach = (text_width(first.text, SMALL) + text_width(second.text, SMALL)) / 2
            if second.middle - first.middle < reach + 2 * _AIR:
                groups[i : i + 2] = [groups[i] + groups[i + 1]]
                break
        else:
            return found


def _tag(
    group: Sequence[tuple[float, float, str, float]],
    width: float,
    words: Callable[[Sequence[tuple[str, float]]], str],
) -> Tag:
    text = words([(what, minutes) for *_, what, minutes in group])
    left, right = group[0][0], group[-1][1]
    half = text_width(text, SMALL) / 2
    middle = min(max((left + right) / 2, half), width + 8.0 - half)
    return Tag(left, right, middle, text)
