# SPDX-License-Identifier: Apache-2.0
"""Run sections of the bench: ``scripts/bench peers compile``, or ``all``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bench.machine import described, source
from bench.plot import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable

SECTIONS = {  # name: heading, what measures, what writes
    "peers": ("Against other engines", "speed.measure", "table.text"),
    "compile": ("From model to machine code", "compiling.measure", "compiling.text"),
    "start": ("Start", "starting.measure", "starting.text"),
    "page": ("The page", "page_scene.measure", "page_scene.text"),
    "ward": ("The ward", "ward.measure", "ward.text"),
    "analysis": ("Sensitivity, uncertainty, calibration", "analysis.measure", "analysis.text"),
    "threads": ("Threads", "threads.measure", "threads.text"),
    "states": ("Number of states", "states.measure", "states.text"),
    "population": ("Number of patients", "population.measure", "population.text"),
    "scale": ("Cost of a trial", "scale.measure", "scale.text"),
    "scale-million": ("A trial of a million", "scale.measure_million", "scale.text"),
    "million": ("A million patients", "population.measure_million", "population.text"),
}


def find(place: str) -> Callable[..., Any]:
    """Return a function of the bench; its module, and what that needs, load only now."""
    module, name = place.split(".")
    function: Callable[..., Any] = getattr(import_module(f"bench.{module}"), name)
    return function


def main() -> None:
    """Measure the sections asked for, keep them, and write the page of all that are kept."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, "all"], default=["all"])
    parser.add_argument("--million", action="store_true", help="also a million patients (minutes)")
    parser.add_argument("--all", action="store_true", help="every section")
    asked = parser.parse_args()
    names = list(asked.sections)
    if asked.all or "all" in names:
        names = [name for name in SECTIONS if name != "scale-million"]  # it takes minutes
    if asked.million and "million" not in names:
        names.append("million")
    RESULTS.mkdir(exist_ok=True)
    for name in names:
        heading, measures, writes = SECTIONS[name]
        print(f"\n## {heading}\n", flush=True)
        record = {
            "source": source(),
            "machine": described(),
            "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
            "result": find(measures)(),
        }
        if record["source"] != source():
            print("Trimer's source changed meanwhile: not kept. Run this section again.")
            continue
        path = RESULTS / f"{name}.json"
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        print("\n".join(find(writes)(record["result"])), flush=True)
    find("page.write")()


if __name__ == "__main__":
    main()
