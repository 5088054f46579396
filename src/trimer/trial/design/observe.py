# SPDX-License-Identifier: Apache-2.0
"""What the patients of a run have of each endpoint: one row each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from trimer.assess import relapse_day, response_day
from trimer.protocol.rule import Rule
from trimer.trial.fate import HAZARDS, Fates, fates
from trimer.trial.fate_constants import fate_constants
from trimer.trial.ward import ward_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trimer.protocol.protocol import Protocol
    from trimer.simulate import Run
    from trimer.trial.design.endpoint import Endpoint

    Floats = NDArray[np.float64]

COURSES = ("blasts", "blood_blasts", "ANC", "PLT")
"""Outputs that a response is judged by."""

MRD = "MRD"
"""Decimal logarithm of the leukemic share of marrow cells."""

FATE = (MRD, *HAZARDS.values())
"""Outputs of a model that tells who dies."""

_WATCH = "endpoint "
_MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True, slots=True)
class Observation:
    """How patients are observed.

    Parameters
    ----------
    endpoints : tuple of Endpoint
        What is looked for.
    visits : tuple of float
        Days on which a marrow is taken.
    dropout_per_day : float
        Hazard of withdrawal, per **day**.
    transplants : bool
        Whether responders go on to a transplant.
    """

    endpoints: tuple[Endpoint, ...]
    visits: tuple[float, ...]
    dropout_per_day: float = 0.0
    transplants: bool = True

    def outputs(self, species: Sequence[str]) -> tuple[str, ...]:
        """Return which outputs of a model it takes."""
        return (*COURSES, *(FATE if set(FATE) <= set(species) else ()))


def watched(protocol: Protocol, endpoints: Sequence[Endpoint]) -> Protocol:
    """Return a protocol whose ward also judges the conditions of endpoints, and does nothing.

    A rule that does nothing leaves everything else as it is, to the bit; it is judged at every
    look, with its durations and trends, like any other.
    """
    rules = [
        Rule(_WATCH + endpoint.name, endpoint.when, (), basis="endpoint")
        for endpoint in endpoints
        if endpoint.when is not None
    ]
    if not rules or not protocol.is_closed_loop:
        return protocol
    return replace(protocol, rules=(*protocol.rules, *rules))


def first_held(run: Run, endpoint: Endpoint) -> Floats:
    """Return the day on which the condition of an endpoint first held, NaN if never."""
    found = np.full(len(run.ids), np.nan)
    if run.ward is None:
        return found
    names = [name for name, _ in run.ward.rules]
    number = names.index(_WATCH + endpoint.name)
    for journal, first in zip(run.ward.parts, run.ward.firsts, strict=True):
        rows = journal.table("stretches")
        yes = (rows["rule"] == number) & (rows["verdict"] == 1)
        who, day = first + rows["patient"][yes], rows["first"][yes] / _MINUTES_PER_DAY
        np.fmin.at(found, who, day)
    return found


def observe(arm: str, run: Run, stored: NDArray[np.intp], how: Observation) -> pl.DataFrame:
    """Return what the patients of a run have of each endpoint.

    After withdrawal or death nothing more is seen: who has no response by then has none.

    Parameters
    ----------
    arm : str
        Name of the arm.
    run : Run
        On the protocol from `watched`, with the outputs that `how` takes.
    stored : int array
        Which of the run's output times count.
    how : Observation
        What is looked for.

    Returns
    -------
    polars DataFrame
        ``arm``, ``id``, ``failed``, days of withdrawal, death and transplant, whether blood is
        formed by a donor's cells since (``donor_blood``), and the cause of death; for each endpoint
        NAME that patients have or have not ``NAME`` and ``NAME_day``, for each time ``NAME_days``
        and ``NAME_event``, for each mean ``NAME``. Null where a patient could not be followed.
    """
    times = run.times[stored]
    courses = [run.column(name)[:, stored] for name in COURSES]
    fate = _fates(run, stored, courses, how)
    gone = np.fmin(fate.death_day, fate.withdrawal_day)
    columns: dict[str, NDArray[np.generic]] = {
        "withdrawal_day": fate.withdrawal_day,
        "death_day": fate.death_day,
        "transplant_day": fate.transplant_day,
        "donor_blood": ~np.isnan(fate.transplant_day),
        "cause": fate.cause,
    }
    extra: Mapping[str, NDArray[np.generic]] = {}
    if run.ward is not None and any(endpoint.kind == "mean" for endpoint in how.endpoints):
        extra = ward_columns(run, run.ward)
    for endpoint in how.endpoints:
        name = endpoint.name
        if endpoint.kind == "time":
            columns |= _time(endpoint, fate, float(times[-1]))
        elif endpoint.kind == "mean":
            columns[name] = np.asarray(extra[endpoint.mean_of], dtype=np.float64)
        else:
            mrd = run.column(MRD)[:, stored] if endpoint.mrd_below is not None else None
            day = _day(endpoint, run, times, courses, how.visits, mrd)
            seen = ~(day > gone) & ~np.isnan(day)
            if endpoint.by_day is not None:
                seen &= day <= endpoint.by_day
            columns[name], columns[f"{name}_day"] = seen, np.where(seen, day, np.nan)
    failed = run.status != 0
    frame = pl.DataFrame({"id": run.ids, "failed": failed, **columns}, strict=True)
    frame = frame.with_columns(
        pl.col(pl.Float64).fill_nan(None),
        pl.when(pl.col("cause") != "").then(pl.col("cause")).alias("cause"),
    )
    kept = ("id", "failed")
    frame = frame.with_columns(
        pl.when(~pl.col("failed")).then(pl.col(name)).alias(name)
        for name in frame.columns
        if name not in kept
    )
    return frame.select(pl.lit(arm).alias("arm"), pl.all())


def _day(
    endpoint: Endpoint,
    run: Run,
    times: Floats,
    courses: Sequence[Floats],
    visits: Sequence[float],
    mrd: Floats | None,
) -> Floats:
    """Return the first day on which each patient has what the endpoint asks for."""
    if endpoint.when is not None:
        return first_held(run, endpoint)
    blasts, blood, anc, plt = courses
    due = [day for day in visits if endpoint.by_day is None or day <= endpoint.by_day]
    first = np.full(len(run.ids), np.nan)
    for visit in (day for day in due if day <= times[-1]):
        found = response_day(
            times, blasts, blood, anc, plt, windows=[visit], kinds=endpoint.response,
            criteria=endpoint.criteria,
        )  # fmt: skip
        if mrd is not None and endpoint.mrd_below is not None:
            marrow = mrd[:, np.searchsorted(times, visit)]
            found = np.where(marrow < np.log10(endpoint.mrd_below), found, np.nan)
        first = np.where(np.isnan(first), found, first)
    return first


def _time(endpoint: Endpoint, fate: Fates, end: float) -> dict[str, NDArray[np.generic]]:
    """Return the time of an endpoint and whether it ended in the event."""
    if endpoint.time_to == "response":
        has = ~np.isnan(fate.response_day)
        gone = np.fmin(np.fmin(fate.death_day, fate.withdrawal_day), end)
        days, event = np.where(has, fate.response_day, gone), has
    else:
        short = {"death": "os", "failure": "efs", "relapse": "dor"}[endpoint.time_to]
        days, event = getattr(fate, f"{short}_days"), getattr(fate, f"{short}_event")
    if endpoint.by_day is not None:
        event = event & (days <= endpoint.by_day)
        days = np.minimum(days, endpoint.by_day)
    return {f"{endpoint.name}_days": days, f"{endpoint.name}_event": event}


def _fates(
    run: Run, stored: NDArray[np.intp], courses: Sequence[Floats], how: Observation
) -> Fates:
    """Return what becomes of patients; where the model tells of no death, they may withdraw."""
    times = run.times[stored]
    blasts, blood, anc, plt = courses
    due = [day for day in how.visits if day <= times[-1]]
    response = response_day(times, blasts, blood, anc, plt, windows=due)
    back = relapse_day(times, blasts, blood, response)
    tells = set(FATE) <= set(run.names)
    nothing = np.zeros((len(run.ids), len(times)))
    hazards = {
        cause: run.column(state)[:, stored] if tells else nothing
        for cause, state in HAZARDS.items()
    }
    return fates(
        run.ids,
        times,
        hazards,
        response_day=response,
        relapse_day=back,
        seed=run.cohort.seed or 0,
        residual=run.column("MRD")[:, stored] if tells else None,
        treated_until=float(times[-1]),
        transplants=how.transplants and tells,
        constants=replace(fate_constants(), withdraws=how.dropout_per_day),
    )
