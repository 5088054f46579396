# SPDX-License-Identifier: Apache-2.0
"""``trimer runs show``."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.cli.output import note, number, say, say_json, say_notice, table
from trimer.core.errors import InputError, StoreError, UnknownName, did_you_mean
from trimer.core.shown import counted

if TYPE_CHECKING:
    from trimer.store import StoredRun


def show_(
    run: Path,
    /,
    *,
    patient: int | None = None,
    arm: str | None = None,
    redraw: bool = False,
    out: Path | None = None,
    verify: bool = False,
    json: bool = False,
) -> int:
    """Show a run folder, or tell the story of one of its patients.

    A patient of whom only the outcomes were kept is drawn and simulated again, from seed and
    number.

    Parameters
    ----------
    run
        The run folder.
    patient
        Number of the patient whose story to tell.
    arm
        Name of the arm; the first on a ward if left out.
    redraw
        Draw and simulate the patient again although everything of him was kept.
    out
        Write a run folder with all tables of the patient who was drawn again.
    verify
        Read every file whole and compare it with the sum that was written down.
    json
        Print JSON.
    """
    from trimer.store import open_run
    from trimer.trial.redraw import is_left_out

    stored = open_run(run)
    if patient is not None:
        if redraw or out is not None or is_left_out(stored, patient):
            _redrawn(stored, patient, arm, out, json=json)
        else:
            _tell(stored, patient, arm, json=json)
        return 0
    if arm is not None or redraw or out is not None:
        raise InputError(
            "An arm is chosen, and a patient drawn again, for a patient's story: give --patient "
            "with --arm, --redraw and --out."
        )
    record = _card(stored, verify=verify)
    if json:
        say_json(record)
    else:
        say(_card_text(record))
        say_notice()
    return StoreError.exit_code if record["damaged"] else 0


def _redrawn(
    stored: StoredRun, patient: int, arm: str | None, out: Path | None, *, json: bool
) -> None:
    from trimer.trial.redraw import redraw

    with tempfile.TemporaryDirectory() as folder:
        found = redraw(stored, patient, out or Path(folder) / "run")
        same = "the same outcomes, bit for bit, as the run has"
        if found.differs:
            same = f"but other outcomes than the run has: {', '.join(found.differs)}"
        note(f"Patient {patient} was drawn and simulated again, from seed and number: {same}.")
        if found.run.has("decisions"):
            _tell(found.run, patient, arm, json=json, origin=stored)
        else:
            _outcomes(found.run, patient, arm, json=json, origin=stored)
    if out is not None and not json:
        say(f"All tables of him: {out}")


def _outcomes(
    run: StoredRun, patient: int, arm: str | None, *, json: bool, origin: StoredRun
) -> None:
    """Print the outcomes of a patient of a fixed schedule, arm by arm."""
    rows = {row["arm"]: row for row in run.read("outcomes").iter_rows(named=True)}
    if arm is not None and arm not in rows:
        raise UnknownName(f"Unknown arm '{arm}' in run '{origin.path}'.{did_you_mean(arm, rows)}")
    chosen = [arm] if arm is not None else [*rows]
    if json:
        say_json(
            {"run": str(origin.path), "patient": patient, "outcomes": [rows[x] for x in chosen]}
        )
        return
    names = [name for name in rows[chosen[0]] if name not in {"arm", "id"}]
    say(
        table(
            (f"patient {patient}", *chosen),
            [[name, *(_shown(rows[x][name]) for x in chosen)] for name in names],
        )
    )
    say_notice()


def _shown(value: object) -> str:
    if isinstance(value, float):
        return number(value)
    return "-" if value is None or value == "" else str(value)


def _tell(
    stored: StoredRun,
    patient: int,
    arm: str | None,
    *,
    json: bool,
    origin: StoredRun | None = None,
) -> None:
    from trimer.report.course import stored_course
    from trimer.report.story import story

    course = stored_course(stored, patient, arm)
    told = story(course)
    if json:
        extra = {"policy_notice": course.policy} if course.policy else {}
        where = (origin or stored).path
        say_json(
            {"run": str(where), "patient": patient, "arm": course.arm, **extra, **told.record()}
        )
        return
    say(str(told))
    if course.others:
        say(f"\nThe same patient in another arm: --arm {' or --arm '.join(course.others)}")
    if course.policy:
        say(f"\n{course.policy}")
    say_notice()


def _card(stored: StoredRun, *, verify: bool) -> dict[str, Any]:
    """What a run is, in a few entries."""
    from trimer.store.layout import TABLES

    manifest = stored.manifest
    study, model = manifest.get("study", {}), manifest.get("model", {})
    keys = ("title", "patients", "days", "cohort")
    return {
        "run": str(stored.path),
        "status": stored.status,
        "state": stored.state,
        "patients_done": stored.patients_done,
        "can_resume": stored.can_resume and "detail" in manifest,
        "created": manifest.get("created", ""),
        "study": study.get("name", "?"),
        **{key: study.get(key) for key in keys},
        "seed": manifest.get("seed"),
        "model": f"{model.get('name', '?')} {model.get('version', '')}".strip(),
        "version": manifest.get("versions", {}).get("trimer", "?"),
        "arms": {arm["name"]: arm.get("label", arm["name"]) for arm in manifest.get("arms", [])},
        "failed": sum(len(arm) for arm in manifest.get("failures", {}).values()),
        "graded_by": manifest.get("graded_by"),
        "policy_notice": manifest.get("policy_notice"),
        "tables": [name for name in TABLES if stored.has(name)],
        "detail": manifest.get("detail"),
        "bytes": sum(file.stat().st_size for file in stored.path.rglob("*") if file.is_file()),
        "damaged": {str(file): why for file, why in stored.damage(thorough=verify).items()},
    }


def _card_text(record: dict[str, Any]) -> str:
    arms = record["arms"]
    who = counted(record["patients"], "virtual patient") if record["patients"] else "?"
    each = f" in each of {len(arms)} arms" if len(arms) > 1 else ""
    days = f"{record['days']:g} days" if record["days"] is not None else "?"
    rows = [
        ("study", record["study"]),
        ("status", record["state"] + _done(record)),
        ("created", record["created"]),
        ("patients", f"{who}{each}, {days}, seed {record['seed']}"),
        ("model", f"{record['model']}, Trimer {record['version']}"),
        *(("arm", f"{name}: {label}") for name, label in arms.items()),
        ("tables", ", ".join(record["tables"])),
        ("size", f"{record['bytes']:,} bytes"),
        *(("damaged", f"{file}: {why}") for file, why in record["damaged"].items()),
    ]
    if record["detail"] not in {None, "all"}:
        rows.insert(-1, ("kept", f"outcomes of everyone, all tables of: {record['detail']}"))
    if record["failed"]:
        rows.append(("failed", counted(record["failed"], "simulation")))
    title = record["title"] or record["study"]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)}  {value}" for name, value in rows]
    if "decisions" in record["tables"]:
        lines.append("\nTell a patient's story with --patient NUMBER.")
    if record["can_resume"]:
        lines.append(f"Go on with it: trimer runs resume {shlex.quote(record['run'])}")
    if record["policy_notice"]:
        lines.append(record["policy_notice"])
    return "\n".join([str(title), *lines])


def _done(record: dict[str, Any]) -> str:
    if record["status"] == "complete":
        return ""
    return f" ({record['patients_done']:,} of {counted(record['patients'] or 0, 'patient')} done)"
