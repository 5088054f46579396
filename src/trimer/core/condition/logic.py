# SPDX-License-Identifier: Apache-2.0
"""Whether conditions can hold at all, or two of them together: reasoning on intervals.

Every comparison of one thing leaves an interval of its values. What has to hold is settled first,
then one "or" after the other is tried, and a case is given up once an interval is empty. Duration
is left out: what holds for two hours holds now.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil, floor, inf, isfinite, nextafter
from typing import TYPE_CHECKING, TypeAlias

from trimer.core.condition.quantity import is_whole, span, threshold
from trimer.core.condition.tree import OPPOSITE, And, Condition, Flag, Not, Or, name_of
from trimer.core.errors import ConditionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.core.condition.quantity import Quantity
    from trimer.core.condition.tree import Atom, Compare, Tree

MOST = 4000
"""Cases looked at, each a way through the "or"s of a condition; with more there is no answer."""

_Part: TypeAlias = "tuple[Tree, bool]"
"""A part of a condition, and whether it is to be true or false."""
_Choice: TypeAlias = "tuple[And | Or, bool]"
"""A part of which one part has to be so."""


def can_ever_hold(condition: Condition, vocabulary: Mapping[str, Quantity]) -> bool:
    """Return whether there are values for which a condition holds.

    Where names are linked in a way that is not known here, as `fever` is with `temperature`, what
    may be possible is taken to be so.

    Raises
    ------
    ConditionError
        If the condition is too involved to tell.
    """
    return _possible(condition.tree, vocabulary)


def can_hold_together(
    first: Condition, second: Condition, vocabulary: Mapping[str, Quantity]
) -> bool:
    """Return whether there are values for which both conditions hold.

    Raises
    ------
    ConditionError
        If the conditions are too involved to tell.

    Examples
    --------
    >>> from trimer.core.condition import Quantity, parse
    >>> known = {"CRS": Quantity("CRS", "", "grade", "CRS grade", 0, 5)}
    >>> can_hold_together(parse("CRS >= 2"), parse("CRS <= 1"), known)
    False
    >>> can_hold_together(parse("CRS >= 2"), parse("CRS <= 3"), known)
    True
    """
    return _possible(And((first.tree, second.tree)), vocabulary)


@dataclass(frozen=True, slots=True)
class _Interval:
    """The values that are left for one side of comparisons, ends included."""

    low: float
    high: float
    whole: bool = False
    without: frozenset[float] = frozenset()

    def cut(self, operator: str, limit: float) -> _Interval:
        """Leave only what compares so with a limit."""
        if operator == "!=":
            return replace(self, without=self.without | {limit})
        low, high = self.low, self.high
        if operator in {">", ">=", "="}:
            low = max(low, nextafter(limit, inf) if operator == ">" else limit)
        if operator in {"<", "<=", "="}:
            high = min(high, nextafter(limit, -inf) if operator == "<" else limit)
        return replace(self, low=low, high=high)

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        low, high = self.low, self.high
        if self.whole:
            low = ceil(low) if isfinite(low) else low
            high = floor(high) if isfinite(high) else high
        if low > high:
            return True
        if self.whole and high - low <= len(self.without):
            return all(value in self.without for value in range(int(low), int(high) + 1))
        return low == high and low in self.without


@dataclass
class _Facts:
    """What is settled in a case: flags, and the values that are left."""

    vocabulary: Mapping[str, Quantity]
    flags: dict[str, bool] = field(default_factory=dict)
    ranges: dict[tuple[object, str], _Interval] = field(default_factory=dict)

    def copy(self) -> _Facts:
        """Return facts that may go another way."""
        return _Facts(self.vocabulary, self.flags.copy(), self.ranges.copy())

    def add(self, atom: Atom, *, wanted: bool) -> bool:
        """Settle a comparison or a flag; return whether that is possible."""
        if isinstance(atom, Flag):
            possible = self.allow(atom, wanted=wanted)
            if wanted or not _lasts(atom):
                self.flags[atom.name] = wanted
            return possible
        left = self._cut(atom, wanted=wanted)
        if left is not None:
            self.ranges[atom.left, atom.value.times] = left
        return left is None or not left.empty

    def allow(self, atom: Atom, *, wanted: bool) -> bool:
        """Return whether a comparison or a flag may be so."""
        if isinstance(atom, Flag):
            told = not wanted and _lasts(atom)
            return told or self.flags.get(atom.name, wanted) == wanted
        left = self._cut(atom, wanted=wanted)
        return left is None or not left.empty

    def _cut(self, atom: Compare, *, wanted: bool) -> _Interval | None:
        """Return what a comparison leaves, None if it says nothing."""
        quantity = self.vocabulary.get(name_of(atom))
        limit = threshold(atom, quantity)
        if limit is None or (_lasts(atom) and not wanted):
            return None
        times = atom.value.times  # a multiple of a limit is only compared with others of it
        left = self.ranges.get((atom.left, times))
        if left is None:
            low, high = (-inf, inf) if times else span(atom.left, quantity)
            left = _Interval(low, high, not times and is_whole(atom.left, quantity))
        return left.cut(atom.operator if wanted else OPPOSITE[atom.operator], limit)


def _lasts(atom: Atom) -> bool:
    """Return whether it has to hold for a while: that it does not says nothing of now."""
    return bool(atom.minutes or atom.readings)


def _possible(tree: Tree, vocabulary: Mapping[str, Quantity]) -> bool:
    cases: list[tuple[list[_Part], _Facts]] = [([(tree, True)], _Facts(vocabulary))]
    for _ in range(MOST):
        if not cases:
            return False
        parts, facts = cases.pop()
        choices = _settle(parts, facts)
        if choices is None:
            continue
        if not choices:
            return True
        # the choice with the fewest ways left is made first: often there is one, or none
        ways = [_ways(choice, facts) for choice in choices]
        k = min(range(len(ways)), key=lambda i: len(ways[i]))
        rest: list[_Part] = [*choices[:k], *choices[k + 1 :]]
        cases += [([way, *rest], facts.copy()) for way in ways[k]]
    raise ConditionError(
        f"Wrong condition: too involved to tell whether it can hold: got more than {MOST:,} cases. "
        f"Write it more simply, or make several rules of it.\n    {tree}"
    )


def _settle(parts: list[_Part], facts: _Facts) -> list[_Choice] | None:
    """Add what has to be so to the facts; return the choices left, None if it cannot be."""
    choices: list[_Choice] = []
    while parts:
        tree, wanted = parts.pop()
        if isinstance(tree, Not):
            parts.append((tree.part, not wanted))
        elif not isinstance(tree, (And, Or)):
            if not facts.add(tree, wanted=wanted):
                return None
        elif isinstance(tree, And) == wanted:  # an "and", or an "or" that is to fail
            parts += [(part, wanted) for part in tree.parts]
        else:
            choices.append((tree, wanted))
    return list(dict.fromkeys(choices))


def _ways(choice: _Choice, facts: _Facts) -> list[_Part]:
    """Return the parts of a choice that may be as wanted."""
    found: list[_Part] = []
    for part in choice[0].parts:
        tree, wanted = part, choice[1]
        while isinstance(tree, Not):
            tree, wanted = tree.part, not wanted
        if isinstance(tree, (And, Or)) or facts.allow(tree, wanted=wanted):
            found.append((tree, wanted))
    return found
