# SPDX-License-Identifier: Apache-2.0
"""Safety of a run as small tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.cli.output import number, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trimer.trial.safety import ExposureResponse, Safety
    from trimer.trial.safety.summary import Syndrome

    Cells = Mapping[str, Callable[[Safety], object]]


def safety_text(found: Mapping[str, Safety], labels: Mapping[str, str]) -> str:
    """Return CRS, ICANS, treatment and adverse events, arm by arm."""
    header = ["", *(f"{labels[arm]} (N={one.patients})" for arm, one in found.items())]
    rows: list[list[str]] = []
    for name, of in (("CRS", _crs), ("ICANS", _icans)):
        rows += _syndrome_rows(name, [of(one) for one in found.values()])
    for which in ("treatment", "amounts"):
        names = dict.fromkeys(name for one in found.values() for name in getattr(one, which))
        rows += [
            [name, *(str(getattr(one, which).get(name, "-")) for one in found.values())]
            for name in names
        ]
    text = table(header, rows)
    if any(one.adverse for one in found.values()):
        text += f"\n\n{_adverse_text(found, labels)}"
    return text


def _adverse_text(found: Mapping[str, Safety], labels: Mapping[str, str]) -> str:
    """Return adverse events by term and worst grade, n (%), the most frequent first."""
    from trimer.trial.safety.summary import ANY, SEVERE

    terms = dict.fromkeys(term for one in found.values() for term in one.adverse)
    keys = {ANY: "any", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5", SEVERE: "3 or more"}
    parts = []
    for arm, one in found.items():
        rows = [
            [term, *(_n_percent(one.adverse.get(term, {}).get(key)) for key in keys)]
            for term in terms
        ]
        head = [f"{labels[arm]} (N={one.patients}), worst grade", *keys.values()]
        parts.append(table(head, rows))
    return "\n\n".join(parts)


def exposure_text(found: ExposureResponse) -> str:
    """Return the chance of an event against exposure."""
    rows = [
        [f"{number(group.low, 3)} to {number(group.high, 3)}", str(group.share)]
        for group in found.groups
    ]
    text = table([f"{found.event}, by {found.exposure}", "patients"], rows)
    if found.fit is not None:
        text += f"\nPer doubling: {found.fit}"
    return text


def safety_record(found: Mapping[str, Safety]) -> dict[str, Any]:
    """Return the same in plain numbers."""
    return {arm: _plain_arm(one) for arm, one in found.items()}


def _crs(one: Safety) -> Syndrome | None:
    return one.crs


def _icans(one: Safety) -> Syndrome | None:
    return one.icans


def _syndrome_rows(name: str, of: list[Syndrome | None]) -> list[list[str]]:
    known = [one for one in of if one is not None]
    if not any(one.episodes for one in known):
        return [[f"{name}, episodes", *("-" if one is None else "0" for one in of)]]
    steps = sorted({step for one in known for step in one.by_step})
    cells: dict[str, Callable[[Syndrome], object]] = {
        f"{name} grade {grade}": (lambda one, g=grade: one.by_grade[g])  # type: ignore[misc]  # a default binds now
        for grade in range(6)
        if any(one.by_grade[grade].count for one in known)
    }
    cells[f"{name}, episodes"] = lambda one: one.episodes
    for week in known[0].by_week:
        cells[f"{name} episodes, {week}"] = lambda one, w=week: one.by_week[w]  # type: ignore[misc]
    for step in steps:
        where = f"on step {step}" if step else "while none ran"
        cells[f"{name} began {where}"] = lambda one, s=step: one.by_step.get(s, "-")  # type: ignore[misc]
    cells[f"{name}, day of onset"] = lambda one: one.onset
    cells[f"{name}, duration in days"] = lambda one: one.duration
    return [
        [label, *("-" if one is None else str(cell(one)) for one in of)]
        for label, cell in cells.items()
    ]


def _n_percent(share: Any) -> str:  # noqa: ANN401 (a proportion or nothing)
    if share is None or not share.count:
        return "0"
    return f"{share.count} ({100 * share.share:.0f}%)"


def _plain_arm(one: Safety) -> dict[str, Any]:
    from trimer.trial.design.result import plain

    def plain_all(values: Mapping[Any, Any]) -> dict[str, Any]:
        return {str(key): plain(value) for key, value in values.items()}

    def spread(value: Any) -> dict[str, Any]:  # noqa: ANN401 (a spread)
        return {"n": value.n, "median": value.median, "low": value.low, "high": value.high}

    def syndrome(of: Syndrome | None) -> dict[str, Any] | None:
        if of is None:
            return None
        return {
            "by_grade": plain_all(of.by_grade),
            "by_week": plain_all(of.by_week),
            "by_step": plain_all(of.by_step),
            "episodes": of.episodes,
            "onset": spread(of.onset),
            "duration": spread(of.duration),
        }

    return {
        "patients": one.patients,
        "crs": syndrome(one.crs),
        "icans": syndrome(one.icans),
        "treatment": plain_all(one.treatment),
        "amounts": {name: spread(value) for name, value in one.amounts.items()},
        "adverse": {
            term: {
                {0: "any", -1: "3 or more"}.get(key, str(key)): plain(v) for key, v in of.items()
            }
            for term, of in one.adverse.items()
        },
    }
