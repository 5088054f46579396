# SPDX-License-Identifier: Apache-2.0
"""``trimer runs``: what has been run, and a patient's story."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from trimer.cli.output import say, say_json, say_notice, table
from trimer.core.errors import InputError, StoreError
from trimer.core.shown import counted

if TYPE_CHECKING:
    from trimer.store import StoredRun

FOLDER = Path("runs")
"""Where `trimer trial` puts runs that were given no folder."""

runs_ = App(name="runs", help_format="plaintext", result_action="return_value")


@runs_.command(name="list")
def list_(folder: Path = FOLDER, /, *, json: bool = False) -> None:
    """List the run folders inside a folder, newest first.

    Parameters
    ----------
    folder
        Where to look; 'runs' if left out.
    json
        Print JSON.
    """
    if not folder.is_dir():
        raise StoreError(
            f"No folder '{folder}' to look for runs in. Give the folder that holds run folders, "
            "or run a study with `trimer trial`."
        )
    found = [_entry(path) for path in sorted(folder.iterdir()) if (path / "run.json").is_file()]
    found.sort(key=lambda entry: entry["created"], reverse=True)
    if json:
        say_json({"folder": str(folder), "runs": found})
        return
    if found:
        names = ("run", "created", "study", "patients", "arms", "status")
        say(table(names, [[str(entry[name]) for name in names] for entry in found], left=3))
    else:
        say(f"No run folder in '{folder}'.")
    say_notice()


@runs_.command(name="show")
def show_(
    run: Path, /, *, patient: int | None = None, arm: str | None = None, json: bool = False
) -> None:
    """Show a run folder, or tell the story of one of its patients.

    Parameters
    ----------
    run
        The run folder.
    patient
        Number of the patient whose story to tell; the run needs a protocol with rules.
    arm
        Name of the arm; the first on a ward if left out.
    json
        Print JSON.
    """
    from trimer.store import open_run

    stored = open_run(run)
    if patient is not None:
        _tell(stored, patient, arm, json=json)
        return
    if arm is not None:
        raise InputError("An arm is chosen for a patient's story: give --patient with --arm.")
    record = _card(stored)
    if json:
        say_json(record)
        return
    say(_card_text(record))
    say_notice()


@runs_.command(name="trial")
def trial_(run: Path, /, *, json: bool = False) -> None:
    """Show endpoints by arm, and how comparisons do over the repeats of a trial.

    Parameters
    ----------
    run
        The run folder.
    json
        Print JSON.
    """
    from trimer.cli.design_text import trial_text
    from trimer.store import open_run
    from trimer.trial.design.result import paired_differences, trial_result

    stored = open_run(run)
    result = trial_result(stored)
    differences = paired_differences(stored)
    if json:
        paired = [dict(zip(("endpoint", "arm", "text"), one, strict=True)) for one in differences]
        say_json({"run": str(run), **result.record(), "paired_differences": paired})
        return
    repeats = int(stored.manifest["design"].get("repeats", 1))
    say(f"{stored.manifest['study']['title']}\n\n{trial_text(result, repeats)}")
    for endpoint, arm, text in differences:
        say(f"{endpoint}, {result.arms[arm]} less the last arm, same patients: {text}")
    say_notice()


@runs_.command(name="safety")
def safety_(
    run: Path,
    /,
    *,
    exposure: str = "auc",
    event: str = "CRS of grade 2 or more",
    json: bool = False,
) -> None:
    """Show safety by arm: CRS and ICANS by grade, week and step, rescue, holds, adverse events.

    Of a repeated trial, that of the first.

    Parameters
    ----------
    run
        The run folder.
    exposure
        What the chance of an event is shown against: auc, cmax_ng_mL or peak_il6.
    event
        'CRS of grade 2 or more', or 'CR, CRh or CRi'.
    json
        Print JSON.
    """
    from trimer.cli.safety_text import exposure_text, safety_record, safety_text
    from trimer.store import open_run
    from trimer.trial.safety import exposure_response, safety

    stored = open_run(run)
    found, against = safety(stored), exposure_response(stored, exposure, event)
    if json:
        say_json({"run": str(run), "arms": safety_record(found)})
        return
    labels = {str(arm["name"]): str(arm["label"]) for arm in stored.manifest["arms"]}
    say(f"{safety_text(found, labels)}\n\n{exposure_text(against)}")
    if policy := stored.manifest.get("policy_notice"):
        say(f"\n{policy}")
    say_notice()


def _tell(stored: StoredRun, patient: int, arm: str | None, *, json: bool) -> None:
    from trimer.report.course import stored_course
    from trimer.report.story import story

    course = stored_course(stored, patient, arm)
    told = story(course)
    if json:
        extra = {"policy_notice": course.policy} if course.policy else {}
        say_json(
            {"run": str(stored.path), "patient": patient, "arm": course.arm, **extra,
             **told.record()}
        )  # fmt: skip
        return
    say(str(told))
    if course.others:
        say(f"\nThe same patient in another arm: --arm {' or --arm '.join(course.others)}")
    if course.policy:
        say(f"\n{course.policy}")
    say_notice()


def _entry(path: Path) -> dict[str, Any]:
    """What one line of the list says; a folder that cannot be read is listed as such."""
    from trimer.store import open_run

    try:
        manifest = open_run(path).manifest
    except StoreError:
        manifest = {"status": "cannot be read"}
    study = manifest.get("study")
    study = study if isinstance(study, dict) else {}
    return {
        "run": path.name,
        "created": str(manifest.get("created", ""))[:19].replace("T", " "),
        "study": study.get("name", "?"),
        "patients": study.get("patients", "?"),
        "arms": len(manifest.get("arms", [])),
        "status": manifest.get("status", "?"),
    }


def _card(stored: StoredRun) -> dict[str, Any]:
    """What a run is, in a few entries."""
    from trimer.store.layout import TABLES

    manifest = stored.manifest
    study, model = manifest.get("study", {}), manifest.get("model", {})
    keys = ("title", "patients", "days", "cohort")
    return {
        "run": str(stored.path),
        "status": stored.status,
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
    }


def _card_text(record: dict[str, Any]) -> str:
    arms = record["arms"]
    who = counted(record["patients"], "virtual patient") if record["patients"] else "?"
    each = f" in each of {len(arms)} arms" if len(arms) > 1 else ""
    days = f"{record['days']:g} days" if record["days"] is not None else "?"
    rows = [
        ("study", record["study"]),
        ("status", record["status"]),
        ("created", record["created"]),
        ("patients", f"{who}{each}, {days}, seed {record['seed']}"),
        ("model", f"{record['model']}, Trimer {record['version']}"),
        *(("arm", f"{name}: {label}") for name, label in arms.items()),
        ("tables", ", ".join(record["tables"])),
    ]
    if record["failed"]:
        rows.append(("failed", counted(record["failed"], "simulation")))
    title = record["title"] or record["study"]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)}  {value}" for name, value in rows]
    if "decisions" in record["tables"]:
        lines.append("\nTell a patient's story with --patient NUMBER.")
    if record["policy_notice"]:
        lines.append(record["policy_notice"])
    return "\n".join([str(title), *lines])
