# SPDX-License-Identifier: Apache-2.0
"""Read-outs of simulated scenarios, by the names that a targets file calls them."""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING

from trimer.trial.targets.measures import course, crs, identity, response

if TYPE_CHECKING:
    from collections.abc import Callable

    from trimer.trial.targets.estimate import Estimate

_HOMES = (crs, course, response, identity)


@cache
def known_measures() -> dict[str, Callable[..., Estimate]]:
    """Return every read-out by name."""
    return {
        name: made
        for home in _HOMES
        for name, made in vars(home).items()
        if inspect.isfunction(made)
        and made.__module__ == home.__name__
        and not name.startswith("_")
    }


def takes(name: str) -> tuple[dict[str, bool], bool]:
    """Return the options of a read-out with whether each is needed, and if it compares two groups.

    Its scale is no option: the row says it.
    """
    parameters = inspect.signature(known_measures()[name]).parameters
    options = {
        key: parameter.default is inspect.Parameter.empty
        for key, parameter in parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and key != "scale"
    }
    return options, "other" in parameters


def takes_scale(name: str) -> bool:
    """Return whether a read-out depends on the grading scale."""
    return "scale" in inspect.signature(known_measures()[name]).parameters
