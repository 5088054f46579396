# SPDX-License-Identifier: Apache-2.0
"""The page docs/reference/speed.md, from what the bench last measured in each section."""

from __future__ import annotations

import json

from bench.__main__ import SECTIONS, find
from bench.machine import ROOT
from bench.plot import RESULTS

PAGE = ROOT / "docs" / "reference" / "speed.md"
_HEAD = """# Speed

Written by `scripts/bench`; do not edit.
Trust ratios within a section, not rates: the speed of a shared machine moves.
"""


def write() -> None:
    """Write the page."""
    parts = [_HEAD]
    for name, (heading, _, writes) in SECTIONS.items():
        path = RESULTS / f"{name}.json"
        if not path.exists():
            continue
        record = json.loads(path.read_text(encoding="utf-8"))
        body = "\n".join(find(writes)(record["result"]))
        made = f"Measured {record['date']} on {record['machine']}."
        parts.append(f"## {heading}\n\n{body}\n\n{made}\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")
