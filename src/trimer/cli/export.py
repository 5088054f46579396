# SPDX-License-Identifier: Apache-2.0
"""``trimer export``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from trimer.cli.output import say, say_notice
from trimer.core.errors import StoreError, UnknownName, did_you_mean

FORMATS = ("fhir",)


def export_(
    run: Path,
    /,
    *,
    as_: Annotated[str, Parameter(name="--as")] = "fhir",
    patient: int,
    arm: str | None = None,
    start: str = "2000-01-01T00:00Z",
    out: Path,
    force: bool = False,
) -> None:
    """Write the course of a simulated patient on a ward in a format of other programs.

    FHIR R5: a bundle of MedicationAdministration, Observation and AdverseEvent, each marked as
    test data. Observations need a run with '--log full'.

    Parameters
    ----------
    run
        The run folder.
    as_
        fhir.
    patient
        Patient number.
    arm
        Arm of the run; the first on a ward if left out.
    start
        When the first dose is said to have been given.
    out
        File to write.
    force
        Replace the file if it is there.
    """
    if as_ not in FORMATS:
        raise UnknownName(f"Unknown format '{as_}'.{did_you_mean(as_, FORMATS)}")
    from trimer.clinic.plan import parse_start
    from trimer.clinic.plan.formats.write import check_free
    from trimer.exchange.fhir import course_bundle
    from trimer.report.course import stored_course
    from trimer.store import open_run
    from trimer.store.disk import write_text

    check_free(out, force=force)
    opened = open_run(run)
    course = stored_course(opened, patient, arm)
    bundle = course_bundle(course, parse_start(start))
    if not bundle.get("entry"):
        raise StoreError(f"Nothing is written down of patient {patient} in run '{run}'.")
    write_text(out, json.dumps(bundle, indent=1, ensure_ascii=False) + "\n")
    kinds: dict[str, int] = {}
    for entry in bundle["entry"]:
        kind = entry["resource"]["resourceType"]
        kinds[kind] = kinds.get(kind, 0) + 1
    say(f"FHIR: {out}: " + ", ".join(f"{number} {kind}" for kind, number in kinds.items()) + ".")
    if "Observation" not in kinds:
        say("No readings are in this run: simulate it with --log full to have them.")
    say_notice()
