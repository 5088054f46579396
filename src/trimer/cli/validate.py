# SPDX-License-Identifier: Apache-2.0
"""``trimer validate``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.cli.output import say, say_json, say_notice, table

if TYPE_CHECKING:
    from trimer.trial.targets.validation import Validation


def validate_(
    *,
    patients: int = 1000,
    seed: int = 1,
    rows: str | None = None,
    out: Path | None = None,
    overwrite: bool = False,
    targets: Path | None = None,
    stand_in: str | None = None,
    threads: int | None = None,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Compare the models with published figures: a page, a table, the numbers.

    Fitted rows and predictions are counted apart; what is missed says why. Progress goes to
    stderr.

    Parameters
    ----------
    patients
        Virtual patients in each scenario.
    seed
        Seed of the random draws.
    rows
        Only these rows, such as V1,V2.
    out
        Folder for validation.html and validation.json; runs/DATE_TIME_validation if left out.
    overwrite
        Replace files that are there.
    targets
        Another targets file than the shipped one.
    stand_in
        Cohort to draw where one of a scenario does not exist.
    threads
        Threads to use; all processors if left out. Results do not depend on it.
    json
        Print JSON.
    quiet
        Print no progress.
    """
    from trimer.report.validation import write_validation
    from trimer.report.validation.page import answers, free_place
    from trimer.trial.progress import Progress
    from trimer.trial.targets import read_targets
    from trimer.trial.targets.validation import validate, validation_record

    chosen = read_targets(targets)
    if rows is not None:
        chosen = chosen.select([name.strip() for name in rows.split(",") if name.strip()])
    folder = out or Path("runs") / datetime.now().astimezone().strftime(
        "%Y-%m-%d_%H%M%S_validation"
    )
    free_place(folder, overwrite=overwrite)
    scenarios = chosen.to_simulate()
    progress = Progress(len(scenarios) * patients, what="simulation", quiet=quiet)
    try:
        done = validate(
            chosen, patients=patients, seed=seed, threads=threads, stand_in=stand_in,
            progress=progress.update,
        )  # fmt: skip
    finally:
        progress.close()
    page = write_validation(done, folder, overwrite=overwrite)
    if json:
        say_json({"page": str(page), **validation_record(done)})
        return
    say(_text(done))
    say()
    for line in answers(done):
        say(line)
    say(f"Report: {page}")
    say_notice()


def _text(done: Validation) -> str:
    """Return a line for each number of each row that was judged."""
    from trimer.trial.targets.words import published_text, simulated_text

    lines = []
    for row in done.targets.rows:
        verdict = done.verdict(row.id)
        if verdict == "n/a":
            continue
        found = done.simulated[row.id].parts
        for k, (part, estimate) in enumerate(zip(row.parts, found, strict=True)):
            lines.append(
                [
                    row.id if k == 0 else "",
                    row.use if k == 0 else "",
                    verdict if k == 0 else "",
                    part.label or row.observable[:44],
                    published_text(row, part),
                    simulated_text(estimate, part.unit),
                ]
            )
    return table(["row", "use", "", "", "published", "simulated"], lines, left=6)
