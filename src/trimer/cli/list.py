# SPDX-License-Identifier: Apache-2.0
"""``trimer list``."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from trimer.cli.output import say, say_json, say_notice

if TYPE_CHECKING:
    from pathlib import Path


def list_(*, json: bool = False) -> None:
    """List the shipped models, cohorts, protocols and studies.

    Parameters
    ----------
    json
        Print JSON.
    """
    from trimer import library

    found = {
        "models": {name: library.description(name) for name in library.names()},
        "cohorts": {name: _title(library.cohort_path(name)) for name in library.cohort_names()},
        "protocols": {
            name: _title(library.protocol_path(name)) for name in library.protocol_names()
        },
        "studies": {name: _title(library.study_path(name)) for name in library.study_names()},
    }
    if json:
        say_json(found)
        return
    width = max(len(name) for group in found.values() for name in group)
    for kind, group in found.items():
        say(kind.capitalize())
        for name, text in group.items():
            say(f"  {name.ljust(width)}  {text}")
        say()
    say("See one with 'trimer show NAME'; run a study with 'trimer trial NAME'.")
    say_notice()


def _title(path: Path) -> str:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    named = table.get("study") or table.get("cohort") or table
    return str(named.get("title", ""))
