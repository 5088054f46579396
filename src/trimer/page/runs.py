# SPDX-License-Identifier: Apache-2.0
"""Run folders as the page lists, opens and hands them out. Names are names, never paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trimer.core.errors import InputError, StoreError, UnknownName, did_you_mean
from trimer.store import open_run
from trimer.store.layout import STUDY, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.store import StoredRun

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,160}")
MOST_LISTED = 500


def folder_of(runs: Path, name: str) -> Path:
    """Return the folder of a run.

    Raises
    ------
    UnknownName
        If there is no run of this name.
    """
    if not _NAME.fullmatch(name) or not (runs / name / "run.json").is_file():
        known = [path.name for path in _folders(runs)]
        raise UnknownName(f"No run '{name[:80]}' here.{did_you_mean(name[:80], known)}")
    return runs / name


def listed(runs: Path) -> list[dict[str, Any]]:
    """Return every run, newest first."""
    found = [_entry(path) for path in _folders(runs)]
    found.sort(key=lambda entry: str(entry["created"]), reverse=True)
    return found[:MOST_LISTED]


def _folders(runs: Path) -> list[Path]:
    if not runs.is_dir():
        return []
    return [path for path in runs.iterdir() if (path / "run.json").is_file()]


def _entry(path: Path) -> dict[str, Any]:
    try:
        stored = open_run(path)
    except StoreError as error:
        return {"run": path.name, "created": "", "status": "cannot be read", "why": str(error)}
    manifest = stored.manifest
    study = manifest.get("study")
    study = study if isinstance(study, dict) else {}
    return {
        "run": path.name,
        "created": str(manifest.get("created", "")),
        "status": stored.status,
        "name": study.get("name", "?"),
        "title": study.get("title", ""),
        "patients": study.get("patients"),
        "patients_done": manifest.get("patients_done"),
        "days": study.get("days"),
        "cohort": study.get("cohort", "?"),
        "seed": manifest.get("seed"),
        "arms": [
            {"name": arm.get("name", "?"), "label": arm.get("label") or arm.get("name", "?")}
            for arm in manifest.get("arms", [])
        ],
        "is_trial": stored.has("outcomes"),
        "has_ward": stored.has("decisions"),
        "bytes": sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
        "tables": [name for name in TABLES if (path / f"{name}.parquet").is_file()],
    }


def table_csv(stored: StoredRun, name: str) -> str:
    """Return a table of a run as CSV.

    Raises
    ------
    InputError
        If it is too large for a browser.
    """
    import polars as pl

    scan = stored.scan(name)
    rows = int(scan.select(pl.len()).collect().item())
    if rows > 2_000_000:
        raise InputError(
            f"Table '{name}' of run '{stored.path.name}' has {rows:,} rows, too many for one "
            f"download. Copy '{name}.parquet' from the run folder instead."
        )
    return scan.collect().write_csv()


def study_files(stored: StoredRun) -> dict[str, str]:
    """Return the study of a run and the protocols of its arms, as files of the command line."""
    import json

    path = stored.path / STUDY
    manifest = stored.manifest
    if not path.is_file():
        raise StoreError(
            f"Run '{stored.path.name}' keeps no study file: it was made in Python. Set up a study "
            "with its arms instead."
        )
    text = path.read_text(encoding="utf-8")
    files: dict[str, str] = {}
    from trimer import library

    for arm in manifest.get("arms", []):
        if arm.get("protocol") in library.protocol_names():
            continue
        # the study names a file beside itself: that file is the protocol as it was run
        wanted = re.search(
            rf"\[arms\.\"?{re.escape(str(arm['name']))}\"?\]\s*\n(?:[^\[]*?\n)?\s*protocol\s*=\s*"
            r"(\"[^\"\n]*\")", text,
        )  # fmt: skip
        name = json.loads(wanted[1]) if wanted else f"{arm['name']}.toml"
        if _NAME.fullmatch(name):
            files[name] = str(arm.get("text", ""))
    return {STUDY: text, **files}


def patient_csv(stored: StoredRun, patient: int) -> str:
    """Return one patient of a run as a table that `trimer simulate --cohort` reads."""
    import polars as pl

    rows = stored.scan("patients").filter(pl.col("id") == patient).collect()
    if rows.is_empty():
        raise UnknownName(f"No patient {patient} in run '{stored.path.name}'.")
    return rows.write_csv()
