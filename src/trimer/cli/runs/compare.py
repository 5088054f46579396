# SPDX-License-Identifier: Apache-2.0
"""``trimer runs compare``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say, say_json, say_notice, table


def compare_(one: Path, other: Path, /, *, json: bool = False) -> None:
    """Put two runs beside each other: what was done otherwise, and what came out.

    Parameters
    ----------
    one
        A run folder.
    other
        Another one.
    json
        Print JSON.
    """
    from trimer.store import open_run
    from trimer.trial.comparison import compare_runs

    found = compare_runs(open_run(one), open_run(other))
    if json:
        say_json(
            {
                "runs": [str(one), str(other)],
                "settings": found.settings,
                "outcomes": found.outcomes,
                "bits": found.bits,
            }
        )
        return
    names = (str(one), str(other))
    if found.settings:
        rows = [[name, *pair] for name, pair in found.settings.items()]
        say(table(("done otherwise", *names), rows, left=3))
    else:
        say("Nothing was done otherwise.")
    for arm, lines in found.outcomes.items():
        say()
        say(table((arm, *names), [[name, *pair] for name, pair in lines.items()]))
        if arm in found.bits:
            say(f"Outcomes of {found.bits[arm]}.")
    say_notice()
