# SPDX-License-Identifier: Apache-2.0
"""Declare a model: species, parameters, flows, observables; check it; print its equations.

The nouns load without sympy; `Builder`, `hill`, `at_least` and `equations` bring it in.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from trimer.model.card import Card, read_card
from trimer.model.model import Model
from trimer.model.parameter import BASES, Parameter
from trimer.model.parts import (
    Baseline,
    Flow,
    Input,
    Observable,
    Root,
    Route,
    Species,
    Term,
)

if TYPE_CHECKING:
    from trimer.model.build import Builder
    from trimer.model.shapes import at_least, hill
    from trimer.model.show import Equation, equations

_ON_FIRST_USE = {
    "Builder": "trimer.model.build",
    "hill": "trimer.model.shapes",
    "at_least": "trimer.model.shapes",
    "Equation": "trimer.model.show",
    "equations": "trimer.model.show",
}

__all__ = [
    "BASES",
    "Baseline",
    "Builder",
    "Card",
    "Equation",
    "Flow",
    "Input",
    "Model",
    "Observable",
    "Parameter",
    "Root",
    "Route",
    "Species",
    "Term",
    "at_least",
    "equations",
    "hill",
    "read_card",
]


def __getattr__(name: str) -> object:
    try:
        module = _ON_FIRST_USE[name]
    except KeyError:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message) from None
    return getattr(import_module(module), name)
