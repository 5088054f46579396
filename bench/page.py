# SPDX-License-Identifier: Apache-2.0
"""The pages docs/reference/speed.md and scale.md, from what the bench last measured."""

from __future__ import annotations

import json

from bench.__main__ import SECTIONS, find
from bench.machine import ROOT
from bench.plot import RESULTS

FOLDER = ROOT / "docs" / "reference"
SCALE = ("scale", "scale-million")
"""Sections of the second page."""

_HEADS = {
    "speed.md": """# Speed

Written by `scripts/bench`; do not edit.
Trust ratios within a section, not rates: the speed of a shared machine moves.
""",
    "scale.md": """# Scale

Written by `scripts/bench scale`; do not edit.
What a trial costs per patient, and what ten million patients need.
How to run large studies: [Run large studies](../how-to/run-large-studies.md).
""",
}


def write() -> None:
    """Write each page of which anything was measured."""
    for page, head in _HEADS.items():
        parts = [head]
        for name, (heading, _, writes) in SECTIONS.items():
            path = RESULTS / f"{name}.json"
            if not path.exists() or (name in SCALE) != (page == "scale.md"):
                continue
            record = json.loads(path.read_text(encoding="utf-8"))
            body = "\n".join(find(writes)(record["result"]))
            made = f"Measured {record['date']} on {record['machine']}."
            parts.append(f"## {heading}\n\n{body}\n\n{made}\n")
        if len(parts) > 1:
            (FOLDER / page).write_text("\n".join(parts), encoding="utf-8")
