# SPDX-License-Identifier: Apache-2.0
"""Days as the page counts them: from 1, as protocols and nurses do.

The library's sentences count from 0, as its tables do; never both on one page.
"""

from __future__ import annotations

import re

_DAY = re.compile(r"\b([Dd])ay([ \u00a0])(\d+)(?:, hour (\d+)(?::(\d\d))?)?")


def from_one(text: str) -> str:
    """Return a sentence of the library with its days counted from 1.

    Examples
    --------
    >>> from_one("CRS grade 2 on day 11, held for 8 h")
    'CRS grade 2 on day 12, held for 8 h'
    >>> from_one("first on day 7, hour 8:30; until day 34, hour 20")
    'first on day 8, 08:30; until day 35, 20:00'
    """

    def moved(found: re.Match[str]) -> str:
        letter, space, day, hour, minute = found.groups()
        clock = "" if hour is None else f", {int(hour):02d}:{minute or '00'}"
        return f"{letter}ay{space}{int(day) + 1}{clock}"

    return _DAY.sub(moved, text)
