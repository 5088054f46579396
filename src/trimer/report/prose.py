# SPDX-License-Identifier: Apache-2.0
"""Paragraphs of a report: the standing ones, and those with a few numbers in them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from trimer.core.notice import SHORT_NOTICE
from trimer.report import tables
from trimer.report.numbers import count, counted, number

if TYPE_CHECKING:
    from trimer.report.data import RunData

CONTEXT = (
    "Context of use: to explore, under the model below, how a dosing schedule shifts exposure, "
    "cytokine release and response in a cohort of virtual patients, and to ask better questions "
    "of real data. It cannot choose a dose for anyone, foretell one person's course, or show that "
    "a schedule works or is safe. No decision may rest on it alone."
)

BANDS = (
    "Each figure shows all arms. Lines are medians at each time over virtual patients, not the "
    "course of one patient. Time is counted in days from the first dose, which is day 0."
)

METHODS = (
    "Every arm treats the same virtual patients with the same luck (named random streams, keyed "
    "by the seed and the patient's number), so arms are compared in pairs. Intervals of "
    "proportions are exact (Clopper-Pearson), of paired differences Newcombe's (method 10), both "
    "at 95 %. Quantiles are interpolated linearly."
)

_UNGRADED = (
    (
        "CRS grades are the reference model's ordinal read-out of peak IL-6 and vascular leak, and "
        "provisional: they are not graded from vital signs by ASTCT 2019."
    ),
    (
        "No ward acts in this simulation: doses are fixed beforehand, nothing is held, and no "
        "rescue drug is given in answer to a reaction."
    ),
)

_ON_WARD = (
    (
        "The ward is simulated: how it measures, how soon somebody comes, which rules it follows "
        "and how often a pump fails are assumed, and the same in every arm."
    ),
    (
        "Rules see readings, results and grades, never the model's own values; but a real team "
        "sees and weighs more than any rule."
    ),
)

_CHANCE = (
    "Intervals show the chance of the draw only; doubt about the model and its parameters is "
    "larger and is not in them."
)

WARD = (
    "Every virtual patient is looked at by a clock of his own; CRS and ICANS are graded by ASTCT "
    "2019 from temperature, the support needed for pressure and oxygen, and the ICE score as read. "
    "Rules act on what was read and graded; what was planned, given, held and missed is in the "
    "tables of the run folder, and the command trimer runs show RUN --patient NUMBER tells one "
    "patient's story."
)

_HEADINGS = {
    "root": "At the start: solved for each virtual patient",
    "baseline": "At the start: constants of a virtual patient",
    "initial": "At the start: species that are not zero",
    "term": "Terms",
    "species": "Rates of change",
    "observable": "Read-outs",
}


def heading(kind: str) -> str:
    """Heading of a kind of equation."""
    return _HEADINGS.get(kind, "Equations")


def state(run: RunData) -> str:
    """What was run, in one line."""
    m, arms = run.manifest, len(run.manifest.arms)
    who = counted(m.patients, "virtual patient")
    if arms > 1:
        who += f" in each of {arms} arms, the same in every arm"
    return (
        f"{who}; {number(m.days)} days; seed {m.seed}; model {_model_name(run)}; "
        f"run {date(m.created)}."
    )


def warning(run: RunData) -> str:
    """What a reader must know before the numbers; empty for a run that is whole."""
    if run.manifest.status == "complete":
        return ""
    return (
        f"This run is {run.manifest.status}: {count(len(run.patients))} of "
        f"{count(run.manifest.patients)} planned virtual patients are here. Everything below is "
        "about them alone."
    )


def model(run: RunData) -> str:
    """What the model is and what its numbers rest on."""
    record = run.model
    text = f"{record.title} ({_model_name(run)})."
    rates = sum(equation.kind == "species" for equation in record.equations)
    if rates:
        text += f" It has {counted(rates, 'differential equation')}."
    if record.parameters:
        text += (
            f" Of its {count(len(record.parameters))} parameters, by what they rest on: "
            f"{tables.bases(run)}. Fitted means calibrated to published totals, not to the data "
            "of patients; a value quoted from memory says so. Each is listed with its source below."
        )
    return text


def cohort(run: RunData) -> str:
    """Where the virtual patients come from."""
    name = run.manifest.cohort
    if name != "reference":
        who = counted(len(run.patients), "virtual patient")
        return f"Cohort '{name}': {who}. {run.manifest.cohort_description}".rstrip()
    return (
        f"The reference cohort: {counted(len(run.patients), 'virtual patient')} with relapsed or "
        "refractory acute myeloid leukemia (R/R AML), drawn from the spreads in the parameter "
        "card, each parameter by itself. It is not screened: nobody was left out, and nobody had "
        "to fail an earlier treatment first."
    )


def design(run: RunData) -> str:
    """How arms, time and output were laid out."""
    m = run.manifest
    arms = "; ".join(
        f"{run.style(arm).letter}, {arm.label} (protocol {arm.protocol})" for arm in run.arms
    )
    pairs = " Every virtual patient is in every arm." if len(run.arms) > 1 else ""
    return (
        f"{arms}.{pairs} Followed for {number(m.days)} days, written down every "
        f"{number(m.every_hours)} hours. {_dosing(run)}"
    )


def _dosing(run: RunData) -> str:
    if run.ward is None:
        return "The doses are fixed beforehand."
    policy = run.manifest.policy_notice
    return (
        "The infusion follows its plan as far as the rules of the ward allow."
        f"{f' {policy}' if policy else ''}"
    )


def limits(run: RunData) -> list[str]:
    """What these results cannot tell: the model's limits, then those of the simulation."""
    own = _ON_WARD if run.ward is not None else _UNGRADED
    policy = [run.manifest.policy_notice] if run.manifest.policy_notice else []
    return [*run.model.limits, *policy, *own, _CHANCE]


def footer(run: RunData) -> str:
    """Where the report comes from, in full."""
    m = run.manifest
    return (
        f"Run {m.run}, {m.created}; seed {m.seed}; Trimer {m.version}; model {_model_name(run)}, "
        f"hash {m.model_hash or 'not recorded'}. DRAFT; {SHORT_NOTICE}."
    )


def date(created: str) -> str:
    """Write a day in words.

    Examples
    --------
    >>> date("2026-11-24T04:17:00+00:00")
    '24 November 2026'
    """
    try:
        day = datetime.fromisoformat(created)
    except ValueError:
        return created
    return f"{day.day} {day:%B %Y}"


def _model_name(run: RunData) -> str:
    return f"{run.model.name} {run.model.version}".strip()
