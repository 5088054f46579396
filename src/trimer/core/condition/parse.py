# SPDX-License-Identifier: Apache-2.0
"""Read a condition from text; an error shows the text with a caret under the place.

::

    condition = all { "or" all }
    all       = one { "and" one }
    one       = "not" one | "(" condition ")" | atom
    atom      = ( measured operator value | flag ) [ "for" ( duration | N "readings" ) ]
    measured  = NAME | NAME "doses" [ "in" duration ] | "time since" EVENT
              | ( "rise" | "fall" ) "of" NAME "in" duration
    value     = [ "-" ] NUMBER ( [ UNIT ] | "x" ( "ULN" | "LLN" | "baseline" ) )
    duration  = NUMBER ( "min" | "h" | "days" ... )

A unit is one word, such as ``mg/dL``, or ``1/min``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Literal, NoReturn, cast

from trimer.core.condition.scales import MINUTES
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
)
from trimer.core.errors import ConditionError, did_you_mean
from trimer.core.shown import shown

if TYPE_CHECKING:
    from trimer.core.condition.tree import Direction, Measured, Operator, Tree

    Kind = Literal["number", "operator", "word", "mark", "end"]

LONGEST = 500
DEEPEST = 50
MOST_MINUTES = 52_560_000
"""A hundred years."""

KEYWORDS = frozenset({
    "and", "or", "not", "for", "in", "of", "x", "doses", "time", "since", "rise", "fall",
    "readings", "reading",
})  # fmt: skip
TWO_WORDS = {("pump", "off"): "pump off", ("first", "dose"): "first dose"}
"""Names of two words."""

TIMES = ("ULN", "LLN", "baseline")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+))|(?P<operator>>=|<=|==|!=|[><=≥≤≠])"
    r"|(?P<word>×|[A-Za-z%°µμ/][A-Za-z0-9_%°µμ/]*)|(?P<mark>[()]))",
    re.ASCII | re.VERBOSE,
)
_SAME = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!="}
_JOINS = ("and", "or", "for")
_INSTEAD = {
    "&": "write 'and'", "|": "write 'or'", "!": "write 'not'", "*": "write 'x'",
    ",": "write 'and' between comparisons, and a point in a number", "^": "write 10^9/L as 'G/L'",
}  # fmt: skip
"""What is meant by signs of other languages."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    text: str
    at: int


def parse(text: object, where: str = "") -> Condition:
    """Read a condition.

    Parameters
    ----------
    text : str
        Such as ``"CRS >= 2 and tocilizumab doses < 4"``.
    where : str
        For the error message, such as ``"'policy.toml', line 7"``.

    Raises
    ------
    ConditionError
        When it is no condition: what is wrong, the text, and a caret under the place.

    Examples
    --------
    >>> print(parse("temperature>=38.5 C for 2 h or not (CRS<2)"))
    temperature >= 38.5 C for 2 h or not CRS < 2
    """
    if not isinstance(text, str) or not text.strip():
        raise ConditionError(
            f"Wrong condition{_in(where)}: got {shown(text)}; a condition is text. "
            'Write it like "CRS >= 2".'
        )
    if len(text) > LONGEST:
        raise ConditionError(
            f"Wrong condition{_in(where)}: got {len(text):,} characters; it has at most {LONGEST}. "
            "Make several rules of it."
        )
    if not text.isprintable():
        raise ConditionError(
            f"Wrong condition{_in(where)}: got {shown(text)}; it is one line of text without "
            "tabs and other control characters. Write it in one line."
        )
    return _Parser(text, where).condition()


