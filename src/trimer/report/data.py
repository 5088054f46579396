# SPDX-License-Identifier: Apache-2.0
"""A run folder as a report reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess.response import DAYS_BEFORE, WINDOWS
from trimer.core.errors import StoreError
from trimer.report.manifest import Arm, Manifest, ModelRecord, read_manifest, read_model
from trimer.report.numbers import unit_text
from trimer.report.theme import ArmStyle, arm_style
from trimer.report.ward import WardData, read_ward
from trimer.store import StoredRun, open_run
from trimer.store.layout import WARD_TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TABLES = ("patients", "doses", "profiles", "outcomes")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
COURSES = ("concentration", "trimers_per_blast", "blasts", "T_cells", "IL6", "temperature")
"""Observables that have a figure of their own."""

MOST_COURSES = 10_000
"""Bands over time come from at most this many patients; more would not move a line."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Quantiles of one observable over time in one arm.

    Parameters
    ----------
    times : ndarray
        Days since first dose.
    bands : ndarray, shape (5, times)
        Quantiles 5, 25, 50, 75 and 95 %.
    n : ndarray
        Virtual patients behind each time.
    """

    times: np.ndarray
    bands: np.ndarray
    n: np.ndarray

    @property
    def median(self) -> np.ndarray:
        """The middle quantile."""
        median: np.ndarray = self.bands[2]
        return median

    def at(self, time: float) -> float:
        """Median at the output time nearest to a time."""
        return float(self.median[int(np.argmin(np.abs(self.times - time)))])

    def peak(self) -> tuple[float, float]:
        """Highest median and its time."""
        i = int(np.argmax(self.median))
        return float(self.median[i]), float(self.times[i])

    def lowest(self, until: float = np.inf) -> tuple[float, float]:
        """Lowest median up to a time, and when it is reached."""
        part = self.median[self.times <= until]
        i = int(np.argmin(part))
        return float(part[i]), float(self.times[i])


@dataclass(frozen=True, slots=True, eq=False)
class RunData:
    """Everything a report shows, read once.

    Parameters
    ----------
    folder : Path
        Where it was read from.
    manifest : Manifest
        What the run says about itself.
    model : ModelRecord
        Equations, parameters, sources, assumptions, limits.
    patients, outcomes : polars DataFrame
        Tables as stored; `outcomes` with every patient, failed or not.
    courses : mapping
        `Course` by arm name and observable; failed patients are left out.
    baseline : polars DataFrame
        Observables at time 0, one row per patient.
    columns : mapping
        Type of each column, by table and name.
    ward : WardData or None
        Grades and infusions, where a ward acted.
    """

    folder: Path
    manifest: Manifest
    model: ModelRecord
    patients: pl.DataFrame
    outcomes: pl.DataFrame
    courses: Mapping[tuple[str, str], Course]
    baseline: pl.DataFrame
    columns: Mapping[str, Mapping[str, str]]
    ward: WardData | None = None

    @property
    def arms(self) -> tuple[Arm, ...]:
        """Arms that hold a patient, in the order of the study."""
        present = set(self.outcomes["arm"].unique())
        return tuple(arm for arm in self.manifest.arms if arm.name in present)

    def style(self, arm: Arm) -> ArmStyle:
        """How an arm looks in every figure."""
        return arm_style(self.manifest.arms.index(arm))

    def keys(self) -> list[tuple[ArmStyle, str]]:
        """Style and label of every arm, for the key of a figure."""
        return [(self.style(arm), arm.label) for arm in self.arms]

    def course(self, arm: Arm, observable: str) -> Course:
        """Quantiles over time of an observable in an arm."""
        return self.courses[arm.name, observable]

    def has(self, observable: str) -> bool:
        """Whether the run recorded an observable."""
        return all((arm.name, observable) in self.courses for arm in self.arms)

    def finished(self, arm: Arm) -> pl.DataFrame:
        """Outcomes of the patients of an arm who did not fail, by id."""
        return self.outcomes.filter((pl.col("arm") == arm.name) & ~pl.col("failed")).sort("id")

    def failed(self) -> pl.DataFrame:
        """Outcomes rows of the patients who failed."""
        return self.outcomes.filter(pl.col("failed"))

    def pairs(self, first: Arm, second: Arm) -> pl.DataFrame:
        """Patients who finished in both arms; columns of the second arm end in ``_second``."""
        return self.finished(first).join(self.finished(second), on="id", suffix="_second")

    @property
    def is_response_assessed(self) -> bool:
        """Whether the run is long enough for a first marrow, and response may be claimed."""
        return self.manifest.response_criteria and self.manifest.days >= WINDOWS[0] - DAYS_BEFORE

    def unit(self, observable: str) -> str:
        """Unit of an observable, as it is printed."""
        return unit_text(self.manifest.units.get(observable, ""))

    def label(self, observable: str) -> str:
        """Name of an observable for people."""
        return self.manifest.labels.get(observable, observable.replace("_", " "))

    def axis(self, observable: str) -> str:
        """Name and unit of an observable, as on an axis."""
        unit = self.unit(observable)
        return f"{self.label(observable)}, {unit}" if unit else self.label(observable)


def read_run(folder: Path) -> RunData:
    """Read a run folder.

    Parameters
    ----------
    folder : Path
        Folder that ``trimer trial`` wrote.

    Raises
    ------
    StoreError
        If a file is missing or damaged, or no patient was finished.
    """
    stored = open_run(folder)
    manifest = read_manifest(stored)
    model = read_model(folder)
    tables = {name: _scan(stored, name) for name in TABLES}
    outcomes = _collect(folder, "outcomes", tables["outcomes"]).with_columns(
        pl.col("arm").cast(pl.String), pl.col("failed").fill_null(value=False)
    )
    if outcomes.filter(~pl.col("failed")).is_empty():
        message = (
            f"No virtual patient was finished in run folder '{folder}' (status "
            f"'{manifest.status}'); a report needs at least one. Run the study again."
        )
        raise StoreError(message)
    profiles = tables["profiles"].with_columns(pl.col("arm").cast(pl.String))
    failed = outcomes.filter(pl.col("failed")).select("arm", "id")
    drawn = outcomes.select("id").unique().sort("id").head(MOST_COURSES)
    profiles = profiles.filter(pl.col("id") <= drawn["id"].max())
    kept = profiles.join(failed.lazy(), on=["arm", "id"], how="anti") if len(failed) else profiles
    columns = {name: _columns(folder, name, tables[name]) for name in TABLES}
    for name in (name for name in WARD_TABLES if stored.has(name)):
        columns[name] = _columns(folder, name, stored.scan(name))
    observables = [name for name in columns["profiles"] if name not in {"arm", "id", "time"}]
    _require(folder, "outcomes", outcomes.columns, ("arm", "id", "crs_grade", "response"))
    return RunData(
        folder=folder,
        manifest=manifest,
        model=model,
        patients=_collect(folder, "patients", tables["patients"]),
        outcomes=outcomes,
        courses=_courses(folder, kept, [name for name in COURSES if name in observables]),
        baseline=_baseline(folder, kept, observables),
        columns=columns,
        ward=read_ward(stored, outcomes) if manifest.is_on_ward else None,
    )


def _courses(
    folder: Path, profiles: pl.LazyFrame, observables: list[str]
) -> dict[tuple[str, str], Course]:
    """Quantiles of every observable in one pass over the table."""
    values = [pl.col(name).cast(pl.Float64).fill_nan(None) for name in observables]
    wanted = [value.count().name.suffix("|n") for value in values] + [
        value.quantile(q, "linear").name.suffix(f"|{q}") for value in values for q in QUANTILES
    ]
    table = _collect(
        folder, "profiles", profiles.group_by("arm", "time").agg(wanted).sort("arm", "time")
    )
    courses = {}
    for (arm,), part in table.group_by("arm", maintain_order=True):
        for name in observables:
            shown = part.filter(pl.col(f"{name}|n") > 0)
            bands = shown.select(f"{name}|{q}" for q in QUANTILES).to_numpy().T
            if len(shown):
                courses[str(arm), name] = Course(
                    shown["time"].to_numpy(),
                    np.ascontiguousarray(bands),
                    shown[f"{name}|n"].to_numpy(),
                )
    return courses


def _baseline(folder: Path, profiles: pl.LazyFrame, observables: list[str]) -> pl.DataFrame:
    start = _collect(folder, "profiles", profiles.filter(pl.col("time") == 0.0))
    return start.unique("id", keep="first", maintain_order=True).select("id", *observables)


def _scan(stored: StoredRun, name: str) -> pl.LazyFrame:
    path = stored.path / f"{name}.parquet"
    if stored.is_complete and not path.is_file():
        message = (
            f"No file '{path.name}' in run folder '{stored.path}'; a report needs run.json, "
            f"model.json and the tables {', '.join(TABLES)}. Run the study again, or restore "
            "the file."
        )
        raise StoreError(message)
    return stored.scan(name)


def _collect(folder: Path, name: str, frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(folder, name, error) from error


def _damaged(folder: Path, name: str, error: Exception) -> StoreError:
    return StoreError(
        f"Table '{name}.parquet' in run folder '{folder}' cannot be read: "
        f"{str(error).splitlines()[0]}. The file may be damaged. Run the study again."
    )


def _columns(folder: Path, name: str, frame: pl.LazyFrame) -> dict[str, str]:
    try:
        schema = frame.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _damaged(folder, name, error) from error
    return {column: str(kind) for column, kind in schema.items()}


def _require(folder: Path, name: str, columns: list[str], needed: tuple[str, ...]) -> None:
    missing = [column for column in needed if column not in columns]
    if missing:
        message = (
            f"Table '{name}.parquet' in run folder '{folder}' lacks the column "
            f"'{missing[0]}'; it has {', '.join(columns)}. Was it written by another version?"
        )
        raise StoreError(message)
