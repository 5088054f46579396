# SPDX-License-Identifier: Apache-2.0
"""``trimer export``."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from trimer.cli.output import say, say_json, say_notice
from trimer.core.errors import InputError, StoreError, UnknownName, did_you_mean

FORMATS = ("adam", "csv", "fhir", "nonmem")


def export_(
    run: Path,
    /,
    *,
    as_: Annotated[str, Parameter(name="--as")] = "fhir",
    patient: int | None = None,
    arm: str | None = None,
    start: str = "2000-01-01T00:00Z",
    out: Path,
    force: bool = False,
    json: bool = False,
) -> None:
    """Write a run, or the course of one of its patients, in a format of other programs.

    adam: analysis datasets of CDISC, as XPT version 5 and Dataset-JSON 1.1, with a dictionary, in
    a folder. nonmem: the event table that reproduces the run, with a dictionary beside it. csv:
    every table, in a folder. fhir: FHIR R5 of one patient on a ward, a bundle of
    MedicationAdministration, Observation and AdverseEvent, each marked as test data; observations
    need a run with '--log full'.

    Parameters
    ----------
    run
        The run folder.
    as_
        adam, csv, fhir or nonmem.
    patient
        Patient number, for fhir.
    arm
        Arm of the run, for fhir; the first on a ward if left out.
    start
        When the first dose is said to have been given, for adam and fhir.
    out
        File or folder to write.
    force
        Replace it if it is there.
    json
        Print JSON.
    """
    if as_ not in FORMATS:
        raise UnknownName(f"Unknown format '{as_}'.{did_you_mean(as_, FORMATS)}")
    if as_ == "fhir":
        if patient is None:
            raise InputError("FHIR is of one patient: give his number with --patient.")
        record = _fhir(run, patient, arm, start, out, force=force)
    else:
        if patient is not None or arm is not None:
            raise InputError(f"--as {as_} is of a whole run: leave --patient and --arm out.")
        record = _whole(run, as_, start, out, force=force)
    if json:
        say_json({"format": as_, "out": str(out), "records": record})
        return
    name = {"adam": "ADaM", "csv": "CSV", "fhir": "FHIR", "nonmem": "NONMEM"}[as_]
    say(f"{name}: {out}: " + ", ".join(f"{n:,} {kind}" for kind, n in record.items()) + ".")
    if as_ == "fhir" and "Observation" not in record:
        say("No readings are in this run: simulate it with --log full to have them.")
    say_notice()


def _whole(run: Path, kind: str, start: str, out: Path, *, force: bool) -> dict[str, int]:
    """Write a run; return how many records of each table."""
    from trimer.clinic.plan.formats.write import check_free
    from trimer.store import open_run
    from trimer.trial.single import holds_trajectories

    opened = open_run(run)
    if kind == "nonmem":
        from trimer.exchange.nonmem import write_nonmem

        check_free(out, force=force)
        return {"rows": write_nonmem(opened, out)}
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not force):
        raise StoreError(
            f"Cannot write to '{out}': "
            + ("a file" if out.is_file() else "something")
            + " is there. Choose another folder with --out"
            + ("." if out.is_file() else ", or replace what is in it with --force.")
        )
    if kind == "csv":
        from trimer.exchange.plain import write_csv

        return write_csv(opened, out)
    if holds_trajectories(opened):
        raise StoreError(
            f"'{run}' holds trajectories that `trimer simulate` wrote, not a trial, and analysis "
            "datasets are of a trial. Run the study with `trimer trial`."
        )
    from trimer.clinic.plan import parse_start
    from trimer.exchange.adam import write_adam

    return write_adam(opened, out, parse_start(start))


def _fhir(
    run: Path, patient: int, arm: str | None, start: str, out: Path, *, force: bool
) -> dict[str, int]:
    """Write a patient's course; return how many resources of each kind."""
    from trimer.clinic.plan import parse_start
    from trimer.clinic.plan.formats.write import check_free
    from trimer.exchange.fhir import course_bundle
    from trimer.report.course import stored_course
    from trimer.store import open_run
    from trimer.store.disk import write_text

    check_free(out, force=force)
    course = stored_course(open_run(run), patient, arm)
    bundle = course_bundle(course, parse_start(start))
    if not bundle.get("entry"):
        raise StoreError(f"Nothing is written down of patient {patient} in run '{run}'.")
    write_text(out, dumps(bundle, indent=1, ensure_ascii=False) + "\n")
    kinds: dict[str, int] = {}
    for entry in bundle["entry"]:
        kind = entry["resource"]["resourceType"]
        kinds[kind] = kinds.get(kind, 0) + 1
    return kinds
