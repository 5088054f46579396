# SPDX-License-Identifier: Apache-2.0
"""Conditions: one small grammar for rules, in Python, TOML and on the page."""

from trimer.core.condition.bind import Bound, bind
from trimer.core.condition.logic import can_ever_hold, can_hold_together
from trimer.core.condition.memory import Memory
from trimer.core.condition.parse import parse
from trimer.core.condition.quantity import Quantity, check, threshold
from trimer.core.condition.scene import Scene
from trimer.core.condition.tree import (
    And,
    Change,
    Compare,
    Condition,
    Count,
    Flag,
    Not,
    Observed,
    Or,
    Since,
    Value,
    atoms,
)

__all__ = [
    "And",
    "Bound",
    "Change",
    "Compare",
    "Condition",
    "Count",
    "Flag",
    "Memory",
    "Not",
    "Observed",
    "Or",
    "Quantity",
    "Scene",
    "Since",
    "Value",
    "atoms",
    "bind",
    "can_ever_hold",
    "can_hold_together",
    "check",
    "parse",
    "threshold",
]
