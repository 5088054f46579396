# SPDX-License-Identifier: Apache-2.0
"""What a trial with endpoints or a dose escalation found, as small tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trimer.cli.output import number, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trimer.trial.design.escalation import Characteristics, Toxicity
    from trimer.trial.design.operating import Operating
    from trimer.trial.design.result import TrialResult

DAYS_PER_MONTH = 365.25 / 12


def trial_text(result: TrialResult, repeats: int) -> str:
    """Return endpoints by arm, and how comparisons do over the repeats."""
    rows = [
        [
            endpoint.title + (" *" if endpoint.primary else ""),
            *(_value(result.values[endpoint.name][arm]) for arm in result.arms),
        ]
        for endpoint in result.endpoints
    ]
    each = " (all repeats together)" if repeats > 1 else ""
    text = table([f"Endpoint{each}", *result.arms.values()], rows)
    if any(endpoint.primary for endpoint in result.endpoints):
        text += "\n* primary"
    if result.deaths:
        text += f"\n\n{_deaths(result)}"
    if not result.operating:
        return text
    titles = {endpoint.name: endpoint.title for endpoint in result.endpoints}
    header = [
        "Comparison with the control", "first trial", "median of repeats (95 % of them)",
        f"p < {result.alpha:g}",
    ]  # fmt: skip
    done = [
        [
            f"{titles[one.endpoint]}, {result.arms[one.arm]}: {one.measure}",
            _first(one),
            _over_repeats(one),
            str(one.success),
        ]
        for one in result.operating
    ]
    return f"{text}\n\n{table(header, done)}"


def _deaths(result: TrialResult) -> str:
    """Return who died of what by the end of follow-up."""
    causes = next(iter(result.deaths.values())).causes
    rows = [
        [cause, *(_percent_range(result.deaths[arm].by_end[cause]) for arm in result.deaths)]
        for cause in causes
    ]
    head = f"Dead by day {result.days:g}, of"
    return table([head, *(result.arms[arm] for arm in result.deaths)], rows)


def _percent_range(found: tuple[float, float, float]) -> str:
    share, low, high = (100 * value for value in found)
    return f"{share:.1f} % ({low:.1f} to {high:.1f})"


def escalation_text(toxicity: Toxicity, designs: Sequence[Characteristics]) -> str:
    """Return the rate of DLT at each dose, and how each design does."""
    best = toxicity.doses[designs[0].best]
    target = designs[0].target
    head = ["Dose", "DLT of all virtual patients"]
    for one in designs:
        head += [f"{one.design} chooses", "patients"]
    rows = []
    for k, dose in enumerate(toxicity.doses):
        row = [dose, str(toxicity.rates[k])]
        for one in designs:
            row += [_percent(one.selected[k].share), number(one.patients_at[k], 3)]
        rows.append(row)
    none = ["none", ""]
    for one in designs:
        none += [_percent(one.none_selected.share), ""]
    rows.append(none)
    lines = [
        f"Target {_percent(target)} within {toxicity.window_days:g} days; nearest to it: {best}.",
        "",
        table(head, rows),
        "",
        table(
            ["Design", "chooses that dose", "a higher one", "patients", "DLT", "of patients",
             "days"],
            [
                [
                    one.design, str(one.correct), _percent(one.too_high.share),
                    number(one.patients, 3), number(one.toxicities, 2),
                    _percent(one.toxicity_share), number(one.days, 3),
                ]
                for one in designs
            ],
        ),
        "",
        f"{designs[0].repeats:,} trials of each design; patients, DLT and days are means, days",
        "as if each cohort entered at once and was watched for the whole window.",
    ]  # fmt: skip
    if toxicity.left_out:
        lines.append(f"{toxicity.left_out:,} patients could not be followed and are left out.")
    return "\n".join(lines)


def escalation_record(toxicity: Toxicity, designs: Sequence[Characteristics]) -> dict[str, Any]:
    """Return the same in plain numbers."""
    from trimer.trial.design.result import plain

    return {
        "target": designs[0].target,
        "window_days": toxicity.window_days,
        "patients": len(toxicity.ids),
        "left_out": toxicity.left_out,
        "doses": dict(zip(toxicity.doses, map(plain, toxicity.rates), strict=True)),
        "nearest": toxicity.doses[designs[0].best],
        "designs": {
            one.design: {
                "repeats": one.repeats,
                "selected": dict(zip(one.doses, map(plain, one.selected), strict=True)),
                "none_selected": plain(one.none_selected),
                "correct": plain(one.correct),
                "too_high": plain(one.too_high),
                "patients": one.patients,
                "patients_at": dict(zip(one.doses, one.patients_at, strict=True)),
                "toxicities": one.toxicities,
                "toxicity_share": one.toxicity_share,
                "days": one.days,
            }
            for one in designs
        },
    }


def _value(found: dict[str, Any]) -> str:
    if "share" in found:
        return str(found["share"])
    if "events" in found:
        events = found["events"]
        middle, low, high = (_months(found[key]) for key in ("median", "low", "high"))
        return f"{middle} mo ({low} to {high}), {events.count}/{events.total}"
    mean, sd = found["mean"], found["sd"]
    if mean is None:
        return "-"
    return f"{number(mean)} (SD {'-' if sd is None else number(sd, 3)}), n {found['n']}"


def _months(days: float | None) -> str:
    if days is None or days != days:  # noqa: PLR0124 (NaN is not itself)
        return "-"
    return f"{days / DAYS_PER_MONTH:.1f}"


def _first(one: Operating) -> str:
    p = "-" if one.first_p != one.first_p else f"{one.first_p:.2g}"
    low, high = _estimate(one, one.first_low), _estimate(one, one.first_high)
    return f"{_estimate(one, one.first)} ({low} to {high}), p {p}"


def _over_repeats(one: Operating) -> str:
    low, high = _estimate(one, one.low), _estimate(one, one.high)
    return f"{_estimate(one, one.median)} ({low} to {high})"


def _estimate(one: Operating, value: float) -> str:
    if value != value:  # noqa: PLR0124 (NaN is not itself)
        return "-"
    if one.measure == "difference of shares":
        return f"{100 * value:+.1f}"
    return f"{value:.2f}" if one.measure == "hazard ratio" else f"{value:+.3g}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
