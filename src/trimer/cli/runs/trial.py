# SPDX-License-Identifier: Apache-2.0
"""``trimer runs trial``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say, say_json, say_notice


def trial_(run: Path, /, *, json: bool = False) -> None:
    """Show endpoints by arm, and how comparisons do over the repeats of a trial.

    Parameters
    ----------
    run
        The run folder.
    json
        Print JSON.
    """
    from trimer.cli.design_text import trial_text
    from trimer.store import open_run
    from trimer.trial.design.result import paired_differences, trial_result

    stored = open_run(run)
    result = trial_result(stored)
    differences = paired_differences(stored)
    if json:
        paired = [dict(zip(("endpoint", "arm", "text"), one, strict=True)) for one in differences]
        say_json({"run": str(run), **result.record(), "paired_differences": paired})
        return
    repeats = int(stored.manifest["design"].get("repeats", 1))
    say(f"{stored.manifest['study']['title']}\n\n{trial_text(result, repeats)}")
    for endpoint, arm, text in differences:
        say(f"{endpoint}, {result.arms[arm]} less the last arm, same patients: {text}")
    say_notice()
