# SPDX-License-Identifier: Apache-2.0
"""The event table of a run, as NONMEM, mrgsolve, rxode2 and Monolix read it.

=======  ==========================================================================================
column   what
=======  ==========================================================================================
ID       1, 2, 3 ...: one for each patient in each arm
TIME     days since the first record of the run, never negative
EVID     0 observation, 1 dose, 2 support set to a level
CMT      compartment: 1 is the study drug and its concentration, the other drugs follow by name
AMT      amount of the dose, in the unit of the drug
RATE     rate of the infusion per day; 0 is a single dose
DV       observed concentration, or the level that support is set to
MDV      1 where DV is no observation
TAFD     days after the first dose
ARM      place of the arm in the study
PATIENT  number of the virtual patient
=======  ==========================================================================================

then WT and the other parameters of the patient, without which nobody can do the run again. Doses
that were held or missed are not there: what is there was given.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import InputError, StoreError
from trimer.core.notice import NOTICE
from trimer.exchange.adam.subjects import study_drug
from trimer.exchange.plain import parameters
from trimer.store.disk import write_text, writing

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.store import StoredRun

NAMES = {
    "ID": "one for each patient in each arm",
    "TIME": "days since the first record of the run",
    "EVID": "0 observation, 1 dose, 2 support set to a level",
    "CMT": "compartment, see below",
    "AMT": "amount, in the unit of the drug",
    "RATE": "rate of infusion per day, in the unit of the drug; 0 is a single dose",
    "DV": "concentration, or level of support",
    "MDV": "1 where DV is no observation",
    "TAFD": "days after the first dose",
    "ARM": "place of the arm in the study",
    "PATIENT": "number of the virtual patient",
}
"""Columns before the parameters."""

LONGEST = 20
"""Most characters of a name of NONMEM 7."""

GIVEN = ("given", "reduced", "level")
_LEVELS = "level"


def event_table(run: StoredRun) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the event table of a run, and the compartment of each drug.

    Raises
    ------
    StoreError
        If the run keeps no doses.
    InputError
        If a parameter's name is too long for NONMEM, or is that of one of its columns.
    """
    if not run.has("doses") or not run.has("patients"):
        raise StoreError(
            f"Run '{run.path}' keeps no doses: an event table is made of them. Run the study with "
            "--detail all, or 'first 200'."
        )
    doses, observed = _doses(run), _observations(run)
    first = min(0.0, float(doses["time"].min() or 0.0))  # type: ignore[arg-type]  # a number
    cmt = _compartments(doses, study_drug(run))
    patients = run.read("patients")
    patients = patients.drop([name for name in patients.columns if name.startswith("cov_")])
    _check(patients.columns)
    arms = [str(arm["name"]) for arm in run.manifest["arms"]]
    events = pl.concat([doses, observed], how="diagonal").with_columns(
        pl.col("drug").replace_strict(cmt, default=1, return_dtype=pl.Int64).alias("CMT"),
        (pl.col("time") - first).alias("TIME"),
        pl.col("arm").replace_strict({arm: k + 1 for k, arm in enumerate(arms)}).alias("ARM"),
    )
    # What is seen at the time of a dose was seen before it.
    events = events.sort("ARM", "id", "TIME", "EVID", maintain_order=True)
    numbered = events.with_columns(
        (pl.struct("ARM", "id").rle_id() + 1).cast(pl.Int64).alias("ID"),
        pl.col("time").alias("TAFD"),
        pl.col("id").alias("PATIENT"),
    )
    wanted = [*NAMES, *(name for name in patients.columns if name != "id")]
    return numbered.join(patients, on="id", how="inner", maintain_order="left").select(wanted), cmt


def write_nonmem(run: StoredRun, out: Path) -> int:
    """Write the event table of a run, and beside it ``NAME.dictionary.csv``.

    Returns
    -------
    int
        Rows.

    Raises
    ------
    DiskError
        If the disk refuses.
    """
    table, cmt = event_table(run)
    with writing(out) as temporary:
        table.write_csv(temporary, null_value=".")
    write_text(out.with_name(f"{out.stem}.dictionary.csv"), _dictionary(run, cmt))
    return table.height


def _doses(run: StoredRun) -> pl.DataFrame:
    doses = run.read("doses").with_columns(pl.col("arm").cast(pl.String))
    if "status" in doses.columns:
        # an arm of fixed schedules beside arms on a ward has no status: all of it is given
        doses = doses.filter(pl.col("status").fill_null("given").is_in(GIVEN))
    else:
        doses = doses.with_columns(status=pl.lit("given"))
    level = pl.col("status").fill_null("given") == _LEVELS
    doses = doses.filter(level | (pl.col("amount") > 0))
    return doses.select(
        "arm",
        "id",
        "time",
        "drug",
        "unit",
        pl.when(level).then(2).otherwise(1).alias("EVID"),
        pl.when(level).then(0.0).otherwise("amount").alias("AMT"),
        pl.when(level).then(0.0).otherwise("rate").alias("RATE"),
        pl.when(level).then("amount").alias("DV"),
        pl.lit(1).alias("MDV"),
    )


def _observations(run: StoredRun) -> pl.DataFrame:
    return (
        run.scan("profiles")
        .select(
            pl.col("arm").cast(pl.String),
            "id",
            "time",
            pl.lit(0).alias("EVID"),
            pl.lit(0.0).alias("AMT"),
            pl.lit(0.0).alias("RATE"),
            pl.col("concentration").cast(pl.Float64).fill_nan(None).alias("DV"),
            pl.col("concentration").is_nan().fill_null(value=True).cast(pl.Int32).alias("MDV"),
        )
        .collect()
    )


def _compartments(doses: pl.DataFrame, first: str) -> dict[str, int]:
    """Number the drugs: the study drug is the first."""
    others = sorted({*doses["drug"].to_list()} - {first})
    return {drug: number for number, drug in enumerate([first, *others], start=1)}


def _check(columns: list[str]) -> None:
    for name in columns:
        if name != "id" and (len(name) > LONGEST or name.upper() in NAMES):
            raise InputError(
                f"Wrong name of a column for NONMEM: got parameter '{name}'; names have at most "
                f"{LONGEST} characters and are none of {', '.join(NAMES)}. Rename the parameter."
            )


def _dictionary(run: StoredRun, cmt: dict[str, int]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("name", "unit", "definition"))
    units = {"TIME": "day", "TAFD": "day"}
    units |= {"DV": str(run.manifest["units"].get("concentration", ""))}
    for name, definition in NAMES.items():
        writer.writerow((name, units.get(name, ""), definition))
    of_drug = dict(run.read("doses").select("drug", "unit").unique().iter_rows())
    for drug, number in cmt.items():
        writer.writerow((f"CMT {number}", of_drug.get(drug, ""), drug))
    known = run.read("patients").columns
    for name, (definition, unit) in parameters(run).items():
        if name in known:
            writer.writerow((name, unit, definition))
    writer.writerow(("notice", "", f"SIMULATED DATA, NOBODY'S. {NOTICE}"))
    return buffer.getvalue()
