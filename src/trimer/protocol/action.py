# SPDX-License-Identifier: Apache-2.0
"""What a rule can ask for, as it is written and as a noun.

| text | meaning |
|---|---|
| ``hold`` | no drug until the rule's ``resume_when`` |
| ``reduce one step``, ``half rate`` | a lower rate from now on; it rises again when tolerated |
| ``delay step``, ``skip step`` | no step up while the rule holds; leave the next step out |
| ``repeat lead-in`` | begin the lead-in anew |
| ``stop for good``, ``transplant`` | no drug ever again |
| ``premedicate`` | the premedication of a restart, now |
| ``tocilizumab``, ``dexamethasone 10 mg every 6 h at most 12`` | a dose, within the drug's limits |
| ``raise vasopressor every 1 h``, ``lower oxygen every 6 h`` | one level up or down |
| ``antibiotics``, ``stop antibiotics``, ``antifungals``, ``stop antifungals`` | begin or end |
| ``vitals every 2 h``, ``neurology every 6 h`` | look more often while the rule holds |
| ``look again in 30 min`` | one more look |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from trimer.core.errors import ProtocolError, did_you_mean
from trimer.core.shown import shown
from trimer.protocol.drugs import DRUGS, SPELLINGS, dose_of, drug_named, said
from trimer.protocol.times import duration_text, parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trimer.protocol.dose import Amount

Level = Literal["vasopressor", "oxygen"]
Germ = Literal["antibiotic", "antifungal"]
Look = Literal["vitals", "neurology"]


@dataclass(frozen=True, slots=True)
class Hold:
    """No drug until the rule's condition for resuming holds."""

    @property
    def text(self) -> str:
        """As it is written."""
        return "hold"


@dataclass(frozen=True, slots=True)
class Reduce:
    """A lower rate from now on."""

    to: Literal["one step", "half rate"]

    @property
    def text(self) -> str:
        """As it is written."""
        return "half rate" if self.to == "half rate" else "reduce one step"


@dataclass(frozen=True, slots=True)
class StopForGood:
    """No drug ever again."""

    @property
    def text(self) -> str:
        """As it is written."""
        return "stop for good"


@dataclass(frozen=True, slots=True)
class Transplant:
    """Treatment ends in a transplant."""

    @property
    def text(self) -> str:
        """As it is written."""
        return "transplant"


@dataclass(frozen=True, slots=True)
class DelayStep:
    """No step up while the rule holds."""

    @property
    def text(self) -> str:
        """As it is written."""
        return "delay step"


@dataclass(frozen=True, slots=True)
class SkipStep:
    """The next step is left out."""

    @property
    def text(self) -> str:
        """As it is written."""
        return "skip step"


@dataclass(frozen=True, slots=True)
class RepeatLeadIn:
    """The lead-in begins anew."""

    @property
    def text(self) -> str:
        """As it is written."""
        return "repeat lead-in"


@dataclass(frozen=True, slots=True)
class Premedicate:
    """The premedication of a restart, now."""

    @property
    def text(self) -> str:
        """As it is written."""
        return "premedicate"


@dataclass(frozen=True, slots=True)
class Give:
    """A dose, within the drug's limits.

    Parameters
    ----------
    drug : str
        Its name.
    amount : Amount
        How much.
    every_minutes : int or None
        Again after so long while the rule holds; None is once each time it begins to hold.
    at_most : int or None
        So many times in all.
    usual : bool
        Whether only the drug was written, and `amount` is its usual dose.
    """

    drug: str
    amount: Amount
    every_minutes: int | None = None
    at_most: int | None = None
    usual: bool = field(default=False, compare=False)

    @property
    def text(self) -> str:
        """With the dose, whether it was written or not."""
        return f"{said(self.drug)} {self.amount}{self._times}"

    @property
    def written(self) -> str:
        """As it is written: without the dose, if that is the drug's usual one."""
        return f"{said(self.drug)}{self._times}" if self.usual else self.text

    @property
    def _times(self) -> str:
        every = f" every {duration_text(self.every_minutes)}" if self.every_minutes else ""
        most = f" at most {self.at_most}" if self.at_most else ""
        return every + most


@dataclass(frozen=True, slots=True)
class Support:
    """One level of a vasopressor or of oxygen up or down."""

    what: Level
    direction: int
    every_minutes: int | None = None

    @property
    def text(self) -> str:
        """As it is written."""
        every = f" every {duration_text(self.every_minutes)}" if self.every_minutes else ""
        return f"{'raise' if self.direction > 0 else 'lower'} {self.what}{every}"


@dataclass(frozen=True, slots=True)
class Start:
    """Begin an antibiotic or an antifungal."""

    what: Germ

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.what}s"


