# SPDX-License-Identifier: Apache-2.0
"""``trimer sensitivity``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trimer.cli.output import note, number, say, say_json, say_notice, table

if TYPE_CHECKING:
    from trimer.trial.sensitivity import Sensitivity
    from trimer.trial.study import Arm, Study


def sensitivity_(  # noqa: PLR0913 (options of a command)
    treatment: str = "flotetuzumab-multi-step",
    /,
    *,
    arm: str | None = None,
    model: str | None = None,
    only: list[str] | None = None,
    parameter: list[str] | None = None,
    most: int = 20,
    base_samples: int = 1024,
    typical: int = 15,
    trajectories: int = 6,
    patients: int = 500,
    days: float = 28.0,
    seed: int = 1,
    doubt: Path | None = None,
    out: Path = Path("sensitivity"),
    threads: int | None = None,
    json: bool = False,
    quiet: bool = False,
) -> None:
    """Find out which parameters decide the outcome, and how much rests on assumptions.

    Local: one parameter at a time. Sobol: shares of the variance between patients. Morris: what
    typical values do to rates of response and CRS. Writes tables, a record and a page.

    Parameters
    ----------
    treatment
        A shipped protocol or study, or a file.
    arm
        Of a study; the first if left out.
    model
        Name of a shipped model; that of the study, or the first that knows the drug.
    only
        local, sobol or morris; may be given several times. All if left out.
    parameter
        Vary this one in the Sobol analysis; may be given several times. Those that do most if
        left out.
    most
        How many these are.
    base_samples
        Of the Sobol analysis, a power of two.
    typical
        How many typical values the Morris screening takes.
    trajectories
        Of the Morris screening.
    patients
        In each of its populations.
    days
        For how long patients are followed.
    seed
        Of designs and patients.
    doubt
        CSV file of how well typical values are known: name, basis, cv, low, high, reason.
    out
        Folder for the result.
    threads
        Threads to use; all processors if left out. Results do not depend on it.
    json
        Print JSON.
    quiet
        Print no progress.
    """
    from trimer.store import write_table
    from trimer.store.disk import write_text
    from trimer.trial.sensitivity import Plan, sensitivity
    from trimer.trial.sensitivity.analysis import KINDS
    from trimer.trial.sensitivity.tables import record_of, tables_of
    from trimer.trial.treatments import find_treatment

    plan = Plan(
        tuple(only or KINDS), tuple(parameter or ()), most, base_samples, typical, trajectories,
        patients, seed,
    )  # fmt: skip
    study = find_treatment(treatment, model=model, days=days)
    found = sensitivity(
        study.model, _arm(study, arm), plan,
        days=days, doubt=doubt, threads=threads, progress=None if quiet else note,
    )  # fmt: skip
    record = record_of(found)
    for name, frame in tables_of(found).items():
        write_table(out / f"{name}.csv", frame)
    write_text(out / "sensitivity.json", _json(record))
    from trimer.report.sensitivity import write_sensitivity

    page = write_sensitivity(found, out / "sensitivity.html")
    if json:
        say_json({**record, "folder": str(out)})
        return
    say(_text(found))
    say(f"Tables and record: {out}")
    say(f"Page: {page}")
    say_notice()


def _arm(study: Study, name: str | None) -> Arm:
    from trimer.core.errors import UnknownName, did_you_mean

    arms = {arm.name: arm for arm in study.arms}
    if name is not None and name not in arms:
        raise UnknownName(f"Unknown arm '{name}' in '{study.name}'.{did_you_mean(name, arms)}")
    return arms[name] if name is not None else study.arms[0]


def _json(record: dict[str, Any]) -> str:
    from json import dumps

    return dumps(record, indent=1, ensure_ascii=False) + "\n"


def _text(found: Sensitivity) -> str:
    from trimer.trial.sensitivity.tables import assumed_share, tables_of

    lines = [f"{found.label}, model {found.model}, {found.days:g} days", ""]
    tables = tables_of(found)
    if found.sobol is not None:
        rows = [
            [name, f"{100 * share['alone']:.0f} %", f"{100 * share['any_part']:.0f} %"]
            for name, share in assumed_share(found.sobol).items()
        ]
        head = ["variance that rests on assumed parameters", "alone", "any part"]
        lines += [table(head, rows), ""]
        top = tables["sobol"].group_by("outcome", maintain_order=True).head(3).to_dicts()
        rows = [
            [row["outcome"], row["parameter"], row["basis"], number(row["first"], 2),
             number(row["total"], 2)]
            for row in top
        ]  # fmt: skip
        head = ["between patients", "parameter", "basis", "first", "total"]
        lines += [table(head, rows, left=3), ""]
    if found.morris is not None:
        top = tables["morris"].group_by("outcome", maintain_order=True).head(3).to_dicts()
        rows = [
            [row["outcome"], row["parameter"], f"{100 * row['rate_at_card']:.1f} %",
             f"{100 * row['mean_effect']:+.1f}", f"{100 * row['mean_absolute_effect']:.1f}"]
            for row in top
        ]  # fmt: skip
        head = ["rate", "typical value", "at the card", "effect, points", "absolute"]
        lines += [table(head, rows, left=2), ""]
    if found.local is not None:
        top = tables["local"].group_by("outcome", maintain_order=True).head(3).to_dicts()
        rows = [
            [row["outcome"], row["parameter"], row["basis"], number(row["elasticity"], 2),
             number(row["outcome_at_low"], 3), number(row["outcome_at_high"], 3)]
            for row in top
        ]  # fmt: skip
        head = ["one at a time", "parameter", "basis", "elasticity", "at low end", "at high end"]
        lines += [table(head, rows, left=3), ""]
    return "\n".join(lines)
