# SPDX-License-Identifier: Apache-2.0
"""The definition of a cohort in words and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimer.patients.definition import Definition, Evidence, Variation


def definition_text(definition: Definition) -> str:
    """Return every part of a definition with what it rests on."""
    lines = [f"Cohort '{definition.name}': {definition.title}", definition.description]
    lines += [definition.note] if definition.note else []
    if not definition.response_criteria:
        lines.append("No response is claimed for these patients.")
    for title, rows in _parts(definition):
        if rows:
            lines += ["", title, *rows]
    lines += ["", "Sources", *(f"  {key}: {text}" for key, text in _sources(definition).items())]
    return "\n".join(lines)


def definition_record(definition: Definition) -> dict[str, Any]:
    """Return a definition as a record."""
    record = asdict(definition)
    return record | {"path": str(definition.path), "sources": _sources(definition)}


def _parts(definition: Definition) -> Iterator[tuple[str, list[str]]]:
    yield (
        "Factors (standard normal)",
        [
            f"  {part.name}: {part.definition} {_rests(part.evidence)}"
            for part in definition.factors
        ],
    )
    yield (
        "Correlations of factors",
        [
            f"  {' and '.join(part.between)}: {part.value:g} {_rests(part.evidence)}"
            for part in definition.correlations
        ],
    )
    yield (
        "Parameters",
        [f"  {part.name}: {_said(part)} {_rests(part.evidence)}" for part in definition.variations],
    )
    yield "What earlier chemotherapy took", [
        f"  {part.name}: {part.loss_per_course:.1%} with each course, "
        + ("for good" if part.recovery_days == float("inf") else
           f"recovering in {part.recovery_days:g} days")
        + f" {_rests(part.evidence)}"
        for part in definition.losses
    ]  # fmt: skip
    if definition.induction is not None:
        part = definition.induction
        yield (
            f"Before entry: {part.title}",
            [
                f"  day {course.start_day:g} for {course.days:g} days: {course.share:g} of its kill"
                for course in part.courses
            ]
            + [f"  remission judged on day {part.assessed_day:g} {_rests(part.evidence)}"],
        )
    yield (
        "Histories that are kept",
        [
            f"  {part.title}: {'; '.join(map(str, part.limits)) or 'everyone'}; "
            f"{part.courses} courses, the last {_gap(part.gap_days)} before entry "
            f"{_rests(part.evidence)}"
            for part in definition.histories
        ],
    )
    yield "Entry", [f"  {part} {_rests(part.evidence)}" for part in definition.entry]
    yield (
        "Covariates",
        [
            f"  {part.name}: {part.definition}; {part.factor} read with noise of SD "
            f"{part.noise_sd:g} {_rests(part.evidence)}"
            for part in definition.scores
        ],
    )


def _gap(days: float | str) -> str:
    return f"as long as {days}" if isinstance(days, str) else f"{days:g} days"


def _said(variation: Variation) -> str:
    parts = [variation.spread] if variation.spread else []
    for word, weights in (("loads on", variation.loadings), ("effect of", variation.effects)):
        if weights:
            parts.append(f"{word} {', '.join(f'{k} {v:+g}' for k, v in weights.items())}")
    return "; ".join(parts)


def _rests(evidence: Evidence) -> str:
    details = f"; {evidence.details}" if evidence.details else ""
    return f"[{evidence.basis}, {', '.join(evidence.source)}{details}]"


def _sources(definition: Definition) -> dict[str, str]:
    """Return the sources that the definition cites."""
    parts = [
        *definition.factors, *definition.correlations, *definition.named, *definition.limits,
        *definition.histories, *definition.scores,
        *([definition.induction] if definition.induction is not None else []),
    ]  # fmt: skip
    keys = dict.fromkeys(key for part in parts for key in part.evidence.source)
    return {key: str(definition.sources[key]) for key in keys if key in definition.sources}
