# SPDX-License-Identifier: Apache-2.0
"""What conditions may speak of: names with a unit, a kind and a range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal

from trimer.core.condition.scales import (
    MINUTES,
    MOLAR_MASS,
    UNITS,
    convert,
    spellings,
    unknown_unit,
)
from trimer.core.condition.tree import (
    OPPOSITE,
    Atom,
    Change,
    Compare,
    Condition,
    Count,
    Flag,
    Observed,
    Since,
    Value,
    atoms,
    name_of,
)
from trimer.core.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.core.condition.tree import Measured

Kind = Literal["vital", "lab", "marrow", "grade", "state", "flag", "drug", "event"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something a condition may speak of.

    Parameters
    ----------
    name : str
        As it stands in conditions.
    unit : str
        Unit of its values; empty for a plain number, a flag, a drug or an event.
    kind : {"vital", "lab", "marrow", "grade", "state", "flag", "drug", "event"}
        What it is: ``vital``, ``lab`` and ``marrow`` are read; ``grade`` is made of readings;
        ``state`` and ``flag`` are kept by the ward; doses of a ``drug`` are counted; a time may
        pass since an ``event`` or a dose.
    definition : str
        What it means.
    low, high : float
        Smallest and largest value there is.
    """

    name: str
    unit: str
    kind: Kind
    definition: str
    low: float = -inf
    high: float = inf


def check(condition: Condition, vocabulary: Mapping[str, Quantity], where: str = "") -> list[str]:
    """Return a sentence for everything in a condition that does not fit the vocabulary.

    Parameters
    ----------
    condition : Condition
        As it was read.
    vocabulary : mapping of str to Quantity
        What there is.
    where : str
        For the sentences, such as ``"'policy.toml', line 7"``.
    """
    problems: list[str] = []
    place = f" in {where}" if where else ""
    for atom in atoms(condition.tree):
        what, at = _name_problem(atom, vocabulary), _name_at(condition.source, atom)
        if not what and isinstance(atom, Compare):
            what, at = _number_problem(atom, vocabulary[name_of(atom)]), atom.value.at
        if what:
            problems.append(f"Wrong condition{place}: {what}\n{condition_caret(condition, at)}")
    return problems


def condition_caret(condition: Condition, at: int) -> str:
    """Return the text of a condition with a caret under a place in it.

    A condition that was built in Python has no text: it is written out, without a caret.
    """
    if not condition.source:
        return f"    {condition}"
    return f"    {condition.source}\n    {' ' * at}^"


def _name_at(source: str, atom: Atom) -> int:
    """Return where the name of a comparison stands: not always first, as in "time since hold"."""
    name = r"\s+".join(name_of(atom).split())
    found = re.compile(rf"\b{name}\b").search(source, atom.at)
    return found.start() if found else atom.at


def span(left: Measured, quantity: Quantity | None) -> tuple[float, float]:
    """Return the smallest and the largest value that a side of a comparison can have."""
    if isinstance(left, (Count, Since)):
        return 0.0, inf
    if quantity is None:
        return -inf, inf
    if isinstance(left, Change):
        return quantity.low - quantity.high, quantity.high - quantity.low
    return quantity.low, quantity.high


def is_whole(left: Measured, quantity: Quantity | None) -> bool:
    """Return whether a side of a comparison is always a whole number."""
    return isinstance(left, Count) or (
        isinstance(left, Observed) and quantity is not None and quantity.kind in {"grade", "state"}
    )


def threshold(compare: Compare, quantity: Quantity | None) -> float | None:
    """Return what a comparison compares with, in the quantity's unit; None if units differ.

    A multiple of a limit is returned as it is.
    """
    left, value = compare.left, compare.value
    if value.times:
        return value.number
    if isinstance(left, Since):
        return convert(value.number, value.unit, "min") if value.unit in MINUTES else None
    unit = "" if isinstance(left, Count) or quantity is None else quantity.unit
    if not unit or not value.unit:
        return value.number if unit == value.unit else None
    return convert(
        value.number, value.unit, unit, difference=isinstance(left, Change),
        molar_mass=MOLAR_MASS.get(name_of(compare)),
    )  # fmt: skip


def _name_problem(atom: Atom, vocabulary: Mapping[str, Quantity]) -> str:
    """Say where a name is unknown, or names something else than is asked for."""
    name, allowed = name_of(atom), _allowed(atom, vocabulary)
    quantity = vocabulary.get(name)
    if quantity is None:
        return f"unknown {_role(atom)} '{name}'.{did_you_mean(name, allowed)}"
    return "" if name in allowed else _wrong_kind(atom, quantity, allowed)


def _number_problem(atom: Compare, quantity: Quantity) -> str:
    """Say what is wrong with what a quantity is compared with."""
    return _value_problem(atom, atom.value, quantity) or _range_problem(atom, quantity)


