# SPDX-License-Identifier: Apache-2.0
"""Colors and line styles."""

from __future__ import annotations

import pytest

from trimer.report.theme import PALETTE, arm_style

TEXT = ("ink", "muted", "dose", "rescue", "a", "b", "c", "d", "e")
LINES = ("edge",)
GROUNDS = (
    *((f"digit-{grade}", f"grade-{grade}") for grade in range(5)),
    *((f"on-{kind}", kind) for kind in ("CR", "CRh", "CRi", "MLFS", "PR", "NR")),
    *(("on-arm", arm) for arm in "abcde"),
)


def luminance(color: str) -> float:
    """Relative luminance after WCAG 2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio after WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colors_can_be_read_on_their_ground(scheme):
    """Text has a contrast of at least 4.5 and lines of at least 3, in both schemes."""
    panel = PALETTE["panel"][scheme]
    poor = [name for name in TEXT if contrast(PALETTE[name][scheme], panel) < 4.5]
    poor += [name for name in LINES if contrast(PALETTE[name][scheme], panel) < 3.0]
    poor += [
        ink
        for ink, ground in GROUNDS
        if contrast(PALETTE[ink][scheme], PALETTE[ground][scheme]) < 4.5
    ]
    assert poor == []


def test_every_token_can_be_told_from_its_light_color():
    """Light colors are all different, so a drawn color leads back to its token."""
    light = [pair[0] for pair in PALETTE.values()]
    assert len(set(light)) == len(light)


def test_arms_differ_without_color():
    """Five arms have five letters and five dashes."""
    styles = [arm_style(i) for i in range(5)]
    assert len({style.letter for style in styles}) == 5
    assert len({style.dash for style in styles}) == 5
