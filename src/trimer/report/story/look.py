# SPDX-License-Identifier: Apache-2.0
"""What is said of one look at a patient: found, graded, decided, given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trimer.protocol.action import LookAgain, LookEvery
from trimer.report.flow import BAG, STOPPED
from trimer.report.numbers import fixed, listing, number
from trimer.report.story import phrases
from trimer.report.units import name_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trimer.protocol.rule import Rule
    from trimer.report.flow import Gap, Stretch

    Row = Mapping[str, Any]

LOW_PRESSURE, LOW_SATURATION = 65.0, 92.0
OWN = frozenset({"", "plan", "step", "restart", "pump", "hospital", "culture", "nature"})
"""Who decides besides the rules of a protocol."""

_PREMEDICATION = "premedication"
_HOLD_ENDS = "hold ends, "
_GAP = "after the gap: "


@dataclass(frozen=True, eq=False)
class Look:
    """All that was written down at one minute.

    Parameters
    ----------
    minute : int
        Since the first dose.
    decisions, given, refused, levels : list of rows
        Of the tables.
    before, after : Stretch or None
        The infusion before and after, where it changes now; `before` is None at the start.
    gap : Gap or None
        The unplanned time without drug that begins or ends now.
    until : int
        Last minute of the run.
    """

    minute: int
    until: int
    decisions: list[Row] = field(default_factory=list)
    given: list[Row] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)
    levels: list[Row] = field(default_factory=list)
    grade: Row | None = None
    before: Stretch | None = None
    after: Stretch | None = None
    gap: Gap | None = None

    def own(self, who: str) -> list[str]:
        """What was decided by the plan, the pump, or another that is no rule."""
        return [row["action"] for row in self.decisions if row["rule"] == who]

    def rules(self) -> list[str]:
        """Rules that acted, or asked for a dose that was refused, in order."""
        acted = [row for row in self.decisions if not row["action"].startswith(_HOLD_ENDS)]
        names = [row["rule"] for row in acted]
        names += [row["by"] for row in (*self.given, *self.refused, *self.levels)]
        return [
            name
            for name in dict.fromkeys(names)
            if name not in OWN and not name.startswith(_PREMEDICATION)
        ]

    @property
    def is_bag(self) -> bool:
        """Whether a bag is being changed: nothing that a story tells."""
        return self.gap is not None and self.gap.why == BAG

    def gap_minutes(self) -> int:
        """How long no drug flows, from the beginning of the gap on."""
        gap = self.gap
        return 0 if gap is None else phrases.minute_of(gap.end) - phrases.minute_of(gap.start)


@dataclass(frozen=True, eq=False)
class Told:
    """What is said of a look.

    Parameters
    ----------
    look : Look
        What was written down.
    sentences : tuple of str
        None where nothing is worth telling.
    is_usual : bool
        Whether it is but a mild fever and a drug that was explained before.
    onset, ended : bool
        Whether CRS begins or is over.
    """

    look: Look
    sentences: tuple[str, ...]
    is_usual: bool
    onset: bool
    ended: bool


class Teller:
    """Tells look after look, and what has been explained once is not explained again."""

    def __init__(self, rules: Mapping[str, Rule], unit: str, amount_unit: str) -> None:
        self._rules, self._unit, self._amount_unit = rules, unit, amount_unit
        self._grades = {"CRS": 0, "ICANS": 0}
        self._explained: set[str] = set()

    def tell(self, look: Look) -> Told:
        """Return what is said of one look; nothing where nothing is worth telling."""
        known, before = look.rules() and self._explained >= {*look.rules()}, self._grades["CRS"]
        graded = self._grade(look)
        rules = [text for name in look.rules() if (text := self._rule(look, name))]
        found = [_readings(look)] if graded or rules else []
        others = (
            *_nature(look),
            *([] if look.is_bag else _pump(look)),
            *_ends(look),
            *_premedication(look),
            *([] if look.is_bag else self._infusion(look)),
            *_stay(look),
        )
        first = len(_nature(look)) + (0 if look.is_bag else len(_pump(look)))
        said = (*others[:first], *found, *graded, *rules, *others[first:])
        mild = max(before, self._grades["CRS"]) <= 1 and self._grades["ICANS"] == 0
        acts = any(row["action"] == "hold" for row in look.decisions) or look.levels or look.refused
        return Told(
            look,
            tuple(phrases.sentence(text) for text in said if text),
            is_usual=not others and mild and not acts and bool(known or (graded and not rules)),
            onset=before == 0 and self._grades["CRS"] > 0,
            ended=before > 0 and self._grades["CRS"] == 0,
        )

    # ------------------------------------------------------------------ grades and rules
    def _grade(self, look: Look) -> list[str]:
        said = []
        for name in ("CRS", "ICANS") if look.grade is not None else ():
            value, last = int(look.grade[name]), self._grades[name]  # type: ignore[index]  # by the loop, not None
            if value < 0 or value == last:
                continue
            self._grades[name] = value
            scale = "" if name in self._explained else " (ASTCT 2019)"
            self._explained.add(name)
            text = f"{name} falls to grade {value}" if value < last else f"{name} grade {value}"
            said.append(f"{name} is over" if value == 0 else f"{text}{scale}")
        return said

    def _rule(self, look: Look, name: str) -> str:
        """Say what a rule did, with its condition the first time."""
        done = [*self._done(look, name), *self._more_looks(look, name)]
        if not done:
            return ""
        first = name not in self._explained
        self._explained.add(name)
        rows = [row for row in look.decisions if row["rule"] == name]
        rule = self._rules.get(name)
        text = str(rule.when) if rule is not None else rows[0]["text"] if rows else ""
        value = _value(rows[0]) if rows else ""
        why = "; ".join(part for part in (text if first else "", value) if part)
        return f"by the rule '{name}'{f' ({why})' if why else ''}: {'; '.join(done)}"

    def _done(self, look: Look, name: str) -> Iterable[str]:
        for row in look.given:
            if row["by"] == name:
                yield f"{phrases.drug_name(row['drug'])} {phrases.dose(row['amount'], row['unit'])}"
        for row in look.refused:
            if row["by"] == name:
                yield f"{phrases.drug_name(row['drug'])} refused, {row['why']}"
        for row in look.levels:
            if row["by"] == name and row["drug"] in {"oxygen", "vasopressor"}:
                yield phrases.level(row["drug"], int(row["amount"]))
        drugs = {row["drug"] for row in look.given}
        for row in look.decisions:
            text = row["action"]
            is_told = text.split(" ")[0] in {*drugs, "raise", "lower"} or text.startswith(
                _HOLD_ENDS
            )
            if row["rule"] != name or is_told:
                continue
            yield f"{phrases.action(text)}{self._for(look) if text == 'hold' else ''}"

    def _more_looks(self, look: Look, name: str) -> list[str]:
        """Looks that a rule asks for are not decided one by one: they are told with its first."""
        rule = self._rules.get(name)
        if (
            rule is None
            or name in self._explained
            or not any(r["rule"] == name for r in look.decisions)
        ):
            return []
        more = [action for action in rule.do if isinstance(action, (LookEvery, LookAgain))]
        return [phrases.action(action.text) for action in more]

    @staticmethod
    def _for(look: Look) -> str:
        if look.gap is None:
            return ""
        if phrases.minute_of(look.gap.end) >= look.until:
            return " until the end"
        return f" for {phrases.lasting(look.gap_minutes())}"

    # ------------------------------------------------------------------ the infusion
    def _infusion(self, look: Look) -> list[str]:
        after, before = look.after, look.before
        if after is None:
            return [f"the {text}" for text in look.own("step")]
        if after.rate > 0:
            return [self._flows(look, before, after)]
        if after.is_off and (before is None or not before.is_off):
            return self._stops(look, after)
        if after.planned == 0 and after.why != STOPPED:
            return ["the course is over" if after.why == "course over" else "planned pause"]
        return []

    def _flows(self, look: Look, before: Stretch | None, after: Stretch) -> str:
        rate = f"{number(after.rate, 4)} {self._unit}"
        less = f" ({number(after.planned, 4)} planned)" if after.rate < after.planned else ""
        if before is None:
            return f"the infusion starts at {rate}{less}"
        if before.is_off and look.gap is not None:
            missed = phrases.mass(look.gap.missed, self._amount_unit)
            gone = phrases.lasting(look.gap_minutes())
            return f"drug flows again at {rate}{less} after {gone} without; {missed} missed"
        if before.rate == 0:
            return f"the infusion goes on at {rate}{less} after the planned pause"
        put_off = "the step up is put off; " if look.own("step") else ""
        if after.rate > before.rate:
            return f"step up to {rate}{less}"
        if after.rate < before.rate:
            return f"the rate falls to {rate}{less}"
        return f"{put_off}the rate stays at {rate}{less}"

    def _stops(self, look: Look, after: Stretch) -> list[str]:
        said_by_rule = {"held": "hold", STOPPED: "stop for good"}.get(after.why)
        if said_by_rule and any(row["action"] == said_by_rule for row in look.decisions):
            return []
        why = {"premedication": "premedication is awaited", "held": "a rule holds it"}
        reason = "" if after.why == "pump" else f": {why.get(after.why, after.why)}"
        return [f"no drug{self._for(look)}{reason}"]


def _value(row: Row) -> str:
    """The value that a rule is told by, unless it is among the readings or grades told anyway."""
    name = row["quantity"]
    shown = {"CRS", "ICANS", "CRS_Lee", "CRS_CTCAE", "temperature", "MAP", "SpO2", ""}
    if name in shown or not phrases.is_known(row["value"]):
        return ""
    return f"{name_of(name)} {number(row['value'])} {unit_of(name)}".rstrip()


def _readings(look: Look) -> str:
    """Temperature, and pressure and saturation where they are low or a rule is about them."""
    if not look.decisions:
        return ""
    row = look.decisions[0]
    about = {decision["quantity"] for decision in look.decisions}
    parts = []
    for name, low, decimals in (
        ("temperature", None, 1), ("MAP", LOW_PRESSURE, 0), ("SpO2", LOW_SATURATION, 0),
    ):  # fmt: skip
        value = row[name]
        if not phrases.is_known(value):
            continue
        if low is None or value < low or name in about:
            parts.append(f"{name_of(name)} {fixed(value, decimals)} {unit_of(name)}")
    return ", ".join(parts)


def _nature(look: Look) -> list[str]:
    drugs = [row["drug"] for row in look.given if row["by"] == "nature"]
    begins = [f"a {phrases.drug_name(drug)} begins; nobody knows it yet" for drug in drugs]
    return [*begins, *look.own("culture")]


def _pump(look: Look) -> list[str]:
    return [text.replace("alarm", "pump alarm") for text in look.own("pump")]


def _ends(look: Look) -> list[str]:
    """Holds that end, and at which level the infusion goes on and why."""
    ended = [row for row in look.decisions if row["action"].startswith(_HOLD_ENDS)]
    by_rule = list(dict.fromkeys(row["action"].removeprefix(_HOLD_ENDS) for row in ended))
    said = [f"the hold of rule '{row['rule']}' ends" for row in ended]
    restart = look.own("restart")
    by_gap = [text.removeprefix(_GAP) for text in restart if text.startswith(_GAP)]
    said += [
        f"the gap is too long: {text.partition(':')[0]}" for text in restart if "too long" in text
    ]
    gap = look.gap
    if not by_gap or gap is None or look.is_bag:
        return [*said, *(f"the rule asks for {how}" for how in by_rule)]
    minutes = look.minute - phrases.minute_of(gap.start)
    # A planned pause that came in between does not count: the gap was before it.
    which = f"the gap of {phrases.lasting(minutes)}" if minutes else "the gap before the pause"
    table = f"{by_gap[0]} by {which}"
    if not by_rule:
        return [*said, f"resumption: {table}"]
    if set(by_rule) == set(by_gap):
        return [*said, f"resumption: {by_gap[0]}, by the rule and by {which}"]
    return [*said, f"resumption: {listing(by_rule)} by the rule, {table}: the lower rate wins"]


def _premedication(look: Look) -> list[str]:
    groups: dict[str, list[str]] = {}
    for row in look.given:
        if row["by"].startswith(_PREMEDICATION):
            text = f"{phrases.drug_name(row['drug'])} {phrases.dose(row['amount'], row['unit'])}"
            by = str(row["by"]).replace("premedication before", "premedication for the")
            groups.setdefault(by, []).append(text)
    return [f"{by}: {', '.join(doses)}" for by, doses in groups.items()]


def _stay(look: Look) -> list[str]:
    return look.own("hospital")
