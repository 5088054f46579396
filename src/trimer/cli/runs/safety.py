# SPDX-License-Identifier: Apache-2.0
"""``trimer runs safety``."""

from __future__ import annotations

from pathlib import Path

from trimer.cli.output import say, say_json, say_notice


def safety_(
    run: Path,
    /,
    *,
    exposure: str = "auc",
    event: str = "CRS of grade 2 or more",
    json: bool = False,
) -> None:
    """Show safety by arm: CRS and ICANS by grade, week and step, rescue, holds, adverse events.

    Of a repeated trial, that of the first.

    Parameters
    ----------
    run
        The run folder.
    exposure
        What the chance of an event is shown against: auc, cmax_ng_mL or peak_il6.
    event
        'CRS of grade 2 or more', or 'CR, CRh or CRi'.
    json
        Print JSON.
    """
    from trimer.cli.safety_text import exposure_text, safety_record, safety_text
    from trimer.store import open_run
    from trimer.trial.safety import exposure_response, safety

    stored = open_run(run)
    found, against = safety(stored), exposure_response(stored, exposure, event)
    if json:
        say_json({"run": str(run), "arms": safety_record(found)})
        return
    labels = {str(arm["name"]): str(arm["label"]) for arm in stored.manifest["arms"]}
    say(f"{safety_text(found, labels)}\n\n{exposure_text(against)}")
    if policy := stored.manifest.get("policy_notice"):
        say(f"\n{policy}")
    say_notice()
