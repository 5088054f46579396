# SPDX-License-Identifier: Apache-2.0
"""Print results on stdout."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any

from trimer.core.notice import NOTICE, SHORT_NOTICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def say(text: str = "") -> None:
    """Print a line of a result."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print a line beside the results, on stderr."""
    sys.stderr.write(text + "\n")


def say_notice() -> None:
    """Print what every output says."""
    say(f"\n{SHORT_NOTICE[0].upper()}{SHORT_NOTICE[1:]}.")


def say_json(record: Mapping[str, Any]) -> None:
    """Print a record as JSON, with the notice; NaN becomes null."""
    say(json.dumps(_without_nan({"notice": NOTICE, **record}), indent=1, ensure_ascii=False))


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Return rows as aligned text; the first `left` columns to the left, the rest to the right.

    Examples
    --------
    >>> print(table(["day", "IL6"], [["0", "5"], ["10", "58.7"]]))
    day   IL6
    0       5
    10   58.7
    """
    cells = [list(header), *(list(row) for row in rows)]
    widths = [max(len(row[k]) for row in cells) for k in range(len(header))]
    lines = [
        "  ".join(
            cell.ljust(width) if k < left else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def number(value: float, digits: int = 4) -> str:
    """Return a number with so many significant digits.

    Examples
    --------
    >>> number(0.72581), number(1000.4), number(2466000000.0), number(float("nan"))
    ('0.7258', '1000', '2.466e+09', '-')
    """
    if math.isnan(value):
        return "-"
    text = f"{value:.{digits}g}"
    return "0" if float(text) == 0 else text


def _without_nan(value: Any) -> Any:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(part) for part in value]
    return value
