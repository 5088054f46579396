# SPDX-License-Identifier: Apache-2.0
"""Read single fields of a targets file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trimer.core.errors import InputError, did_you_mean
from trimer.core.shown import shown
from trimer.protocol.tables import word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def a_text(value: object, where: str) -> str:
    """Return a text that is not empty, its lines put together."""
    if isinstance(value, str) and value.strip():
        return " ".join(value.split())
    raise InputError(f"Wrong text in {where}: got {shown(value)}; it is text. Write some.")


def a_number(value: object, where: str) -> float:
    """Return a finite number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise InputError(f"Wrong number in {where}: got {shown(value)}; it is a finite number.")


def a_positive(value: object, where: str) -> float:
    """Return a number above 0."""
    found = a_number(value, where)
    if found > 0:
        return found
    raise InputError(f"Wrong number in {where}: got {shown(value)}; it is above 0.")


def a_whole(value: object, where: str) -> int:
    """Return a whole number that is not negative."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise InputError(
        f"Wrong count in {where}: got {shown(value)}; it is a whole number, not negative."
    )


def who(value: object, where: str) -> int | str:
    """Return how many were observed: a number, or words such as ``"9 patients, 36 samples"``."""
    if isinstance(value, str):
        return a_text(value, where)
    return a_whole(value, where)


def a_list(value: object, where: str) -> tuple[str, ...]:
    """Return a list of texts."""
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise InputError(
        f'Wrong list in {where}: got {shown(value)}; it is a list of texts, such as ["IL6"].'
    )


def a_table(value: object, where: str) -> dict[str, Any]:
    """Return an inline table."""
    if isinstance(value, dict):
        return value
    raise InputError(
        f"Wrong table in {where}: got {shown(value)}; it is a table, such as {{ at_least = 1 }}."
    )


def numbers_by_name(value: object, where: str) -> dict[str, float]:
    """Return a table of numbers."""
    table = a_table(value, where)
    return {name: a_number(number, where) for name, number in table.items()}


def one_of(known: Sequence[str]) -> Callable[[object, str], str]:
    """Return a reader of one word out of some."""

    def read(value: object, where: str) -> str:
        if isinstance(value, str) and value in known:
            return value
        raise InputError(
            f"Unknown word in {where}: got {shown(value)}; it is one of {', '.join(known)}."
            f"{did_you_mean(word(value), known)}"
        )

    return read
