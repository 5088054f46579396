# SPDX-License-Identifier: Apache-2.0
"""Names of what lies in a run folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 1
"""Version of the layout, written into ``run.json``."""

MANIFEST = "run.json"
MODEL = "model.json"
STUDY = "study.toml"
COHORT = "cohort.toml"
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


def part_name(table: str, arm: int, block: int) -> str:
    """Return the name of one block's rows of a table in one arm."""
    return f"{table}-{arm:03d}-{block:06d}.parquet"


def marker_name(block: int) -> str:
    """Return the name of the file that is written when all parts of a block are there."""
    return f"block-{block:06d}.json"


def whole_blocks(folder: Path) -> list[int]:
    """Return the numbers of the blocks that are there whole, in order."""
    markers = sorted((folder / PARTS).glob("block-*.json"))
    return [int(marker.stem.removeprefix("block-")) for marker in markers]


def block_facts(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what was written down of each block that is there whole, in order."""
    for block in whole_blocks(folder):
        try:
            marker = json.loads((folder / PARTS / marker_name(block)).read_text(encoding="utf-8"))
            yield dict(marker["facts"])
        except (OSError, ValueError, KeyError, TypeError):
            continue


def table_parts(folder: Path, table: str) -> list[Path]:
    """Return the parts of a table that was not joined yet, in the order of its rows.

    Parts of a block that is not there whole, of a process that was killed, are left out.
    """
    whole = set(whole_blocks(folder))
    parts = sorted((folder / PARTS).glob(f"{table}-*.parquet"))
    return [part for part in parts if int(part.stem.rpartition("-")[2]) in whole]
