# SPDX-License-Identifier: Apache-2.0
"""``trimer simulate``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from trimer.cli.one_patient import patient_allowed, patient_cohort
from trimer.cli.output import note, say, say_json, say_notice
from trimer.cli.summary import run_record, run_text
from trimer.core.errors import InputError, PatientsFailed, StoreError

if TYPE_CHECKING:
    from trimer.patients.cohort import Cohort
    from trimer.simulate import Run
    from trimer.simulate.prepare import Engine
    from trimer.trial.study import Arm, Study

MODEL = "flotetuzumab"
PROTOCOL = "flotetuzumab-multi-step"
DRAWN = 100
TABLES = (".csv", ".parquet")


def simulate_(  # noqa: PLR0913 (each is an option)
    study: str | None = None,
    /,
    *,
    arm: str | None = None,
    model: str | None = None,
    protocol: str | None = None,
    n: int | None = None,
    nominal: bool = False,
    cohort: str | None = None,
    patient: Path | None = None,
    not_ready_anyway: bool = False,
    days: float | None = None,
    every: float | None = None,
    seed: int | None = None,
    outputs: list[str] | None = None,
    plot: Path | None = None,
    log: str | None = None,
    maintenance: str | None = None,
    later_cycles: str | None = None,
    out: Path | None = None,
    overwrite: bool = False,
    engine: str = "auto",
    threads: int | None = None,
    rtol: float = 1e-6,
    json: bool = False,
    quiet: bool = False,
) -> int:
    """Follow one patient or a cohort through a protocol.

    Without a study: the typical patient, on the shipped multi-step protocol. Prints a table of
    selected days; a cohort is shown as median and 5 to 95 % range.

    Parameters
    ----------
    study
        Study file, or the name of a shipped study: gives model, protocols, days and seed.
    arm
        Which arm of the study; all if left out.
    model
        Name of a shipped model, with options behind a colon: flotetuzumab:endothelium=off.
    protocol
        Name of a shipped protocol, or a TOML file.
    n
        Draw so many patients.
    nominal
        The typical patient of the parameter card; so it is if neither n nor cohort is given.
    cohort
        File of patients, as 'trimer sample' writes it; or a cohort to draw from, a shipped one or
        a TOML file, of which 100 patients are drawn if n is not given.
    patient
        A patient file, as 'trimer ready' checks it: weight and baseline tests become this
        patient's. A first dose is refused while the checklist is not ready.
    not_ready_anyway
        Simulate that patient although the checklist is not ready.
    days
        For how many days from the first dose.
    every
        Interval of the output, in hours.
    seed
        Seed of the random draws.
    outputs
        Observables or species to print and to write.
    plot
        Draw the outputs into this file (SVG, PDF or PNG); of one patient on a ward, the timeline.
    log
        changes, or full: keep every reading. A single patient's are kept unless told otherwise.
    maintenance
        Another maintenance rate than the protocol's, such as '700 ng/kg/day'.
    later_cycles
        'continuous', or days on and off from cycle 2, such as '4 days on, 3 days off'.
    out
        Write a run folder.
    overwrite
        Replace the run in that folder, and the plot.
    engine
        auto, lanes (machine code) or scipy.
    threads
        Threads to use; all processors if left out.
    rtol
        Relative tolerance of a step of the solver.
    json
        Print JSON.
    quiet
        Print neither table nor progress.
    """
    plan = _plan(study, arm, model, protocol)
    plan = _varied(plan, maintenance, later_cycles)
    plan = replace(
        plan,
        patients=n or 1,
        seed=plan.seed if seed is None else seed,
        days=plan.days if days is None else days,
        every_hours=plan.every_hours if every is None else every,
    )
    names = [name for part in outputs for name in part.split(",")] if outputs else None
    table = cohort is not None and Path(cohort).suffix.lower() in TABLES
    drawn = n is not None or (cohort is not None and not table)
    if drawn and not table:
        n = DRAWN if n is None else n
        plan = plan if cohort is None else replace(plan, cohort=cohort)
    who = (nominal, drawn, table, patient is not None)
    _check_requests(plan, who, plot, out, overwrite=overwrite)
    for part in plan.arms:
        for sentence in part.protocol.warnings:
            note(f"Note: {sentence}")
    known = patient_allowed(patient, anyway=not_ready_anyway)
    compiled = _prepare(plan.model, engine, plan.cohort if drawn else None)
    if known is not None and patient is not None:
        patients = patient_cohort(known, compiled.parameter_table, patient)
    else:
        patients = _patients(compiled, plan, n, Path(cohort) if cohort and table else None)
    name = plan.cohort if Path(plan.cohort).suffix == ".toml" and n else patients.name
    plan = replace(plan, cohort=name, patients=len(patients))
    runs = {
        part.name: _run(
            compiled, patients, part, plan, names,
            rtol=rtol, threads=threads, quiet=quiet, log=_log(log, len(patients)),
        )
        for part in plan.arms
    }  # fmt: skip
    if out is not None:
        from trimer.trial.single import write_runs

        write_runs(plan, compiled, runs, out, rtol=rtol, overwrite=overwrite)
    if plot is not None:
        from trimer.report import plot_run

        plot_run(next(iter(runs.values())), plot)
    _print(runs, names, json=json, quiet=quiet)
    for kind, path in (("Run folder", out), ("Figure", plot)):
        if path is not None and not json:
            say(f"{kind}: {path}")
    return _exit_code(runs)


def _varied(plan: Study, maintenance: str | None, later_cycles: str | None) -> Study:
    """Return the plan with another maintenance rate, or other later cycles, in every arm."""
    if maintenance is None and later_cycles is None:
        return plan
    arms = []
    for arm in plan.arms:
        treatment = arm.protocol
        if maintenance is not None:
            treatment = treatment.with_maintenance(maintenance)
        if later_cycles is not None:
            treatment = treatment.with_later_cycles(later_cycles)
        treatment = treatment.checked()
        arms.append(replace(arm, protocol=treatment))
    return replace(plan, arms=tuple(arms))


def _log(asked: str | None, patients: int) -> Literal["changes", "full"]:
    """Return what is kept of readings: all of a single patient, unless told otherwise."""
    if asked is None:
        return "full" if patients == 1 else "changes"
    if asked in {"changes", "full"}:
        return cast("Literal['changes', 'full']", asked)
    raise InputError(f"Unknown --log: got '{asked}'; it is changes or full.")


def _check_requests(
    plan: Study, who: tuple[bool, ...], plot: Path | None, out: Path | None, *, overwrite: bool
) -> None:
    """Refuse what cannot be done before anything is simulated."""
    if sum(who) > 1:
        raise InputError(
            "Give one of --nominal, --n, --cohort and --patient: each says who is simulated."
        )
    if plot is not None and len(plan.arms) > 1:
        raise InputError(
            f"A plot shows one arm: got {len(plan.arms)} in study '{plan.name}'. Choose one "
            f"with --arm, such as --arm {plan.arms[0].name}."
        )
    if plot is not None and plot.exists() and not overwrite:
        raise StoreError(
            f"Cannot write '{plot}': the file is there already. "
            "Choose another name, or replace it with --overwrite."
        )
    if out is not None:
        from trimer.store import check_way

        check_way(out, overwrite=overwrite)


def _plan(study: str | None, arm: str | None, model: str | None, protocol: str | None) -> Study:
    """Return what to do as a study, of one arm or several."""
    if study is None:
        return _bare_plan(arm, model, protocol)
    if model is not None or protocol is not None:
        raise InputError(
            "A study names its model and its protocols: give a study, or --model and --protocol."
        )
    from trimer.trial.read import find_study, read_study

    plan = read_study(find_study(study))
    if arm is None:
        return plan
    chosen = tuple(part for part in plan.arms if part.name == arm)
    if not chosen:
        from trimer.core.errors import UnknownName, did_you_mean

        hint = did_you_mean(arm, [part.name for part in plan.arms])
        raise UnknownName(f"Unknown arm '{arm}' in study '{plan.name}'.{hint}")
    return replace(plan, arms=chosen)


def _bare_plan(arm: str | None, model: str | None, protocol: str | None) -> Study:
    from trimer import library
    from trimer.protocol.read import read_protocol
    from trimer.trial.study import Arm, Study

    if arm is not None:
        raise InputError("Only a study has arms: give a study, or leave --arm out.")
    name = protocol or PROTOCOL
    path = Path(name)
    if name in library.protocol_names() or not (path.exists() or path.suffix):
        path = library.protocol_path(name)
    treatment = read_protocol(path)
    one = Arm(treatment.name, treatment.title or treatment.name, treatment)
    return Study(name="simulate", arms=(one,), model=model or MODEL)


def _prepare(model: str, engine: str, cohort: str | None) -> Any:  # noqa: ANN401 (a compiled model)
    from trimer.simulate import prepare
    from trimer.trial.cohorts import find_cohort, prepare_for
    from trimer.trial.recipe import shipped

    if cohort is None:
        return prepare(shipped(model), cast("Engine", engine))
    return prepare_for(find_cohort(cohort), shipped(model), cast("Engine", engine))


def _patients(compiled: Any, plan: Study, n: int | None, file: Path | None) -> Cohort:  # noqa: ANN401
    from trimer.patients import Cohort
    from trimer.trial.cohorts import find_cohort

    if file is not None:
        from trimer.trial.cohort_file import read_cohort

        return read_cohort(file, compiled.parameter_table)
    if n is None:
        return Cohort.nominal(compiled.parameter_table)
    return find_cohort(plan.cohort).patients(compiled, plan.seed).take(n)


def _run(
    compiled: Any,  # noqa: ANN401
    cohort: Cohort,
    arm: Arm,
    plan: Study,
    outputs: list[str] | None,
    *,
    rtol: float,
    threads: int | None,
    quiet: bool,
    log: Literal["changes", "full"],
) -> Run:
    from trimer.simulate import simulate
    from trimer.simulate.follow import chunk_size
    from trimer.trial.progress import Progress

    progress = Progress(len(cohort), quiet=quiet or len(cohort) <= chunk_size(compiled))
    try:
        return simulate(
            compiled, cohort, arm.protocol,
            days=plan.days, every_hours=plan.every_hours, outputs=outputs, rtol=rtol,
            threads=threads, progress=progress.update, seed=plan.seed, log=log,
        )  # fmt: skip
    finally:
        progress.close()


def _print(runs: dict[str, Run], outputs: list[str] | None, *, json: bool, quiet: bool) -> None:
    if json:
        say_json({"arms": {name: run_record(run) for name, run in runs.items()}})
        return
    if not quiet:
        say("\n\n".join(run_text(run, outputs) for run in runs.values()))
        say_notice()


def _exit_code(runs: dict[str, Run]) -> int:
    failed = [run.failure_text() for run in runs.values() if run.failures]
    for sentence in failed:
        note(sentence)
    return PatientsFailed.exit_code if failed else 0
