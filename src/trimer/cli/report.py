# SPDX-License-Identifier: Apache-2.0
"""``trimer report``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say, say_json, say_notice
from trimer.core.errors import StoreError


def report_(run: Path, /, *, out: Path | None = None, json: bool = False) -> None:
    """Write the report of a run folder again.

    Parameters
    ----------
    run
        The run folder.
    out
        The HTML file; report.html in the run folder if left out.
    json
        Print JSON.
    """
    from trimer.report import write_report
    from trimer.store import open_run
    from trimer.trial.single import holds_trajectories

    if holds_trajectories(open_run(run)):
        raise StoreError(
            f"'{run}' holds trajectories that `trimer simulate` wrote, not a trial, and a report "
            "is of a trial. Draw them with `trimer simulate ... --plot FILE`, or run the study "
            "with `trimer trial`."
        )
    if open_run(run).manifest.get("design", {}).get("kind") == "randomized":
        raise StoreError(
            f"'{run}' holds a randomized trial, and a report compares the same patients in every "
            "arm. See it with `trimer runs trial` and `trimer runs safety`."
        )
    path = write_report(run, out)
    if json:
        say_json({"report": str(path)})
        return
    say(f"Report: {path}")
    say_notice()
