# SPDX-License-Identifier: Apache-2.0
"""A rule: when it holds, what is done, and when a hold ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, Literal

from trimer.core.condition import can_ever_hold, can_hold_together, check
from trimer.core.shown import counted
from trimer.protocol.action import End, Give, Hold, Start, Support
from trimer.protocol.quantities import QUANTITIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.core.condition import Condition
    from trimer.protocol.action import Action
    from trimer.protocol.course import Course
    from trimer.protocol.limits import DrugLimits

Resume = Literal["same rate", "one step back", "half rate", "from the start"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done when.

    A dose without ``every`` is given once each time the condition begins to hold; with it, again
    while it holds. A hold lasts until `resume_when`. A step is put off, and looks are more
    frequent, while the condition holds.

    Parameters
    ----------
    name : str
        One line; unique in a protocol.
    when : Condition
        When it holds.
    do : tuple of Action
        What is done.
    resume_when : Condition or None
        When its hold ends.
    resume : str or None
        At which rate the infusion goes on then.
    basis : str
        Where it comes from: ``assumed`` or a source.
    source : str
        Key of a source, or words.
    where : str
        File and line, for messages.
    """

    name: str
    when: Condition
    do: tuple[Action, ...]
    resume_when: Condition | None = None
    resume: Resume | None = None
    basis: str = ""
    source: str = ""
    where: str = field(default="", compare=False)

    @property
    def holds(self) -> bool:
        """Whether it holds the infusion."""
        return any(isinstance(action, Hold) for action in self.do)

    @property
    def doses(self) -> tuple[Give, ...]:
        """What it gives."""
        return tuple(action for action in self.do if isinstance(action, Give))

    def __str__(self) -> str:
        """Return the rule as a sentence."""
        done = "; ".join(action.text for action in self.do)
        text = f"when {self.when}: {done}"
        if self.resume_when is not None:
            how = f" at {self.resume}" if self.resume in {"same rate", "half rate"} else ""
            how = how or (f", {self.resume}" if self.resume else "")
            text += f"; resume when {self.resume_when}{how}"
        return text


def with_usual_doses(rules: Sequence[Rule], limits: Sequence[DrugLimits]) -> tuple[Rule, ...]:
    """Return rules in which a drug that was written without a dose has its usual one."""
    usual = {limit.drug: limit.dose for limit in limits if limit.dose is not None}

    def dosed(action: Action) -> Action:
        if not isinstance(action, Give) or not action.usual or action.drug not in usual:
            return action
        return replace(action, amount=usual[action.drug])

    made = []
    for rule in rules:
        do = tuple(dosed(action) for action in rule.do)
        made.append(rule if do == rule.do else replace(rule, do=do))
    return tuple(made)


def rule_problems(rule: Rule) -> list[str]:
    """Return what is wrong with a rule by itself."""
    where = rule.where or f"rule '{rule.name}'"
    problems = check(rule.when, QUANTITIES, where)
    if rule.resume_when is not None:
        problems += check(rule.resume_when, QUANTITIES, where)
    if problems:
        return problems
    if not can_ever_hold(rule.when, QUANTITIES):
        problems.append(
            f"Rule '{rule.name}' in {where} can never fire: '{rule.when}' contradicts itself. "
            "Change or remove it."
        )
    if rule.resume_when is not None and not can_ever_hold(rule.resume_when, QUANTITIES):
        problems.append(
            f"Hold without an end in {where}: rule '{rule.name}' resumes when "
            f"'{rule.resume_when}', which contradicts itself. Change it."
        )
    if rule.holds and rule.resume_when is None:
        problems.append(
            f"Hold without an end in {where}: rule '{rule.name}' says hold, but not when to "
            'resume. Add resume_when, or write "stop for good".'
        )
    if not rule.holds and (rule.resume_when is not None or rule.resume is not None):
        problems.append(
            f"Resume without a hold in {where}: rule '{rule.name}' says when to resume, but does "
            'not hold. Add "hold" to do, or remove resume_when and resume.'
        )
    if (
        rule.resume_when is not None
        and rule.holds
        and can_hold_together(rule.when, rule.resume_when, QUANTITIES)
    ):
        problems.append(
            f"Contradiction in {where}: rule '{rule.name}' can hold and resume at once, since "
            f"'{rule.when}' and '{rule.resume_when}' can be true together. Change one of them."
        )
    return problems


def clashes(rules: Sequence[Rule]) -> list[str]:
    """Return a sentence for each two rules that may ask for opposite things at one look."""
    asked: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        for action in rule.do:
            key = _side(action)
            if key is not None:
                asked.setdefault(key, []).append(rule)
    problems = []
    for (what, side), ups in asked.items():
        if side != "up":
            continue
        for up, down in product(ups, asked.get((what, "down"), [])):
            if can_hold_together(up.when, down.when, QUANTITIES):
                where = down.where or f"rule '{down.name}'"
                problems.append(
                    f"Contradiction in {where}: rules '{up.name}' and '{down.name}' ask for "
                    f"opposite things ({what}), and '{up.when}' and '{down.when}' can be true "
                    "together. Change one of them."
                )
    return problems


def never_in(course: Course, rule: Rule) -> list[str]:
    """Return a sentence if a rule cannot hold in a course of so many cycles and levels."""
    limits = {"cycle": course.cycles, "step": len(course.levels)}
    narrow = QUANTITIES | {
        name: replace(QUANTITIES[name], high=high) for name, high in limits.items()
    }
    where = rule.where or f"rule '{rule.name}'"
    how_long = f"{counted(course.cycles, 'cycle')} and {counted(len(course.levels), 'level')}"
    return [
        f"Rule '{rule.name}' in {where} can never {what} in a course of {how_long}: '{condition}'. "
        "Change or remove it."
        for what, condition in (("fire", rule.when), ("resume", rule.resume_when))
        if condition is not None and not can_ever_hold(condition, narrow)
    ]


def _side(action: Action) -> tuple[str, str] | None:
    """Return what an action sets, and whether up or down; None if it sets nothing."""
    if isinstance(action, Support):
        return action.what, "up" if action.direction > 0 else "down"
    if isinstance(action, Start):
        return action.what, "up"
    return (action.what, "down") if isinstance(action, End) else None