def _wrong_kind(atom: Atom, quantity: Quantity, allowed: list[str]) -> str:
    name, role = quantity.name, _role(atom)
    hint = did_you_mean(name, allowed)
    if role == "flag" and quantity.kind not in {"drug", "event"}:
        hint = f" Compare it, such as '{name} >= {_example(quantity)}'."
    elif role == "quantity" and quantity.kind == "flag":
        hint = f" Write '{name}' or 'not {name}'."
    elif quantity.kind == "drug":
        hint = f" Write '{name} doses' or 'time since {name}'."
    elif quantity.kind == "event":
        hint = f" Write 'time since {name}'."
    article = "an" if role[0] in "aeiou" else "a"
    return f"'{name}' is {_kind_text(quantity)}, not {article} {role}.{hint}"


def _example(quantity: Quantity) -> str:
    number = quantity.high if quantity.low < quantity.high < inf else max(quantity.low, 1.0)
    return f"{number:g} {quantity.unit}".rstrip()


def _allowed(atom: Atom, vocabulary: Mapping[str, Quantity]) -> list[str]:
    if isinstance(atom, Flag):
        kinds = {"flag"}
    elif isinstance(atom.left, Count):
        kinds = {"drug"}
    elif isinstance(atom.left, Since):
        kinds = {"drug", "event"}
    elif isinstance(atom.left, Change):
        kinds = {"vital", "lab", "marrow"}
    else:
        kinds = {"vital", "lab", "marrow", "grade", "state"}
    return [q.name for q in vocabulary.values() if q.kind in kinds]


def _role(atom: Atom) -> str:
    if isinstance(atom, Flag):
        return "flag"
    return {Count: "drug", Since: "event or drug", Change: "reading"}.get(
        type(atom.left), "quantity"
    )


def _kind_text(quantity: Quantity) -> str:
    return {"flag": "a flag", "drug": "a drug", "event": "an event"}.get(quantity.kind, "a number")


def _value_problem(atom: Compare, value: Value, quantity: Quantity) -> str:
    if value.times:
        return _times_problem(atom, value, quantity)
    if isinstance(atom.left, Since):
        return "" if value.unit in MINUTES else _needs(atom, value, "h", tuple(MINUTES))
    unit = "" if isinstance(atom.left, Count) else quantity.unit
    if not unit and value.unit:
        return f"'{atom.left}' is a plain number: got the unit '{value.unit}'. Leave it out."
    if unit and threshold(atom, quantity) is None:
        molar = ("umol/L",) if quantity.name in MOLAR_MASS else ()
        return _needs(atom, value, unit, spellings(unit) + molar)
    return ""


def _times_problem(atom: Compare, value: Value, quantity: Quantity) -> str:
    if not isinstance(atom.left, Observed) or quantity.kind not in {"lab", "vital"}:
        return f"'{atom.left}' has no {value.times}; only laboratory tests and vital signs have."
    if value.times != "baseline" and quantity.kind != "lab":
        return f"'{atom.left}' has no {value.times}; only laboratory tests have."
    if value.number <= 0:
        return f"'{atom}' compares with nothing: got {value.number:g}; it has to be more than 0."
    return ""


def _needs(atom: Compare, value: Value, unit: str, allowed: tuple[str, ...]) -> str:
    number = str(Value(value.number, text=value.text))
    if not value.unit:
        example = f"{atom.left} {atom.operator} {number} {unit}"
        return f"'{atom.left}' needs a unit: got {number}; write it like '{example}'."
    if not spellings(value.unit):
        hint = did_you_mean(value.unit, UNITS)
        if hint.startswith(" Did"):
            return unknown_unit(value.unit)
    known = ", ".join(allowed)
    return f"'{atom.left}' is not measured in '{value.unit}'; allowed are {known}."


def _range_problem(atom: Compare, quantity: Quantity) -> str:
    """Say where a comparison can never hold, or always holds, whatever is read."""
    left, limit = atom.left, threshold(atom, quantity)
    if limit is None or atom.value.times:
        return ""
    if is_whole(left, quantity) and not limit.is_integer() and atom.operator in {"=", "!="}:
        how = "can never hold" if atom.operator == "=" else "always holds"
        return f"'{atom}' {how}: '{left}' is a whole number."
    low, high = span(left, quantity)
    never = {
        ">": limit >= high, ">=": limit > high, "<": limit <= low, "<=": limit < low,
        "=": not low <= limit <= high, "!=": False,
    }  # fmt: skip
    ends = f"between {low:g} and {high:g}" if high < inf else f"at {low:g} or above"
    if never[atom.operator]:
        return f"'{atom}' can never hold: '{left}' lies {ends}."
    # "time since hold >= 0 h" is a way to say that there was a hold
    if never[OPPOSITE[atom.operator]] and not isinstance(left, Since):
        return f"'{atom}' always holds: '{left}' lies {ends}. Leave it out, or change it."
    return ""