@dataclass(frozen=True, slots=True)
class End:
    """End an antibiotic or an antifungal."""

    what: Germ

    @property
    def text(self) -> str:
        """As it is written."""
        return f"stop {self.what}s"


@dataclass(frozen=True, slots=True)
class LookEvery:
    """Look more often while the rule holds."""

    what: Look
    minutes: int

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.what} every {duration_text(self.minutes)}"


@dataclass(frozen=True, slots=True)
class LookAgain:
    """One more look after so many minutes, while the rule holds."""

    minutes: int

    @property
    def text(self) -> str:
        """As it is written."""
        return f"look again in {duration_text(self.minutes)}"


Action: TypeAlias = (
    Hold | Reduce | StopForGood | Transplant | DelayStep | SkipStep | RepeatLeadIn | Premedicate
    | Give | Support | Start | End | LookEvery | LookAgain
)  # fmt: skip

_PLAIN: dict[str, Action] = {
    action.text: action
    for action in (
        Hold(), Reduce("one step"), Reduce("half rate"), StopForGood(), Transplant(), DelayStep(),
        SkipStep(), RepeatLeadIn(), Premedicate(), Start("antibiotic"), Start("antifungal"),
        End("antibiotic"), End("antifungal"),
    )
}  # fmt: skip
_KNOWN = (
    *_PLAIN, "raise vasopressor", "lower vasopressor", "raise oxygen", "lower oxygen",
    "vitals every 2 h", "neurology every 6 h", "look again in 30 min", *DRUGS,
)  # fmt: skip
_SUPPORT = re.compile(r"(raise|lower) (vasopressor|oxygen)(?: every (.+))?")
_LOOK = re.compile(r"(vitals|neurology) every (.+)")
_AGAIN = re.compile(r"look again in (.+)")
_DRUG = re.compile(r"(red cells|[A-Za-z][A-Za-z0-9_-]*)(.*)")
_HOW = re.compile(
    r"(?: (?P<amount>(?!every |at most ).+?))?(?: every (?P<every>.+?))?(?: at most (?P<most>\d+))?"
)


def parse_action(text: object, where: str, usual: Mapping[str, Amount] | None = None) -> Action:
    """Read what a rule asks for.

    Parameters
    ----------
    text : str
        See the module.
    where : str
        For the error message, such as ``"'policy.toml', line 7"``.
    usual : mapping of str to Amount, optional
        Doses of drugs that are written without one.

    Raises
    ------
    ProtocolError
        When it is no action.

    Examples
    --------
    >>> parse_action("dexamethasone 10 mg every 6 h at most 12", "an example").text
    'dexamethasone 10 mg every 6 h at most 12'
    """
    if not isinstance(text, str):
        raise ProtocolError(
            f'Wrong action in {where}: got {shown(text)}; it is text. Write it like "hold".'
        )
    words = " ".join(text.split())
    if words in _PLAIN:
        return _PLAIN[words]
    if match := _SUPPORT.fullmatch(words):
        every = None if match[3] is None else _positive(match[3], where)
        return Support(cast("Level", match[2]), 1 if match[1] == "raise" else -1, every)
    if match := _LOOK.fullmatch(words):
        return LookEvery(cast("Look", match[1]), _positive(match[2], where))
    if match := _AGAIN.fullmatch(words):
        return LookAgain(_positive(match[1], where))
    return _dose(words, where, usual or {})


def _dose(words: str, where: str, usual: Mapping[str, Amount]) -> Give:
    """Read an action that gives a drug, or say that there is no such action."""
    match = _DRUG.fullmatch(words)
    how = None if match is None else _HOW.fullmatch(match[2])
    if match is None or how is None or SPELLINGS.get(match[1], match[1]) not in DRUGS:
        if match is not None and re.match(r" \d", match[2]):  # a name and a number: a dose
            drug_named(match[1], where)
        raise ProtocolError(
            f"Unknown action in {where}: got {shown(words)}.{did_you_mean(words, _KNOWN)}"
        )
    drug = drug_named(match[1], where)
    every = None if how["every"] is None else _positive(how["every"], where)
    most = None if how["most"] is None else int(how["most"])
    if most == 0:
        raise ProtocolError(f"Wrong number in {where}: got {shown(words)}; it is at least 1.")
    if how["amount"] is not None:
        return Give(drug, dose_of(drug, how["amount"], where), every, most)
    if drug not in usual:
        raise ProtocolError(
            f"Missing dose in {where}: got {shown(words)}; a dose is a number with a unit. "
            f'Write it behind the drug, or add [drugs.{drug}] with "dose".'
        )
    return Give(drug, usual[drug], every, most, usual=True)


def _positive(text: str, where: str) -> int:
    minutes = parse_duration(text, where)
    if minutes < 1:
        raise ProtocolError(f"Wrong duration in {where}: got {shown(text)}; it is at least 1 min.")
    return minutes
