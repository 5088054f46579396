# SPDX-License-Identifier: Apache-2.0
"""One virtual patient on a ward: everything that was written down about him, from one place.

A course is made from a `Run` in memory (`course_of`) or from a run folder (`stored_course`); the
timeline and the story are drawn and told from it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import InputError, StoreError, TrimerError, UnknownName, did_you_mean
from trimer.core.notice import SHORT_NOTICE
from trimer.core.shown import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trimer.protocol.dose import Rate
    from trimer.protocol.protocol import Protocol
    from trimer.protocol.rule import Rule
    from trimer.simulate import Run
    from trimer.store import StoredRun


@dataclass(frozen=True, slots=True)
class RateScale:
    """How the ledger's rates become the protocol's.

    Parameters
    ----------
    size : float
        What one unit of the protocol's rate is in the ledger: the body weight in **kg** for rates
        per kilogram.
    unit : str
        Unit of the protocol's rate.
    """

    size: float = 1.0
    unit: str = "ng/day"

    def of(self, rate: float) -> float:
        """A rate of the ledger in the protocol's unit; the last digits are rounding.

        Examples
        --------
        >>> RateScale(70.0, "ng/kg/day").of(35000.0)
        500.0
        """
        return float(f"{rate / self.size:.9g}")


@dataclass(frozen=True, eq=False)
class PatientCourse:
    """What was written down about one virtual patient in one arm.

    Parameters
    ----------
    id : int
        Patient number.
    arm, treatment : str
        Name of the arm in the tables, and what people call the treatment.
    days : float
        End of the run, in **days** since the first dose.
    doses, decisions, grades, verdicts : polars DataFrame
        The ward's papers; columns as `trimer.simulate.ward.record.WardRecord` gives them.
    readings : polars DataFrame
        Every reading; without rows where they were not kept.
    profile : polars DataFrame
        ``time`` (**day**) and the model's own values.
    rates : RateScale
        From the ledger's rates to the protocol's.
    rules : mapping of str to Rule
        By name.
    origin : str
        Where the numbers come from, in one small line.
    policy : str
        What is to be said of the rules wherever they are shown; empty if nothing.
    others : tuple of str
        Other arms in which this patient was on a ward.
    """

    id: int
    arm: str
    treatment: str
    days: float
    doses: pl.DataFrame
    decisions: pl.DataFrame
    grades: pl.DataFrame
    verdicts: pl.DataFrame
    readings: pl.DataFrame
    profile: pl.DataFrame
    rates: RateScale
    rules: Mapping[str, Rule]
    origin: str
    policy: str = ""
    others: tuple[str, ...] = ()

    @property
    def begins(self) -> float:
        """First time anything is known of, in **days**: premedication comes before day 0."""
        times = (float(x[0]) for x in (self.doses["time"], self.profile["time"]) if len(x))
        return min(0.0, *times, 0.0)


def rate_scale(doses: pl.DataFrame, levels: Sequence[Rate]) -> RateScale:
    """Find how one patient's rates in the ledger and the levels of the protocol go together.

    Parameters
    ----------
    doses : polars DataFrame
        The patient's ledger.
    levels : sequence of Rate
        Rates of the protocol, by step.

    Returns
    -------
    RateScale
        That of the ledger itself where no drug flowed or the protocol has no levels.
    """
    flow = doses.filter((pl.col("rate") > 0) & (pl.col("step") > 0))
    # A halved step is half as much as its level says; the largest of the ratios is the size.
    ratios = [
        row["rate"] / levels[row["step"] - 1].value
        for row in flow.iter_rows(named=True)
        if row["step"] <= len(levels)
    ]
    if ratios:
        return RateScale(max(ratios), levels[0].unit)
    units = doses.filter(pl.col("planned").is_not_null())["unit"]
    return RateScale(1.0, f"{units[0] if len(units) else 'ng'}/day")


def protocol_of(text: str) -> Protocol | None:
    """The protocol that a run keeps as text; None where this version cannot read it."""
    from trimer.protocol.read import parse_protocol

    try:
        return parse_protocol(text, "protocol of the run")
    except TrimerError:
        return None


def course_of(run: Run) -> PatientCourse:
    """Return the course of the patient of a run.

    Parameters
    ----------
    run : Run
        Of one patient, on a ward.

    Raises
    ------
    InputError
        If the run has several patients, or none of them was on a ward.
    """
    from trimer import __version__

    if run.ward is None or len(run.ids) != 1:
        raise InputError(
            f"A timeline is of one patient on a ward: got {counted(len(run.ids), 'patient')}"
            f"{'' if run.ward else ' and no ward'}. Simulate one patient on a protocol with rules."
        )
    record = run.ward
    doses = _typed(record.doses())
    seed = "" if run.cohort.seed is None else f"seed {run.cohort.seed} · "
    return PatientCourse(
        id=int(run.ids[0]),
        arm=run.protocol.name,
        treatment=run.protocol.title or run.protocol.name,
        days=float(run.times[-1]),
        doses=doses,
        decisions=_typed(record.decisions()),
        grades=record.grades(),
        verdicts=_typed(record.verdicts()),
        readings=record.readings(),
        profile=run.table(wide=True).drop("id"),
        rates=rate_scale(doses, levels_of(run.protocol)),
        rules={rule.name: rule for rule in run.protocol.rules},
        origin=f"Model {run.model} {run.model_version} · cohort {run.cohort.name} · {seed}"
        f"Trimer {__version__} · DRAFT · {SHORT_NOTICE}",
        policy=run.protocol.policy_notice,
    )


def stored_course(run: StoredRun, patient: int, arm: str | None = None) -> PatientCourse:
    """Return the course of one patient of a run folder.

    Parameters
    ----------
    run : StoredRun
        The run folder, opened.
    patient : int
        Patient number.
    arm : str, optional
        Name of the arm; the first in which a ward acted if left out.

    Raises
    ------
    UnknownName
        If the run has no such arm or patient.
    StoreError
        If no ward acted in the run, or not in this arm.
    """
    arms = {str(entry["name"]): entry for entry in run.manifest.get("arms", [])}
    if arm is not None and arm not in arms:
        raise UnknownName(f"Unknown arm '{arm}' in run '{run.path}'.{did_you_mean(arm, arms)}")
    on_ward = _arms_on_ward(run, arms)
    chosen = arm or on_ward[0]
    if chosen not in on_ward:
        raise StoreError(
            f"No ward acted in arm '{chosen}' of run '{run.path}', so there is no story to tell. "
            f"On a ward: {', '.join(on_ward)}."
        )
    _check_patient(run, patient)
    entry = arms[chosen]

    def rows(table: str) -> pl.DataFrame:
        mine = (pl.col("arm").cast(pl.String) == chosen) & (pl.col("id") == patient)
        return run.scan(table).filter(mine).drop("arm", "id").collect()

    doses = rows("doses").sort("time", maintain_order=True)
    study = run.manifest.get("study", {})
    protocol = protocol_of(str(entry.get("text", "")))
    return PatientCourse(
        id=patient,
        arm=chosen,
        treatment=str(entry.get("label") or chosen),
        days=float(study.get("days", 0.0)),
        doses=doses,
        decisions=rows("decisions"),
        grades=rows("grades"),
        verdicts=rows("verdicts"),
        readings=rows("readings") if run.has("readings") else pl.DataFrame({"time": []}),
        profile=rows("profiles"),
        rates=rate_scale(doses, levels_of(protocol)),
        rules={rule.name: rule for rule in protocol.rules} if protocol else {},
        origin=_origin(run.manifest),
        policy=str(run.manifest.get("policy_notice") or ""),
        others=tuple(name for name in on_ward if name != chosen),
    )


def _typed(table: pl.DataFrame) -> pl.DataFrame:
    """Give the columns of a table without rows the type that they have with some."""
    if len(table):
        return table
    untyped = (pl.Object, pl.Null)
    kinds = {name: pl.String if kind in untyped else kind for name, kind in table.schema.items()}
    return pl.DataFrame(schema=kinds)


def _arms_on_ward(run: StoredRun, arms: Mapping[str, object]) -> list[str]:
    """Names of the arms in which a ward acted, in the order of the study."""
    if not run.has("decisions"):
        raise StoreError(
            f"No ward acted in run '{run.path}', so there is no patient's story in it. "
            "Run a protocol with rules."
        )
    column = run.scan("decisions").select(pl.col("arm").cast(pl.String).unique()).collect()
    found = set(column["arm"])
    return [name for name in arms if name in found]


def _check_patient(run: StoredRun, patient: int) -> None:
    ids = run.scan("patients").select("id").collect()["id"]
    if patient not in ids:
        raise UnknownName(
            f"Unknown patient {patient} in run '{run.path}': it has "
            f"{counted(len(ids), 'patient')}, numbered from {ids.min()!r} to {ids.max()!r}."
        )


def _origin(manifest: Mapping[str, object]) -> str:
    """The small line below a figure, as in the report."""
    versions = manifest.get("versions")
    version = versions.get("trimer", "unknown") if isinstance(versions, dict) else "unknown"
    return (
        f"Run {manifest.get('run', '?')} · {str(manifest.get('created', ''))[:10]} · "
        f"seed {manifest.get('seed', '?')} · Trimer {version} · DRAFT · {SHORT_NOTICE}"
    )


def levels_of(protocol: Protocol | None) -> tuple[Rate, ...]:
    """Rates of a protocol by step; none where it has no course."""
    return protocol.course.levels if protocol is not None and protocol.course is not None else ()
