# SPDX-License-Identifier: Apache-2.0
"""A figure as SVG that lives inside the report.

The colors of the palette become style variables, so that one drawing serves light, dark and
print; names inside the drawing get a prefix, so that many drawings share a page; and digits that
no screen can show are dropped.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from trimer.report.theme import PALETTE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOKENS = {light: token for token, (light, _) in PALETTE.items()}
_HEX = re.compile(r"#[0-9a-f]{6}\b")
_TAG = re.compile(r"<[^>]+>")
_LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")
_NAMES = re.compile(r'(\bid="|url\(#|href="#)')
_FONT = re.compile(r'font-family: [^;"]*')


def to_svg(figure: Figure, name: str) -> str:
    """Draw a figure as an ``<svg>`` element for a page.

    Parameters
    ----------
    figure : matplotlib Figure
        Drawn with the settings of `trimer.report.theme.style`.
    name : str
        Prefix of the names inside; unique in the page.

    Returns
    -------
    str
        The element, hidden from screen readers: the figure around it has the words.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # Only tags are rewritten: a number or a color in a label stays as it is.
    text = _TAG.sub(lambda tag: _rewritten(tag[0], name), text)
    return _open_tag(re.sub(r"\n\s*", "\n", text))


def _rewritten(tag: str, name: str) -> str:
    tag = _HEX.sub(_variable, tag)
    tag = _LONG_NUMBER.sub(_shorter, tag)
    tag = _NAMES.sub(rf"\g<1>{name}-", tag)
    return _FONT.sub("font-family: var(--font, sans-serif)", tag)


def _open_tag(text: str) -> str:
    """Give the element a size that follows its column, and no XML name spaces but one."""
    head, rest = text.split(">", 1)
    box = re.search(r'viewBox="([^"]+)"', head)
    width = re.search(r'width="([\d.]+)pt"', head)
    if box is None or width is None:
        raise AssertionError(head)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box[1]}" aria-hidden="true" focusable="false">{rest}'
    )


def _variable(match: re.Match[str]) -> str:
    token = _TOKENS.get(match[0])
    return match[0] if token is None else f"var(--fig-{token}, {match[0]})"


def _shorter(match: re.Match[str]) -> str:
    text = f"{float(match[0]):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
