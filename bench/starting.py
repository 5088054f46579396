# SPDX-License-Identifier: Apache-2.0
"""How long a user waits: imports, help, and the first result with a warm cache."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median
from typing import Any

from bench.machine import environment, load

TIMES = 10
_MAIN = "import sys; from trimer.cli.main import main; sys.exit(main())"
COMMANDS = {  # what, arguments, aim in seconds, and whether it is over a bare interpreter
    "bare": ("a bare interpreter", ("-c", "pass"), None),
    "import": ("`import trimer`, over a bare interpreter", ("-c", "import trimer"), 0.35),
    "help": ("`trimer --help`, over a bare interpreter", ("-c", _MAIN, "--help"), 0.3),
    "simulate": ("`trimer simulate`, whole process, warm cache", ("-c", _MAIN, "simulate"), 1.5),
    "cohort": (
        "`trimer simulate --n 1000`, whole process, warm cache",
        ("-c", _MAIN, "simulate", "--n", "1000"),
        None,
    ),
}
_OVER_BARE = ("import", "help")


def measure() -> dict[str, Any]:
    """Return the median wall time of each command, in seconds."""
    result: dict[str, Any] = {"load": load()}
    for name, (_, arguments, _) in COMMANDS.items():
        _seconds(arguments)  # fills caches: of Python's files and of compiled models
        result[name] = median(_seconds(arguments) for _ in range(TIMES))
    for name in _OVER_BARE:
        result[name] -= result["bare"]
    return result


def _seconds(arguments: tuple[str, ...]) -> float:
    before = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env=environment(), check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - before


def text(result: dict[str, Any]) -> list[str]:
    """Return the result as lines of markdown."""
    lines = ["| what | seconds | aim |", "|---|---|---|"]
    for name, (what, _, aim) in COMMANDS.items():
        lines.append(f"| {what} | {result[name]:.2f} | {'' if aim is None else aim} |")
    return [
        f"Wall time, median of {TIMES}; load average of the machine {result['load']:.1f}.",
        "",
        *lines,
    ]
