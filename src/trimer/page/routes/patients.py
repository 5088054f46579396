# SPDX-License-Identifier: Apache-2.0
"""One virtual patient."""

from __future__ import annotations

import contextlib

from fastapi import APIRouter, Request, Response

from trimer.core.errors import TrimerError
from trimer.page import patient as page_patient
from trimer.page.requests import PatientRequest, Treatment, Who
from trimer.page.study import patient_files, zipped
from trimer.page.who import compiled_for
from trimer.page.who import patient as who_is

router = APIRouter()


@router.post("/patient")
def treat(asked: PatientRequest, request: Request) -> Response:
    """Treat one virtual patient and return the course."""
    body = request.app.state.desk.answer(
        f"patient {asked.model_dump_json()}", lambda: page_patient.record(asked)
    )
    return Response(body, media_type="application/json")


@router.post("/patient/files")
def files(asked: PatientRequest) -> Response:
    """Return study, protocol and patient as files that the command line reads."""
    import polars as pl

    compiled = compiled_for(asked.model, asked.who)
    columns = who_is(compiled, asked.who).columns()
    text = pl.DataFrame({name: list(values) for name, values in columns.items()}).write_csv()
    return Response(
        zipped(patient_files(asked, text)), media_type="application/zip",
        headers={"content-disposition": 'attachment; filename="one-patient.zip"'},
    )  # fmt: skip


def warm_up() -> None:
    """Compile the model and treat a patient, so that the first who asks need not wait."""
    with contextlib.suppress(TrimerError):
        page_patient.record(
            PatientRequest(
                who=Who(), treatment=Treatment(base="flotetuzumab-multi-step"), days=2
            )
        )  # fmt: skip
