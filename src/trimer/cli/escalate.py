# SPDX-License-Identifier: Apache-2.0
"""``trimer escalate``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.cli.output import say, say_json, say_notice

if TYPE_CHECKING:
    from trimer.trial.design.plan import Escalation


def escalate_(
    run: Path,
    /,
    *,
    target: float | None = None,
    designs: str | None = None,
    cohort: int | None = None,
    most: int | None = None,
    start: str | None = None,
    expected: str | None = None,
    repeats: int | None = None,
    seed: int | None = None,
    json: bool = False,
) -> None:
    """Conduct dose escalations on the virtual patients of a run, without simulating anew.

    The run is one of 'trimer trial' with a study that has a table [escalation]. What is left out
    is as in that study.

    Parameters
    ----------
    run
        The run folder.
    target
        Wanted share of patients with a dose-limiting toxicity, such as 0.25.
    designs
        Names, with commas between: 3+3,BOIN,CRM.
    cohort
        Patients who enter at a time; 3+3 has its own.
    most
        The largest number of patients; 3+3 has its own.
    start
        Name of the first dose.
    expected
        Name of the dose thought beforehand to have the target's rate, for CRM.
    repeats
        How many times each design is conducted.
    seed
        Another seed than the run's, for the draws of patients.
    json
        Print JSON.
    """
    from trimer.cli.design_text import escalation_record, escalation_text
    from trimer.core.errors import InputError, did_you_mean
    from trimer.store import open_run
    from trimer.trial.design.record import recorded_design, recorded_escalation
    from trimer.trial.design.result import escalations, toxicity_table

    stored = open_run(run)
    toxicity = toxicity_table(stored)
    for name in (start, expected):
        if name is not None and name not in toxicity.doses:
            raise InputError(f"Unknown dose '{name}'.{did_you_mean(name, toxicity.doses)}")
    given = {
        "target": target, "cohort": cohort, "most": most, "start": start, "expected": expected,
        "repeats": repeats,
        "designs": None if designs is None else tuple(part.strip() for part in designs.split(",")),
    }  # fmt: skip
    plan: Escalation = replace(
        recorded_escalation(recorded_design(stored)),
        **{key: value for key, value in given.items() if value is not None},  # type: ignore[arg-type]  # one by one they fit
    )
    number = int(stored.manifest["seed"]) if seed is None else seed
    found = escalations(toxicity, plan, number)
    if json:
        say_json({"run": str(run), "seed": number, **escalation_record(toxicity, found)})
        return
    say(f"{stored.manifest['study']['title']}; seed {number}\n")
    say(escalation_text(toxicity, found))
    say_notice()
