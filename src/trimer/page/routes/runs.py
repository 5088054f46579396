# SPDX-License-Identifier: Apache-2.0
"""Run folders: listed, opened, handed out, deleted."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from trimer.core.errors import InputError
from trimer.page import stored as page_stored
from trimer.page.figures import trial_record
from trimer.page.requests import Name
from trimer.page.runs import folder_of, listed, patient_csv, study_files, table_csv
from trimer.page.study import zipped
from trimer.store import open_run
from trimer.store.layout import RUNNING

if TYPE_CHECKING:
    from pathlib import Path

router = APIRouter()
_reports = threading.Lock()
Table = Literal[
    "patients", "doses", "profiles", "outcomes", "decisions", "grades", "verdicts", "readings"
]


def _folder(request: Request, run: str) -> Path:
    return folder_of(request.app.state.runs, run)


@router.get("/runs")
def every(request: Request) -> dict[str, Any]:
    """Return every run, newest first."""
    return {"runs": listed(request.app.state.runs)}


@router.get("/runs/{run}")
def figures(run: Name, request: Request) -> Response:
    """Return what the trial page shows of a run."""
    folder = _folder(request, run)
    changed = (folder / "run.json").stat().st_mtime_ns
    body = request.app.state.desk.answer(f"run {run} {changed}", lambda: trial_record(folder))
    return Response(body, media_type="application/json")


@router.get("/runs/{run}/patients/{patient}")
def patient(run: Name, patient: int, request: Request, arm: Name | None = None) -> Response:
    """Return the course of a patient of a run."""
    folder = _folder(request, run)
    _check_number(patient)
    body = request.app.state.desk.answer(
        f"stored {run} {patient} {arm}",
        lambda: page_stored.record(open_run(folder), patient, arm),
    )
    return Response(body, media_type="application/json")


@router.get("/runs/{run}/patients/{patient}/file")
def patient_file(run: Name, patient: int, request: Request) -> Response:
    """Return a patient of a run as a table that the command line reads."""
    _check_number(patient)
    text = patient_csv(open_run(_folder(request, run)), patient)
    return _file(text.encode(), "text/csv", f"{run}-patient-{patient}.csv")


@router.get("/runs/{run}/report")
def report(run: Name, request: Request) -> FileResponse:
    """Return the report of a run; it is written first if it is not there."""
    from trimer.report import write_report

    folder = _folder(request, run)
    path = folder / "report.html"
    with _reports:
        if not path.is_file():
            write_report(folder)
    return FileResponse(path, media_type="text/html", filename=f"{run}-report.html")


@router.get("/runs/{run}/study")
def study(run: Name, request: Request) -> Response:
    """Return the study of a run: a file, or an archive where protocols go with it."""
    files = study_files(open_run(_folder(request, run)))
    if len(files) == 1:
        return _file(files["study.toml"].encode(), "application/toml", f"{run}-study.toml")
    return _file(zipped(files), "application/zip", f"{run}-study.zip")


@router.get("/runs/{run}/tables/{table}")
def table(run: Name, table: Table, request: Request) -> Response:
    """Return a table of a run as CSV."""
    text = table_csv(open_run(_folder(request, run)), table)
    return _file(text.encode(), "text/csv", f"{run}-{table}.csv")


@router.post("/runs/{run}/delete")
def delete(run: Name, request: Request) -> dict[str, Any]:
    """Put a run folder away; it can be had back until the next is deleted."""
    folder = _folder(request, run)
    if open_run(folder).status == RUNNING:
        raise InputError(f"Run '{run}' is still going on. Cancel it first.")
    bin_ = request.app.state.runs / ".page-deleted"
    shutil.rmtree(bin_, ignore_errors=True)
    bin_.mkdir()
    folder.rename(bin_ / folder.name)
    return {"run": run, "deleted": True}


@router.post("/runs/{run}/restore")
def restore(run: Name, request: Request) -> dict[str, Any]:
    """Bring back the run that was deleted last."""
    kept = request.app.state.runs / ".page-deleted" / run
    if not (kept / "run.json").is_file():
        raise InputError(f"Run '{run}' is gone: only the one deleted last can be had back.")
    kept.rename(request.app.state.runs / run)
    return {"run": run, "deleted": False}


def _check_number(patient: int) -> None:
    if not 0 <= patient < 2**62:
        raise InputError(f"No patient has the number {str(patient)[:30]}.")


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
