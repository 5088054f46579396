# SPDX-License-Identifier: Apache-2.0
"""Trials: ask for one, follow it live, cancel it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from trimer.page.jobs import ENDED
from trimer.page.requests import Name, TrialRequest
from trimer.page.study import trial_files, zipped
from trimer.page.who import compiled_for
from trimer.simulate.ward import check_on_ward

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from trimer.page.jobs import Jobs

router = APIRouter()
TICK = 0.25
"""**Seconds** between two messages of a run."""


@router.post("/trials", status_code=202)
def ask(asked: TrialRequest, request: Request) -> dict[str, Any]:
    """Put a trial in line."""
    files = trial_files(asked)
    _check(asked)
    jobs: Jobs = request.app.state.jobs
    job = jobs.submit(
        files,
        {"name": asked.name, "title": asked.title, "total": asked.patients * len(asked.arms),
         "request": asked.model_dump()},
    )  # fmt: skip
    return jobs.state(job)


def _check(asked: TrialRequest) -> None:
    """Refuse a trial that the model cannot follow, before it waits in line."""
    from trimer.page.requests import Who
    from trimer.page.treatment import built

    compiled = compiled_for(asked.model, Who(cohort=asked.cohort))
    for arm in asked.arms:
        check_on_ward(compiled, built(arm.treatment))


@router.post("/trials/files")
def files(asked: TrialRequest) -> Response:
    """Return the study and its protocols as files that the command line reads."""
    return Response(
        zipped(trial_files(asked)), media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{asked.name}.zip"'},
    )  # fmt: skip


@router.get("/trials")
def everything(request: Request) -> dict[str, Any]:
    """Return every trial in line, running or lately ended, newest first."""
    jobs: Jobs = request.app.state.jobs
    return {"jobs": [jobs.state(job) for job in reversed(jobs.all())][:50]}


@router.get("/trials/{number}")
def one(number: Name, request: Request) -> dict[str, Any]:
    """Return how a trial stands, and what was asked for."""
    jobs: Jobs = request.app.state.jobs
    job = jobs.get(number)
    return jobs.state(job) | {"request": job.about.get("request")}


@router.post("/trials/{number}/cancel")
def cancel(number: Name, request: Request) -> dict[str, Any]:
    """Stop a trial; what it has done is kept."""
    jobs: Jobs = request.app.state.jobs
    return jobs.state(jobs.cancel(number))


@router.get("/trials/{number}/events")
async def follow(number: Name, request: Request) -> Response:
    """Send how a trial stands, four times a second, until it has ended."""
    jobs: Jobs = request.app.state.jobs
    job = await asyncio.to_thread(jobs.get, number)

    async def messages() -> AsyncIterator[str]:
        while not await request.is_disconnected():
            began = time.monotonic()
            state = await asyncio.to_thread(jobs.state, job)
            yield f"data: {json.dumps(state)}\n\n"
            if state["state"] in ENDED:
                return
            await asyncio.sleep(max(0.05, TICK - (time.monotonic() - began)))

    return StreamingResponse(
        messages(), media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )  # fmt: skip
