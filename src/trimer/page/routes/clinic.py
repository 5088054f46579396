# SPDX-License-Identifier: Apache-2.0
"""Clinic pack and product facts."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from trimer.page import clinic
from trimer.page.requests import Name, PlanRequest, ReadyRequest

router = APIRouter()


@router.get("/facts")
def facts() -> dict[str, Any]:
    """Return what is known of the drug."""
    return clinic.facts()


@router.get("/guides/{reader}")
def guide(
    reader: Literal["patient", "nurse"],
    protocol: Name = "flotetuzumab-multi-step",
    *,
    large: bool = False,
) -> dict[str, Any]:
    """Return the guide of a patient or a nurse."""
    return clinic.guide(reader, protocol, large=large)


@router.get("/readiness")
def example() -> dict[str, Any]:
    """Return an example of a patient file."""
    return {"text": clinic.example()}


@router.post("/readiness")
def ready(asked: ReadyRequest) -> dict[str, Any]:
    """Check a patient file; nothing of it is kept."""
    return clinic.ready(asked.text)


@router.post("/plan")
def plan(asked: PlanRequest) -> dict[str, Any]:
    """Return an infusion plan in clock time."""
    return clinic.plan(asked)
