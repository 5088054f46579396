# SPDX-License-Identifier: Apache-2.0
"""From dose to pump: concentration, volume rate, rounded to what the pump can be set to."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from trimer.clinic.plan.numbers import percent, rounded, written
from trimer.clinic.plan.step import PumpRate
from trimer.core.errors import Problems, ProtocolError
from trimer.protocol.limits import rate_limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.clinic.plan.pharmacy import Pharmacy, Preparation
    from trimer.clinic.plan.size import Size
    from trimer.clinic.plan.step import Step
    from trimer.protocol import Protocol


def pumped(
    steps: Sequence[Step], pharmacy: Pharmacy, protocol: Protocol, size: Size, drug: str
) -> tuple[Step, ...]:
    """Return the steps with what the pump is set to.

    The first preparation of the file that the pump can deliver is taken, step by step. The rate
    is the nearest setting, the lower of two that are equally near, and never one that passes a
    limit of the drug's rates which the planned rate keeps.

    Raises
    ------
    ProtocolError
        When the pharmacy is for another drug.
    Problems
        A sentence for each step that no preparation fits.
    """
    if pharmacy.drug != drug:
        raise ProtocolError(
            f"Wrong pharmacy '{pharmacy.name}': it is for {pharmacy.drug}, and protocol "
            f"'{protocol.name}' infuses {drug}. Give the file for {drug}."
        )
    found, problems = [], []
    for k, step in enumerate(steps):
        if not step.ng_per_day:
            found.append(step)
            continue
        first = not any(one.ng_per_day for one in steps[:k]) and step.stretch.start == 0
        ceiling = _ceiling(step, protocol, size, drug, first=first)
        reasons = []
        for preparation in pharmacy.preparations:
            rate = _setting(step, preparation, pharmacy, ceiling)
            if isinstance(rate, PumpRate):
                found.append(replace(step, pump=rate))
                break
            reasons.append(rate)
        else:
            problems += reasons[:1]
    if problems:
        raise Problems(dict.fromkeys(problems))
    return tuple(found)


def _setting(
    step: Step, preparation: Preparation, pharmacy: Pharmacy, ceiling: Fraction | None
) -> PumpRate | str:
    """Return the setting of the pump, or why there is none."""
    exact = step.mcg_per_h * 1000 / preparation.ng_per_ml
    set_to = nearest(exact, pharmacy.step_ml_h)
    if ceiling is not None and set_to * preparation.ng_per_ml * 24 > ceiling:
        set_to = floor(exact / pharmacy.step_ml_h) * pharmacy.step_ml_h
    what = (
        f"{step.rate_text} is {written(exact)} mL/h at {preparation.text} "
        f"in pharmacy '{pharmacy.name}'"
    )
    if exact < pharmacy.least_ml_h or 0 < set_to < pharmacy.least_ml_h:
        return (
            f"Too slow for the pump: {what}; it runs at {written(pharmacy.least_ml_h)} mL/h or "
            "more. Prepare it thinner."
        )
    if exact > pharmacy.most_ml_h or set_to > pharmacy.most_ml_h:
        return (
            f"Too fast for the pump: {what}; it runs at {written(pharmacy.most_ml_h)} mL/h or "
            "less. Prepare it stronger."
        )
    rate = PumpRate(preparation, exact, set_to)
    worst = Fraction(1, 2) if pharmacy.worst_error is None else pharmacy.worst_error
    if abs(rate.error) > worst:
        return (
            f"Too coarse a pump: {what}, and the pump can be set to {written(set_to)}, an error "
            f"of {percent(rate.error)}; at most {rounded(worst * 100, 2)} % is accepted. "
            "Prepare it thinner, or use a pump with finer settings."
        )
    return rate


def nearest(exact: Fraction, step: Fraction) -> Fraction:
    """Return the multiple of `step` nearest to a number; the lower of two.

    Examples
    --------
    >>> nearest(Fraction(7, 8), Fraction(1, 10)), nearest(Fraction(1, 4), Fraction(1, 2))
    (Fraction(9, 10), Fraction(0, 1))
    """
    below = floor(exact / step)
    up = exact - below * step > Fraction(step) / 2
    return (below + 1) * step if up else below * step


def _ceiling(
    step: Step, protocol: Protocol, size: Size, drug: str, *, first: bool
) -> Fraction | None:
    """Return the lowest limit of the drug's rates that the planned rate keeps, in **ng/day**."""
    rate = step.stretch.rate
    allowed = {allowance.what for allowance in protocol.allow}
    found = [
        size.per_day(limit.rate)
        for limit in rate_limits(drug)
        if limit.rate is not None and rate is not None and limit.rate.unit == rate.unit
        and limit.name and limit.name not in allowed
        and (limit.kind == "most" or (limit.kind == "first" and first))
    ]  # fmt: skip
    kept = [limit for limit in found if step.ng_per_day <= limit]
    return min(kept, default=None)
