# SPDX-License-Identifier: Apache-2.0
"""Names of what lies in a run folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
"""Version of the layout, written into ``run.json``."""

MANIFEST = "run.json"
MODEL = "model.json"
STUDY = "study.toml"
PARTS = "parts"
WARD_TABLES = ("decisions", "grades", "verdicts", "readings")
"""Tables that only runs on a ward have."""
DESIGN_TABLES = ("endpoints", "comparisons", "adverse")
"""Tables that only a study with endpoints has."""
TABLES = ("patients", "doses", "profiles", "outcomes", *WARD_TABLES, *DESIGN_TABLES)

RUNNING = "running"
COMPLETE = "complete"
INTERRUPTED = "interrupted"
INCOMPLETE = "incomplete"

MADE_LATER = ("report.html",)
"""Files that others write into a finished run folder; a new run in the same place removes them."""


def table_parts(folder: Path, table: str) -> list[Path]:
    """Return the parts of a table that was not joined yet, in the order of its rows."""
    return sorted((folder / PARTS).glob(f"{table}-*.parquet"))
