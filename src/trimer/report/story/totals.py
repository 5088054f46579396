# SPDX-License-Identifier: Apache-2.0
"""The end of a story: worst grades, what was planned, given and missed, and what rules said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from trimer.core.condition import Compare, Observed, atoms
from trimer.core.shown import counted
from trimer.report.flow import (
    BAG,
    STOPPED,
    gaps,
    infusion,
    levels,
    refused,
    single_doses,
    stretches,
)
from trimer.report.numbers import NBSP, fixed, listing, number
from trimer.report.story import phrases
from trimer.report.units import name_of, unit_of
from trimer.report.ward import EPISODE_GAP

if TYPE_CHECKING:
    from trimer.protocol.rule import Rule
    from trimer.report.course import PatientCourse

_WHY = {
    "held": "held",
    "pump": "pump",
    BAG: "bag changes",
    "premedication": "premedication awaited",
    STOPPED: "stopped for good",
    "below the plan": "below the planned rate",
    "not started": "not started",
}
_SCALES = (("CRS", "ASTCT 2019"), ("CRS_Lee", "Lee 2014"), ("CRS_CTCAE", "CTCAE v5"))


def totals(course: PatientCourse) -> dict[str, Any]:
    """Return the totals of a course as numbers; times in **days**."""
    grades, flow = course.grades, infusion(course.doses)
    planned = float((flow["planned"] * flow["duration"]).sum())
    given = float(flow["amount"].sum())
    missed: dict[str, float] = {}
    for part in stretches(course):
        if part.missed > 1e-9 * planned:
            missed[part.why] = missed.get(part.why, 0.0) + part.missed
    doses = single_doses(course.doses).filter(pl.col("by") != "nature")
    return {
        "worst": {name: max([0, *grades[name]]) for name, _ in _SCALES}
        | {"ICANS": max([0, *grades["ICANS"]])},
        "days_with_crs": sum(end - start for start, end in with_crs(course)),
        "crs_episodes": [list(episode) for episode in episodes(course)],
        "unit": str(flow["unit"][0]) if len(flow) else "",
        "planned": planned,
        "given": given,
        "missed": missed,
        "dose_intensity_percent": 100.0 * given / planned if planned else None,
        "stops": [
            {"from": gap.start, "to": gap.end, "why": gap.why, "missed": gap.missed}
            for gap in gaps(stretches(course))
        ],
        "doses": [
            {"drug": drug, "unit": unit, "doses": n, "amount": amount}
            for drug, unit, n, amount in doses.group_by("drug", "unit", maintain_order=True)
            .agg(pl.len(), pl.col("amount").sum())
            .iter_rows()
        ],
        "refused": dict(
            refused(course.doses).group_by("drug", maintain_order=True).agg(pl.len()).iter_rows()
        ),
        "support": support(course),
    }


def episodes(course: PatientCourse) -> list[tuple[float, float]]:
    """Episodes of CRS of grade 1 or more by ASTCT: from, to.

    Times with CRS that are less than `EPISODE_GAP` apart are one episode.
    """
    whole: list[tuple[float, float]] = []
    for start, end in with_crs(course):
        if whole and start < whole[-1][1] + EPISODE_GAP:
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def with_crs(course: PatientCourse) -> list[tuple[float, float]]:
    """Times with CRS of grade 1 or more by ASTCT: from, to."""
    found: list[tuple[float, float]] = []
    since: float | None = None
    for time, grade in course.grades.select("time", "CRS").iter_rows():
        if grade > 0 and since is None:
            since = time
        elif grade <= 0 and since is not None:
            found.append((since, time))
            since = None
    return [*found, (since, course.days)] if since is not None else found


def support(course: PatientCourse) -> dict[str, dict[str, float]]:
    """Highest level and time on each kind of support that was used, in **days**."""
    found: dict[str, dict[str, float]] = {}
    for (what,), rows in levels(course.doses).group_by("drug", maintain_order=True):
        times = [*rows["time"], course.days]
        days = sum(
            later - time
            for time, later, level in zip(times, times[1:], rows["amount"], strict=False)
            if level > 0
        )
        if days > 0:
            found[str(what)] = {"highest": float(max(rows["amount"])), "days": days}
    return found


def totals_text(course: PatientCourse) -> list[str]:
    """The totals in sentences."""
    found = totals(course)
    sentences = [_worst(course, found), _dosing(found), *_stops(found)]
    if found["doses"]:
        parts = [
            f"{phrases.drug_name(d['drug'])} {counted(d['doses'], 'dose')} "
            f"({phrases.dose(d['amount'], d['unit'])})"
            for d in found["doses"]
        ]
        sentences.append(f"Given besides: {', '.join(parts)}.")
    for drug, n in found["refused"].items():
        sentences.append(
            f"{phrases.sentence(phrases.drug_name(drug))[:-1]} refused: {phrases.often(n)}."
        )
    for what, used in found["support"].items():
        upto = f", up to level {used['highest']:g}" if what in {"oxygen", "vasopressor"} else ""
        lasts = phrases.lasting(phrases.MINUTES * used["days"])
        sentences.append(f"{what.capitalize()}: {lasts}{upto}.")
    return [text.replace(NBSP, " ") for text in sentences if text]


def rules_text(course: PatientCourse) -> list[str]:
    """What every rule said, one sentence a rule."""
    sentences = []
    for (name,), rows in course.verdicts.group_by("rule", maintain_order=True):
        said = dict(rows.group_by("verdict").agg(pl.col("looks").sum()).iter_rows())
        parts = [
            f"{word} at {counted(int(said[word]), 'look')}"
            for word in ("yes", "no", "not known")
            if word in said
        ]
        extreme = "" if "yes" in said else _extreme(course.rules.get(str(name)), rows)
        sentences.append(f"'{name}' said {listing(parts)}{extreme}.")
    return sentences


def _extreme(rule: Rule | None, rows: pl.DataFrame) -> str:
    """How near a rule that never said yes came to it."""
    low, high = rows["lowest"].drop_nans().min(), rows["highest"].drop_nans().max()
    if not isinstance(low, float) or not isinstance(high, float):
        return ""
    if rule is None:
        return f", {number(low)}" if low == high else f", from {number(low)} to {number(high)}"
    for atom in atoms(rule.when.tree):
        if isinstance(atom, Compare) and isinstance(atom.left, Observed):
            name = atom.left.name
            word, value = ("lowest", low) if atom.operator in {"<", "<="} else ("highest", high)
            return f", {word} {name_of(name)} {number(value)} {unit_of(name)}".rstrip()
    return ""


def _worst(course: PatientCourse, found: dict[str, Any]) -> str:
    worst = found["worst"]
    if worst["CRS"] == 0:
        crs = "No CRS (ASTCT 2019)"
    else:
        first = course.grades.filter(pl.col("CRS") == worst["CRS"])["time"][0]
        scales = [f"{worst[name]} by {scale}" for name, scale in _SCALES]
        lasts = found["days_with_crs"]
        crs = (
            f"Worst CRS grade: {', '.join(scales)}, first on "
            f"{phrases.when(phrases.minute_of(first)).replace('Day', 'day')}; CRS for "
            f"{phrases.lasting(phrases.MINUTES * lasts)} in "
            f"{counted(len(found['crs_episodes']), 'episode')}"
        )
    icans = f"Worst ICANS grade: {worst['ICANS']}" if worst["ICANS"] else "No ICANS"
    return f"{crs}. {icans}."


def _dosing(found: dict[str, Any]) -> str:
    if not found["planned"]:
        return "Nothing was planned."
    unit = found["unit"]
    text = (
        f"Planned {phrases.mass(found['planned'], unit)}, given "
        f"{phrases.mass(found['given'], unit)}: a dose intensity of "
        f"{fixed(found['dose_intensity_percent'], 1)} %."
    )
    if not found["missed"]:
        return f"{text} Nothing was missed."
    parts = [f"{_WHY.get(why, why)} {phrases.mass(x, unit)}" for why, x in found["missed"].items()]
    whole = phrases.mass(sum(found["missed"].values()), unit)
    return f"{text} Missed {whole}: {', '.join(parts)}."


def _stops(found: dict[str, Any]) -> list[str]:
    """How often and how long no drug flowed, by reason."""
    groups: dict[str, list[float]] = {}
    for stop in found["stops"]:
        groups.setdefault(stop["why"], []).append(stop["to"] - stop["from"])
    parts = []
    for why, days in groups.items():
        lasts = phrases.lasting(phrases.MINUTES * sum(days))
        parts.append(f"{_WHY.get(why, why)} {phrases.often(len(days))} ({lasts})")
    return [f"Without drug though some was planned: {', '.join(parts)}."] if parts else []
