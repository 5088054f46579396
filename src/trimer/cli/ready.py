# SPDX-License-Identifier: Apache-2.0
"""``trimer ready``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.cli.output import say, say_json
from trimer.core.errors import InputError

if TYPE_CHECKING:
    from trimer.clinic.readiness import Readiness


def ready_(
    patient: Path | None = None,
    /,
    *,
    medicines: Path | None = None,
    example: bool = False,
    out: list[Path] | None = None,
    force: bool = False,
    json: bool = False,
) -> int:
    """Say what is missing before a first dose: tests, history, medicines, vaccines.

    Each item is ready, not ready, missing, or needs a human, with reason, limit and source. The
    exit code is 0 only if all are ready, else 1, so that a script stops here.

    Parameters
    ----------
    patient
        Patient file, TOML or JSON.
    medicines
        List of medicines in a file of its own: text with one a line, or CSV with a column 'name'.
    example
        Print an example of a patient file; with --json as JSON.
    out
        Write the checklist to this file instead: .html, .pdf or .txt. May be given several times.
    force
        Replace files that are there.
    json
        Print JSON.
    """
    if example:
        return _example(patient, json=json)
    if patient is None:
        raise InputError(
            "No patient to check: name a patient file. "
            "Begin with `trimer ready --example > patient.toml`."
        )
    from trimer.clinic.patient_file import read_patient
    from trimer.clinic.readiness import check

    readiness = check(read_patient(patient, medicines))
    _show(readiness, out, force=force, json=json)
    return 0 if readiness.ready else 1


def _example(patient: Path | None, *, json: bool) -> int:
    if patient is not None:
        raise InputError(f"Give --example or '{patient}', not both.")
    from trimer.clinic.patient_file import example_text

    if not json:
        say(example_text().rstrip())
        return 0
    import tomllib

    say_json(_with_dates(tomllib.loads(example_text())))
    return 0


def _with_dates(value: Any) -> Any:  # noqa: ANN401 (whatever TOML holds)
    """Return a record in which dates are text."""
    if isinstance(value, dict):
        return {key: _with_dates(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_dates(part) for part in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _show(readiness: Readiness, out: list[Path] | None, *, force: bool, json: bool) -> None:
    from trimer.clinic.readiness.page import readiness_document, readiness_record, verdict

    if json and not out:
        say_json(readiness_record(readiness))
        return
    from trimer.cli.documents import show_document

    if out and not json:
        say(verdict(readiness))
    show_document(readiness_document(readiness), out, force=force, json=json)
