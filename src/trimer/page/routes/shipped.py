# SPDX-License-Identifier: Apache-2.0
"""What is shipped: models, cohorts, protocols as blocks; and where numbers come from."""

from __future__ import annotations

import os
from functools import cache
from typing import Any, Literal

from fastapi import APIRouter

from trimer import __version__, library
from trimer.core.notice import NOTICE, SHORT_NOTICE
from trimer.page import requests
from trimer.page.requests import Name, Treatment
from trimer.page.sources import source_of
from trimer.page.treatment import base_of, blocks, built, ward_names
from trimer.page.who import CHANGEABLE
from trimer.protocol.write import to_toml
from trimer.trial.cohorts import cohort_names, find_cohort
from trimer.trial.recipe import COHORTS

router = APIRouter()


@router.get("/start")
def start() -> dict[str, Any]:
    """Return what the page needs before anything is chosen."""
    return _start() | {"processors": os.cpu_count() or 1}


@cache
def _start() -> dict[str, Any]:
    protocols = []
    for name in ward_names():
        protocol = base_of(name)
        course = protocol.course
        protocols.append(
            {"name": name, "title": protocol.title or name, "drug": course.drug if course else ""}
        )
    return {
        "version": __version__,
        "notice": NOTICE,
        "badge": SHORT_NOTICE,
        "models": [{"name": n, "text": library.description(n)} for n in library.names()],
        "cohorts": [{"name": name, **_cohort(name)} for name in cohort_names()],
        "protocols": protocols,
        "limits": {
            "patients": requests.MOST_PATIENTS, "arms": requests.MOST_ARMS,
            "cycles": requests.MOST_CYCLES,
            "changes": {name: list(span) for name, span in CHANGEABLE.items()},
        },
    }  # fmt: skip


def _cohort(name: str) -> dict[str, Any]:
    source = find_cohort(name)
    if source.definition is None:
        return {"title": "Reference, unscreened", "text": COHORTS[name], "responses": True}
    title = getattr(source.definition, "title", "") or name
    return {"title": title, "text": source.description, "responses": source.response_criteria}


@router.get("/protocols/{name}")
def protocol(name: Name) -> dict[str, Any]:
    """Return a shipped protocol as blocks."""
    found = base_of(name)
    return blocks(found) | {"toml": to_toml(found, by_policy=True)}


@router.post("/protocols")
def edited(asked: Treatment) -> dict[str, Any]:
    """Check an edited protocol, and return it as blocks and as a file."""
    found = built(asked)
    return blocks(found) | {"toml": to_toml(found, by_policy=True), "words": found.in_words()}


@router.get("/sources/{kind}/{name}")
def source(
    kind: Literal["parameter", "observable", "species", "own", "citation"],
    name: str,
    model: Name = "flotetuzumab",
) -> dict[str, Any]:
    """Return where a number comes from."""
    return source_of(model, kind, name)
