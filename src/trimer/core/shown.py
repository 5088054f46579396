# SPDX-License-Identifier: Apache-2.0
"""How a message shows what it got, and how many."""

from __future__ import annotations

_MOST_LETTERS = 80


def shown(value: object) -> str:
    """Return a value as a reader would write it, cut where it goes on and on.

    Examples
    --------
    >>> shown("30"), shown(30)
    ("'30'", '30')
    """
    try:
        text = repr(value)
    except ValueError:  # an integer of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}..."


def counted(number: int, thing: str) -> str:
    """Return how many things there are, in the plural where there is not one.

    Examples
    --------
    >>> counted(1, "dose"), counted(3000, "patient")
    ('1 dose', '3,000 patients')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
