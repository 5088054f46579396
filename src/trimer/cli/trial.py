# SPDX-License-Identifier: Apache-2.0
"""``trimer trial``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trimer.cli.output import note, say, say_json, say_notice, table
from trimer.core.errors import PatientsFailed
from trimer.core.shown import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trimer.simulate.prepare import Engine
    from trimer.store import StoredRun
    from trimer.trial.study import Study


def trial_(  # noqa: PLR0913 (each is an option)
    study: str,
    /,
    *,
    out: Path | None = None,
    overwrite: bool = False,
    seed: int | None = None,
    patients: int | None = None,
    repeats: int | None = None,
    engine: str = "auto",
    threads: int | None = None,
    processes: int | None = None,
    cluster: str | None = None,
    detail: str = "all",
    rtol: float = 1e-6,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Run the arms of a study, write a run folder and a report.

    All arms treat the same virtual patients, unless the study has a table [design]: then each
    patient is allocated to one arm. Progress goes to stderr.

    Parameters
    ----------
    study
        Study file, or the name of a shipped study.
    out
        The run folder; runs/DATE_TIME_STUDY if left out.
    overwrite
        Replace the run that is in that folder.
    seed
        Another seed than the study's.
    patients
        Another number of patients than the study's: in each arm, or in each repeat of a
        randomized trial.
    repeats
        Another number of repeats of a randomized trial than the study's.
    engine
        auto, lanes (machine code) or scipy.
    threads
        Threads to use; all processors if left out. Results do not depend on it.
    processes
        Processes that share the patients; chosen if left out. Results do not depend on it.
    cluster
        Dask scheduler to do it on, such as tcp://HOST:8786; or local:4. Results do not depend on
        it.
    detail
        Of whom everything is kept: all, none, 'first 200', or numbers such as '3, 40-60'. Outcomes
        are kept of everyone.
    rtol
        Relative tolerance of a step of the solver.
    json
        Print JSON.
    quiet
        Print no progress.
    """
    from trimer.trial.read import find_study, read_study
    from trimer.trial.trial import run_study

    plan = read_study(find_study(study)).with_numbers(patients=patients, seed=seed, repeats=repeats)
    with progress_of(plan, quiet=quiet) as progress:
        run = run_study(
            plan, out,
            overwrite=overwrite, engine=cast("Engine", engine), threads=threads,
            processes=processes, cluster=cluster, detail=detail, rtol=rtol, progress=progress,
        )  # fmt: skip
    return tell_trial(plan, run, json=json)


@contextlib.contextmanager
def progress_of(plan: Study, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Give what is called with the number of simulations done."""
    from trimer.trial.progress import Progress

    total = plan.simulations
    progress = Progress(total, what=_counted_as(plan), quiet=quiet)
    try:
        yield progress.update
    finally:
        progress.close()


def tell_trial(plan: Study, run: StoredRun, *, json: bool) -> int:
    """Write the report, print the answer and return the exit code."""
    total, what = plan.simulations, _counted_as(plan)
    failed = _failed(run)
    report = None
    whole = plan.design is None and run.manifest.get("detail") == "all"
    if len(failed) < total and whole:
        from trimer.report import write_report

        report = write_report(run.path)
    record, design = _record(plan, run, report), _design(plan, run)
    record |= design[0]
    if json:
        say_json(record)
    else:
        say(_text(plan, record))
        if design[1]:
            say(f"\n{design[1]}\n")
        say(f"Run folder: {run.path}")
        if report is not None:
            say(f"Report: {report}")
        elif run.manifest.get("detail") != "all":
            say(
                f"No report: it draws everyone's courses (kept: {run.manifest['detail']}). "
                "Anyone is simulated again with `trimer runs show RUN --patient NUMBER`."
            )
        say_notice()
    if failed:
        note(
            f"{len(failed):,} of {counted(total, what)} stopped before day {plan.days:g}. "
            "The table of outcomes says which, with the reason."
        )
    return PatientsFailed.exit_code if failed else 0


def _counted_as(plan: Study) -> str:
    """Return what is counted: a patient in two arms is simulated twice."""
    return "simulation" if len(plan.arms) > 1 and plan.design is None else "patient"


def _failed(run: StoredRun) -> list[str]:
    return [why for arm in run.manifest["failures"].values() for why in arm.values()]


def _record(plan: Study, run: StoredRun, report: Path | None) -> dict[str, Any]:
    from trimer.trial.summary import arm_summaries

    return {
        "run": str(run.path),
        "report": None if report is None else str(report),
        "study": plan.name,
        "seed": plan.seed,
        "patients": plan.patients,
        "wall_seconds": run.manifest["wall_seconds"],
        "arms": arm_summaries(run),
    }


def _design(plan: Study, run: StoredRun) -> tuple[dict[str, Any], str]:
    """Return what the study's endpoints say: in plain numbers, and as text."""
    from trimer.cli.design_text import escalation_record, escalation_text, trial_text
    from trimer.trial.design.result import escalation_result, trial_result

    if not plan.endpoints:
        return {}, ""
    if plan.escalation is not None:
        toxicity, designs = escalation_result(run)
        return (
            {"escalation": escalation_record(toxicity, designs)},
            escalation_text(toxicity, designs),
        )
    result = trial_result(run)
    return {"trial": result.record()}, trial_text(result, plan.repeats)


def _text(plan: Study, record: dict[str, Any]) -> str:
    """Return the answer in a small table: grades and responses as n/N."""
    arms = record["arms"]
    rows = [[row, *(arms[arm.name][row] for arm in plan.arms)] for row in next(iter(arms.values()))]
    who = counted(plan.patients, "virtual patient")
    if plan.design is not None:
        shares = ":".join(map(str, plan.ratio))
        who += f", allocated {shares}, in each of {counted(plan.repeats, 'trial')}"
    elif len(plan.arms) > 1:
        who += " in each arm, the same in all"
    head = f"{plan.title or plan.name}\n{who}; seed {plan.seed}"
    if plan.repeats > 1:
        head += "\nThe first trial:"
    return f"{head}\n\n" + table(["", *(arm.label for arm in plan.arms)], rows)
