# SPDX-License-Identifier: Apache-2.0
"""An infusion plan in FHIR: the protocol as PlanDefinition, its orders, and the CarePlan."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from trimer.clinic.plan.event import LOOKS, begins, look_times
from trimer.clinic.plan.words import ASK, row_text
from trimer.exchange.fhir.resource import Maker, concept, quantity
from trimer.protocol.drugs import said
from trimer.protocol.times import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trimer.clinic.plan import InfusionPlan
    from trimer.clinic.plan.step import Step
    from trimer.protocol import Protocol

Reference = dict[str, str]


def plan_bundle(plan: InfusionPlan) -> dict[str, Any]:
    """Return a plan as a bundle of FHIR R5 resources, as JSON has it.

    Parameters
    ----------
    plan : InfusionPlan
        For one patient.

    Raises
    ------
    InputError
        If `fhir.resources` is not installed.
    """
    protocol, clock = plan.protocol, plan.clock
    made = plan.made.replace(microsecond=0)
    seed = f"{protocol.name}|{plan.label}|{clock.utc(0).isoformat()}"
    maker = Maker(seed, (ASK, plan.stamp))
    patient = maker.make(
        "Patient", "patient", active=False, identifier=[{"value": plan.label or "no patient"}]
    )
    maker.make(
        "Observation", "weight", status="preliminary", subject=patient,
        code=concept("body weight", "29463-7"),
        effectiveDateTime=clock.start,
        valueQuantity=quantity(float(plan.size.weight_kg), "kg"),
    )  # fmt: skip
    definition = _definition(maker, protocol)
    orders = [_infusion(maker, plan, patient), *_doses(maker, plan, patient)]
    orders += _looks(maker, plan, patient)
    maker.make(
        "CarePlan", "plan", status="draft", intent="plan", subject=patient,
        title=f"Infusion plan: {plan.drug}",
        description=protocol.title,
        instantiatesUri=[definition["reference"]],
        created=made,
        period={"start": clock.at(begins(protocol)), "end": clock.at(plan.end)},
        activity=[{"plannedActivityReference": order} for order in orders],
        note=[{"text": note} for note in plan.notes],
    )  # fmt: skip
    return maker.bundle(plan.made)


def _definition(maker: Maker, protocol: Protocol) -> Reference:
    """Make the protocol: what is given, looked at, and done when."""
    course = protocol.course
    actions: list[dict[str, Any]] = [
        {"title": f"infuse {infusion.drug}", "description": str(infusion)}
        for infusion in protocol.infusions
    ]
    actions += [{"title": f"give {p.drug}", "description": str(p)} for p in protocol.premedication]
    if course is None:
        actions += [
            {"title": f"give {dose.drug}", "description": str(dose)} for dose in protocol.doses
        ]
    actions += [{"title": rule.name, "description": str(rule)} for rule in protocol.rules]
    actions += [
        {"title": f"after a gap: {row.gap}", "description": row_text(row)}
        for row in protocol.restart
    ]
    return maker.make(
        "PlanDefinition", "protocol", status="draft", experimental=True,
        name=_computable(protocol.name), title=protocol.title or protocol.name,
        description="\n".join(text for text in (protocol.note, protocol.policy_notice) if text),
        action=actions,
    )  # fmt: skip


def _computable(name: str) -> str:
    """Return a name that a program can use: letters, digits and underscores."""
    letters = "".join(letter if letter.isalnum() else "_" for letter in name)
    return letters if letters[:1].isalpha() else f"P_{letters}"


def _infusion(maker: Maker, plan: InfusionPlan, patient: Reference) -> Reference:
    """Make the order of the infusion: one instruction a step."""
    made = plan.made.replace(microsecond=0)
    running = [step for step in plan.steps if step.ng_per_day]
    if not running:
        return _stopped(maker, plan, patient)
    return maker.make(
        "MedicationRequest", plan.drug, status="draft", intent="plan", subject=patient,
        medication={"concept": concept(plan.drug)}, authoredOn=made,
        dosageInstruction=[
            _instruction(plan, step, number) for number, step in enumerate(running, start=1)
        ],
    )  # fmt: skip


def _stopped(maker: Maker, plan: InfusionPlan, patient: Reference) -> Reference:
    made = plan.made.replace(microsecond=0)
    return maker.make(
        "MedicationRequest", plan.drug, status="stopped", intent="plan", subject=patient,
        medication={"concept": concept(plan.drug)}, authoredOn=made,
        statusReason=concept("stopped for good: the gap is too long"),
    )  # fmt: skip


def _instruction(plan: InfusionPlan, step: Step, number: int) -> dict[str, Any]:
    rates = [{"type": concept("dose"), "rateQuantity": quantity(float(step.mcg_per_h), "mcg/h")}]
    text = f"{step.stretch.kind}: {step.rate_text}"
    if step.pump is not None:
        volume = quantity(float(step.pump.set_to), "mL/h")
        rates.append({"type": concept("pump"), "rateQuantity": volume})
        text += f", {step.pump.preparation.text}"
    period = {"start": plan.clock.at(step.stretch.start), "end": plan.clock.at(step.stretch.end)}
    return {
        "sequence": number,
        "text": text,
        "timing": {"repeat": {"boundsPeriod": period}},
        "route": concept("intravenous, continuous"),
        "doseAndRate": rates,
    }


def _doses(maker: Maker, plan: InfusionPlan, patient: Reference) -> Iterator[Reference]:
    """Make an order for each single dose of the protocol, with its times."""
    made = plan.made.replace(microsecond=0)
    given = [event for event in plan.events if event.what in {"premedication", "dose"}]
    for text, events in groupby(sorted(given, key=lambda e: (e.text, e.minute)), lambda e: e.text):
        drug = text.partition(" ")[0]
        yield maker.make(
            "MedicationRequest", text, status="draft", intent="plan", subject=patient,
            medication={"concept": concept(said(drug))}, authoredOn=made,
            dosageInstruction=[
                {"text": text, "timing": {"event": [plan.clock.at(e.minute) for e in events]}}
            ],
        )  # fmt: skip


def _looks(maker: Maker, plan: InfusionPlan, patient: Reference) -> Iterator[Reference]:
    """Make an order for each kind of look."""
    monitoring = plan.protocol.monitoring
    if monitoring is None:
        return
    first = begins(plan.protocol) if plan.gap is None else plan.gap.at
    for what, name in LOOKS.items():
        times = look_times(getattr(monitoring, name), first, plan.end)
        for every, group in groupby(times, key=lambda item: item[1]):
            minutes = [minute for minute, _ in group]
            hours, rest = divmod(every.minutes, 60)
            period = {"period": every.minutes, "periodUnit": "min"} if rest else {
                "period": hours, "periodUnit": "h",
            }  # fmt: skip
            bounds = {"start": plan.clock.at(minutes[0]), "end": plan.clock.at(minutes[-1])}
            yield maker.make(
                "ServiceRequest", f"{what}|{every.minutes}|{minutes[0]}", status="draft",
                intent="plan", subject=patient,
                code={"concept": concept(f"{what}, every {duration_text(every.minutes)}")},
                occurrenceTiming={"repeat": {"boundsPeriod": bounds, "frequency": 1, **period}},
            )  # fmt: skip
    marrow = [event for event in plan.events if event.what == "marrow"]
    if marrow:
        yield maker.make(
            "ServiceRequest", "marrow", status="draft", intent="plan", subject=patient,
            code={"concept": concept("bone marrow")},
            occurrenceTiming={"event": [plan.clock.at(event.minute) for event in marrow]},
        )  # fmt: skip
