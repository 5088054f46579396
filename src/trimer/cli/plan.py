# SPDX-License-Identifier: Apache-2.0
"""``trimer plan``."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from trimer.cli.output import note, say
from trimer.core.errors import InputError, ProtocolError

if TYPE_CHECKING:
    from trimer.clinic.plan import InfusionPlan, Pharmacy, Size
    from trimer.protocol import Protocol


def plan_(  # noqa: PLR0913 (each is an option)
    protocol: str,
    /,
    *,
    weight: str | None = None,
    patient: Path | None = None,
    not_ready_anyway: bool = False,
    start: str,
    zone: str | None = None,
    surface: str | None = None,
    convert_lb: bool = False,
    pharmacy: str | None = None,
    maintenance: str | None = None,
    later_cycles: str | None = None,
    interrupted: str | None = None,
    hours: float | None = None,
    as_of: str | None = None,
    label: str = "",
    as_: Annotated[str | None, Parameter(name="--as")] = None,
    out: Path | None = None,
    force: bool = False,
    json: bool = False,
) -> None:
    """Write the infusion plan of a protocol for a patient, in clock time.

    What flows when, in mcg a day and mcg/h; premedication, vital signs, neurology with ICE,
    laboratory, marrow, hospital days, end of cycles. With a pharmacy's file also mL/h as the
    pump can be set, bags and their changes. Everything comes from the protocol; every rate is
    calculated twice. A simulation, not medical advice.

    Parameters
    ----------
    protocol
        Name of a shipped protocol, or a TOML file.
    weight
        Body weight in kg; that of the patient file if left out.
    patient
        A patient file, as 'trimer ready' checks it. A first dose is refused while the checklist
        is not ready.
    not_ready_anyway
        Plan for that patient although the checklist is not ready.
    start
        Of the first dose, with its offset: 2027-01-04T09:00+01:00.
    zone
        Time zone by name, such as Europe/Berlin: then clock changes count.
    surface
        Body surface in m2, for doses that ask for it.
    convert_lb
        The weight is in pounds: convert it.
    pharmacy
        File of concentrations, stability, bags and pump; 'example' is a shipped, invented one.
    maintenance
        Another maintenance rate than the protocol's, such as '700 ng/kg/day'.
    later_cycles
        'continuous', or days on and off from cycle 2, such as '4 days on, 3 days off'.
    interrupted
        When the running infusion was interrupted: the plan from there, by the restart table.
    hours
        For how long it was interrupted, until drug flows again.
    as_of
        The date for which the plan is made; today if left out.
    label
        Whose plan it is, such as a bed. No patient's name.
    as_
        table, json, html, pdf, ics, csv or fhir; by the ending of the file if left out.
    out
        File to write; printed if left out.
    force
        Replace the file if it is there.
    json
        The same as --as json.
    """
    from trimer.clinic.plan import Clock, make_plan, parse_start
    from trimer.clinic.plan.formats.write import check_free, format_of, write_whole

    kind = "fhir" if as_ == "fhir" else format_of("json" if json and as_ is None else as_, out)
    if out is not None:
        check_free(out, force=force)
    elif kind == "pdf":
        raise InputError("A PDF is no text to print here: name a file with --out.")
    now = _now(as_of)
    clock = Clock(parse_start(start, zone))
    treatment = _protocol(protocol, maintenance, later_cycles)
    weight, remarks = _patient(
        weight, patient, clock.start.date() if interrupted is None else None,
        anyway=not_ready_anyway, convert_lb=convert_lb,
    )  # fmt: skip
    plan = make_plan(
        treatment, _size(weight, surface, convert_lb=convert_lb), clock, made=now,
        pharmacy=_pharmacy(pharmacy), interruption=_interruption(interrupted, hours, zone),
        label=label, remarks=remarks,
    )  # fmt: skip
    if clock.start < now and interrupted is None:
        note(
            f"Note: the first dose, {clock.start.isoformat(timespec='minutes')}, is in the past. "
            "Check the year, or name the day with --as-of."
        )
    if out is None:
        content = _content(plan, kind)
        sys.stdout.write(content if isinstance(content, str) else content.decode())
        return
    write_whole(out, _content(plan, kind), force=force)
    stamp = f" {plan.stamp}." if plan.stamp else ""
    say(f"Plan: {out}.{stamp} Simulation, not medical advice.")


def _content(plan: InfusionPlan, kind: str) -> str | bytes:
    if kind != "fhir":
        from trimer.clinic.plan.formats import rendered

        return rendered(plan, kind)
    from json import dumps

    from trimer.exchange.fhir import plan_bundle

    return dumps(plan_bundle(plan), indent=1, ensure_ascii=False) + "\n"


def _now(as_of: str | None) -> datetime:
    """Return the moment for which the plan is made; a date alone is its first minute."""
    if as_of is None:
        return datetime.now(UTC)
    try:
        when = datetime.fromisoformat(as_of)
    except ValueError:
        raise InputError(
            f"Wrong --as-of: got '{as_of}'; it is a date. Write it like 2027-01-04."
        ) from None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)


def _protocol(name: str, maintenance: str | None, later_cycles: str | None) -> Protocol:
    from trimer import library
    from trimer.protocol.read import read_protocol

    path = Path(name)
    if name in library.protocol_names() or not (path.exists() or path.suffix):
        path = library.protocol_path(name)
    protocol = read_protocol(path)
    if maintenance is not None:
        protocol = protocol.with_maintenance(maintenance)
    if later_cycles is not None:
        protocol = protocol.with_later_cycles(later_cycles)
    return protocol


def _patient(
    weight: str | None, file: Path | None, start: date | None, *, anyway: bool, convert_lb: bool
) -> tuple[str | None, tuple[str, ...]]:
    """Return the weight, and what has to be said; refuse a first dose that is not ready for.

    The checklist is judged for the day and the weight of the plan, whatever the file says.
    """
    if file is None:
        if anyway:
            raise InputError("--not-ready-anyway goes with --patient FILE: leave it out.")
        return weight, ()
    from trimer.clinic.patient_file import read_patient
    from trimer.clinic.plan import parse_weight
    from trimer.clinic.readiness import need_readiness

    written = read_patient(file)
    known, judged = written.weight_kg, written
    if weight is not None:
        judged = replace(judged, weight_kg=float(parse_weight(weight, convert_lb=convert_lb)[0]))
    if start is not None:
        judged = replace(judged, first_dose=start)
        if written.first_dose not in {None, start}:
            note(
                f"Note: the checklist is judged for a first dose on {start}, as --start says, not "
                f"on {written.first_dose} as '{file}' does."
            )
    readiness = need_readiness(judged, anyway=anyway or start is None)
    if weight is None:
        if known is None:
            raise InputError(
                f"Missing weight in '{file}': a plan goes by it. Write weight_kg there, or give "
                "--weight."
            )
        weight = f"{known:g}"
    elif known is not None:
        note(f"Note: --weight {weight} is taken, not the {known:g} kg of '{file}'.")
    if readiness.ready:
        return weight, ()
    found, whole = len(readiness.open), len(readiness.items)
    remark = f"Planned although {found} of {whole} items of the checklist are not ready."
    note(f"Note: {remark}")
    return weight, (remark,)


def _size(weight: str | None, surface: str | None, *, convert_lb: bool) -> Size:
    from trimer.clinic.plan import Size, parse_surface, parse_weight

    if weight is None:
        raise InputError("Missing weight: a plan is for a patient. Give it with --weight 70.")
    kg, converted = parse_weight(weight, convert_lb=convert_lb)
    return Size(kg, None if surface is None else parse_surface(surface), converted)


def _pharmacy(name: str | None) -> Pharmacy | None:
    if name is None:
        return None
    from trimer import library
    from trimer.clinic.plan import read_pharmacy
    from trimer.clinic.plan.pharmacy import pharmacy_named

    return read_pharmacy(pharmacy_named(name, library.pharmacies()))


def _interruption(
    at: str | None, hours: float | None, zone: str | None
) -> tuple[datetime, int] | None:
    if at is None and hours is None:
        return None
    if at is None or hours is None:
        raise InputError(
            "An interruption has a beginning and a length: give --interrupted and --hours."
        )
    from trimer.clinic.plan import parse_start

    minutes = hours * 60
    if not 0 < minutes < 60 * 24 * 3650 or minutes != round(minutes):
        raise ProtocolError(
            f"Wrong --hours: got {hours:g}; an interruption lasts whole minutes, at least one. "
            "Write it like --hours 6, or 1.5."
        )
    return parse_start(at, zone, "interruption"), round(minutes)