class _Parser:
    """Reads one text from left to right."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        self.tokens = self._tokens()
        self.place = 0
        self.depth = 0

    def condition(self) -> Condition:
        tree = self._or()
        if self._next.text == "for":
            self._fail(self._next, "'for' follows one comparison or flag, once, and no bracket")
        if self._next.kind != "end":
            words = (*_JOINS, "not")
            self._fail(self._odd(words), "a condition goes on with 'and', 'or' or 'for'", words)
        if len(str(tree)) > LONGEST:  # it has to read back
            self._complain(0, f"more than {LONGEST} characters", "make several rules of it")
        return Condition(tree, " ".join(self.text.split()), self.text)

    def _odd(self, words: tuple[str, ...]) -> _Token:
        """Return what ends a condition too early: "2 ad fever" has no unit "ad", but a misprint."""
        last = self.tokens[self.place - 1]
        if last.kind == "word" and did_you_mean(last.text, words).startswith(" Did"):
            return last
        return self._next

    # ------------------------------------------------------------------ words
    def _tokens(self) -> list[_Token]:
        found, at = [], 0
        while self.text[at:].strip():
            match = _TOKEN.match(self.text, at)
            if match is None or match.lastgroup is None:
                start = at + len(self.text[at:]) - len(self.text[at:].lstrip())
                sign = self.text[start]
                advice = _INSTEAD.get(sign, "leave it out")
                self._complain(start, f"'{sign}' means nothing here", advice)
            kind = cast("Kind", match.lastgroup)
            found.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        found.append(_Token("end", "", len(self.text.rstrip())))
        return found

    @property
    def _next(self) -> _Token:
        return self.tokens[self.place]

    def _take(self) -> _Token:
        token = self.tokens[self.place]
        self.place += token.kind != "end"
        return token

    def _accept(self, word: str) -> bool:
        if self._next.text == word and self._next.kind in {"word", "mark"}:
            self.place += 1
            return True
        return False

    def _expect(self, words: tuple[str, ...], allowed: str) -> _Token:
        token = self._take()
        if token.text not in words:
            self._fail(token, allowed, words)
        return token

    # ------------------------------------------------------------------ and, or, not
    def _or(self) -> Tree:
        parts = [self._and()]
        while self._accept("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Tree:
        parts = [self._one()]
        while self._accept("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Tree:
        self.depth += 1
        if self.depth > DEEPEST:
            self._complain(self._next.at, f"more than {DEEPEST} levels", "write it more simply")
        if self._accept("not"):
            tree: Tree = Not(self._one())
        elif self._accept("("):
            tree = self._or()
            self._expect((")",), "a bracket is closed")
        else:
            tree = self._atom()
        self.depth -= 1
        return tree

    # ------------------------------------------------------------------ comparisons
    def _atom(self) -> Tree:
        at = self._next.at
        left = self._measured()
        if self._next.kind == "operator":
            sign = self._take().text
            value = self._value()
            operator = cast("Operator", _SAME.get(sign, sign))
            minutes, readings, text = self._lasting()
            return Compare(left, operator, value, minutes, readings, text, at)
        if isinstance(left, Observed):
            minutes, readings, text = self._lasting()
            return Flag(left.name, minutes, readings, text, at)
        return self._fail(self._next, "a comparison with >, >=, <, <=, = or != follows")

    def _measured(self) -> Measured:
        token = self._take()
        if token.text == "time":
            self._expect(("since",), "'time since' an event")
            return Since(self._name("an event or a drug follows 'time since'"))
        if token.text in {"rise", "fall"}:
            self._expect(("of",), f"'{token.text} of' a quantity 'in' a duration")
            name = self._name(f"a quantity follows '{token.text} of'")
            self._expect(("in",), f"'{token.text} of' a quantity 'in' a duration")
            minutes, text = self._duration()
            return Change(name, cast("Direction", token.text), minutes, text)
        if token.kind != "word" or token.text in KEYWORDS or not _is_name(token.text):
            self._fail(token, "a quantity, a drug or a flag stands here")
        name = self._two(token)
        if self._accept("doses"):
            if self._accept("in"):
                minutes, text = self._duration()
                return Count(name, minutes, text)
            return Count(name)
        return Observed(name)

    def _name(self, allowed: str) -> str:
        token = self._take()
        if token.kind != "word" or token.text in KEYWORDS or not _is_name(token.text):
            self._fail(token, allowed)
        return self._two(token)

    def _two(self, token: _Token) -> str:
        pair = (token.text, self._next.text)
        if pair in TWO_WORDS:
            self._take()
            return TWO_WORDS[pair]
        return token.text

    def _value(self) -> Value:
        at = self._next.at
        number = self._number("a number follows the comparison")
        if self._accept("x") or self._accept("×"):
            what = self._expect(TIMES, "'x' is followed by ULN, LLN or baseline")
            return Value(float(number), times=what.text, text=number, at=at)
        return Value(float(number), unit=self._unit(), text=number, at=at)

    def _unit(self) -> str:
        """Return the unit that comes next, empty if none does."""
        one, per = self._next, self.tokens[min(self.place + 1, len(self.tokens) - 1)]
        if one.text == "1" and per.text.startswith("/") and per.at == one.at + 1:
            self._take()
            return one.text + self._take().text
        if one.kind == "word" and one.text not in KEYWORDS:
            return self._take().text
        return ""

    def _number(self, allowed: str) -> str:
        token = self._take()
        if token.kind != "number":
            self._fail(token, allowed)
        if not isfinite(float(token.text)):
            self._complain(token.at, "a number of hundreds of digits", "write a smaller one")
        return token.text

    def _lasting(self) -> tuple[int, int, str]:
        """Return minutes, readings and text of what follows 'for'."""
        if not self._accept("for"):
            return 0, 0, ""
        ahead = self.tokens[min(self.place + 1, len(self.tokens) - 1)]
        if ahead.text in {"readings", "reading"}:
            token = self._take()
            self._take()
            if not token.text.isdigit() or not 1 <= int(token.text) <= 100:
                self._complain(token.at, "no number of readings", "write it like 'for 2 readings'")
            return 0, int(token.text), f"{token.text} {ahead.text}"
        minutes, text = self._duration()
        return minutes, 0, text

    def _duration(self) -> tuple[int, str]:
        start = self._next
        number = self._number("a duration such as '2 h' stands here")
        unit = self._take()
        if unit.text not in MINUTES:
            self._fail(unit, "a duration is in min, h, days or weeks", tuple(MINUTES))
        minutes = Fraction(number) * MINUTES[unit.text]
        if minutes.denominator != 1 or not 1 <= minutes <= MOST_MINUTES:
            self._complain(
                start.at, "a duration of no whole minutes", "write whole minutes, at least one"
            )
        return int(minutes), f"{number} {unit.text}"

    # ------------------------------------------------------------------ errors
    def _fail(self, token: _Token, allowed: str, words: tuple[str, ...] = ()) -> NoReturn:
        got = "the text ends" if token.kind == "end" else f"got '{token.text}'"
        hint = did_you_mean(token.text, words) if words and token.kind == "word" else ""
        self._complain(token.at, got, allowed, hint if hint.startswith(" Did") else "")

    def _complain(self, at: int, what: str, allowed: str, hint: str = "") -> NoReturn:
        raise ConditionError(
            f"Wrong condition{_in(self.where)}: {what}; {allowed}.{hint}\n"
            f"    {self.text}\n    {' ' * at}^"
        )


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text, re.ASCII) is not None


def _in(where: str) -> str:
    return f" in {where}" if where else ""
