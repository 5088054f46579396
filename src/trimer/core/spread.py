# SPDX-License-Identifier: Apache-2.0
"""What may be written of how a parameter differs between patients.

The grammar alone, so that a card can be checked where it is read; what it means, and how
patients are drawn, is said in `trimer.patients.distribution`.
"""

from __future__ import annotations

import math
import re

ALLOWED = (
    "allowed are 'lognormal cv 40%', 'lognormal sd 0.9', 'beta 1.8 2.3' and 'logistic', "
    "a lognormal may go on with 'median 0.05', each may end in 'within LOW..HIGH'"
)

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_GRAMMAR = re.compile(
    r"(?:lognormal (?:cv (?P<cv>NUMBER) ?%|sd (?P<sd>NUMBER))(?: median (?P<median>NUMBER))?"
    r"|beta (?P<a>NUMBER) (?P<b>NUMBER)"
    r"|logistic)"
    r"(?: within (?P<low>NUMBER) ?\.\. ?(?P<high>NUMBER))?".replace("NUMBER", _NUMBER),
    re.ASCII,
)


def numbers(text: str) -> dict[str, float] | None:
    """Return the numbers of a spread by what they are; None if the text is no spread.

    Parameters
    ----------
    text : str
        The spread.

    Returns
    -------
    dict or None
        A lognormal has ``cv`` (in **percent**) or ``sd`` and perhaps ``median``, a beta ``a`` and
        ``b``, a logistic none of them; limits are ``low`` and ``high``.

    Examples
    --------
    >>> numbers("lognormal cv 40% within 1..9")
    {'cv': 40.0, 'low': 1.0, 'high': 9.0}
    >>> numbers("logistic"), numbers("lognormall cv 40%")
    ({}, None)
    """
    match = _GRAMMAR.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    return {key: float(found) for key, found in match.groupdict().items() if found is not None}


def check(text: str, value: float | None) -> str:
    """Return what is wrong with a spread, to end a sentence with; empty when nothing is.

    Parameters
    ----------
    text : str
        The spread.
    value : float or None
        The parameter's value in the typical patient; None if that is wrong itself.

    Examples
    --------
    >>> check("beta 0 2", 0.5)
    "got 'beta 0 2'; the first shape has to be positive and finite. Change it, or leave the field empty"
    """  # noqa: E501 (one line of output)
    number = numbers(text)
    if number is None:
        return f"got '{text}'; {ALLOWED}. Write it in one of these forms"
    problem = _of_numbers(number) or ("" if value is None else _of_value(number, value))
    return f"got '{text}'; {problem}" if problem else ""


def _of_numbers(number: dict[str, float]) -> str:
    for key in ("cv", "sd", "median", "a", "b"):
        if not 0 < number.get(key, 1.0) < math.inf:
            what = {"a": "the first shape", "b": "the second shape"}.get(key, f"'{key}'")
            return f"{what} has to be positive and finite. Change it, or leave the field empty"
    if number.get("low", -math.inf) >= number.get("high", math.inf):
        return "the lower limit has to be below the upper one. Change the limits after 'within'"
    return ""


def _of_value(number: dict[str, float], value: float) -> str:
    if ("cv" in number or "sd" in number) and not 0 <= number.get("median", value) < math.inf:
        return f"the median of a lognormal cannot be {value:g}. Add 'median NUMBER'"
    low, high = number.get("low", -math.inf), number.get("high", math.inf)
    if not low <= value <= high:
        return f"the value {value:g} lies outside {low:g}..{high:g}. Change one of them"
    return ""
