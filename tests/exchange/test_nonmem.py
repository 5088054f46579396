# SPDX-License-Identifier: Apache-2.0
"""The event table alone brings the run out again; every table as CSV reads back."""

from __future__ import annotations

import csv

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from trimer.core.errors import InputError, StoreError
from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT, Schedule
from trimer.exchange.nonmem import event_table, write_nonmem
from trimer.exchange.plain import write_csv
from trimer.patients import Cohort
from trimer.simulate import prepare
from trimer.simulate.matching import parameter_matrix
from trimer.store import RunFolder, open_run
from trimer.trial.recipe import shipped


def follow(rows, drugs, compiled, P):
    """Simulate one patient from his rows of the file and nothing else; return IL-6 and DV."""
    factor = compiled.route_factors(P)[0]
    routes = {(route.drug, route.kind): k for k, route in enumerate(compiled.routes)}
    events = []  # time, order at one time, kind, index, value
    for row in rows:
        time, drug = round(float(row["TAFD"]), 9), drugs[int(row["CMT"])]
        amount, rate, evid = float(row["AMT"]), float(row["RATE"]), int(row["EVID"])
        if evid == 0 or (drug, "infusion" if rate or evid == 2 else "bolus") not in routes:
            continue
        k = routes[drug, "infusion" if rate or evid == 2 else "bolus"]
        unit, index = factor[k], int(compiled.routes[k].index)
        if evid == 2:
            events.append((time, 2, SET_INPUT, index, float(row["DV"]) * unit))
        elif rate:
            events.append((time, 2, SET_INPUT, index, rate * unit))
            events.append((round(time + amount / rate, 9), 0, SET_INPUT, index, 0.0))
        else:
            events.append((time, 1, ADD_TO_SPECIES, index, amount * unit))
    events.sort(key=lambda event: event[:2])
    time, _, kind, index, value = (np.array(column) for column in zip(*events, strict=True))
    schedule = Schedule(
        np.array([0, len(events)]), time, kind.astype(np.int8), index.astype(np.int32), value
    )
    seen = [row for row in rows if row["EVID"] == "0"]
    times = np.array([float(row["TAFD"]) for row in seen])
    solution = compiled.solve(
        P, schedule, min(0.0, time[0]), times[-1], times, ("concentration", "IL6"), rtol=1e-8
    )
    return solution.values[0], np.array([float(row["DV"]) for row in seen])


@pytest.mark.parametrize("which", ["ward_run", "plain_run", "designed_run"])
def test_the_table_reproduces_the_run(which, request, tmp_path):
    """Doses and parameters read from the file, solved anew: the courses that the run stored."""
    run = request.getfixturevalue(which)
    write_nonmem(run, tmp_path / "events.csv")
    with (tmp_path / "events.csv").open() as file:
        rows = list(csv.DictReader(file))
    with (tmp_path / "events.dictionary.csv").open() as file:
        names = {row["name"]: row for row in csv.DictReader(file)}
    drugs = {
        int(name.removeprefix("CMT ")): row["definition"]
        for name, row in names.items()
        if name.startswith("CMT ")
    }
    assert drugs[1] == "flotetuzumab"
    compiled = prepare(shipped(run.manifest["model"]["name"]))
    profiles = run.read("profiles")
    arms = [arm["name"] for arm in run.manifest["arms"]]
    card = {row.name: row.value for row in compiled.parameter_table}
    for number in ("1", "2", str(len({row["ID"] for row in rows}))):
        mine = [row for row in rows if row["ID"] == number]
        values = card | {name: float(mine[0][name]) for name in card if name in mine[0]}
        cohort = Cohort.from_columns({"id": [0]} | {k: [v] for k, v in values.items()}, name="him")
        P = parameter_matrix(compiled, cohort)
        found, seen = follow(mine, drugs, compiled, P)
        stored = profiles.filter(
            arm=arms[int(mine[0]["ARM"]) - 1], id=int(mine[0]["PATIENT"])
        ).sort("time")
        for column, want in ((0, stored["concentration"]), (1, stored["IL6"])):
            peak = want.max()
            assert np.abs(found[:, column] - want.to_numpy()).max() <= 1e-3 * peak
        assert np.abs(found[:, 0] - seen).max() <= 1e-3 * seen.max()


def test_rows_are_in_order_and_numbers(ward_run):
    """By patient and time, from time 0 on; an observation stands before a dose of its time."""
    table, cmt = event_table(ward_run)
    assert all(dtype.is_numeric() for dtype in table.dtypes)
    assert table["TIME"].min() == 0
    keys = table.select("ID", "TIME").rows()
    assert keys == sorted(keys)
    assert table["ID"].n_unique() == 12
    assert table["ID"].max() == 12
    tied = table.filter(pl.len().over("ID", "TIME") > 1)
    assert (
        tied.group_by("ID", "TIME", maintain_order=True).agg("EVID")["EVID"].list.first() >= 0
    ).all()
    at_start = table.filter((pl.col("ID") == 1) & (pl.col("TAFD") == 0))
    assert at_start["EVID"].to_list()[0] == 0
    assert (table.filter(pl.col("EVID") == 1)["AMT"] > 0).all()
    assert set(table.filter(pl.col("EVID") != 1)["AMT"]) == {0.0}
    assert sorted(cmt.values()) == list(range(1, len(cmt) + 1))
    given = ward_run.read("doses").filter(pl.col("status").is_in(["given", "reduced"]))
    assert table["AMT"].sum() == pytest.approx(given["amount"].sum())


def test_names_that_nonmem_cannot_read_are_sentences(tmp_path):
    """Longer than 20 characters, or one of its own."""
    for name in ("a_parameter_of_the_longest_kind", "amt"):
        folder = RunFolder(tmp_path / name, {"study": {"name": "s"}, "arms": [{"name": "a"}]})
        dose = {
            "arm": ["a"],
            "id": [1],
            "time": [0.0],
            "drug": ["x"],
            "amount": [1.0],
            "rate": [0.0],
            "unit": ["mg"],
        }
        profile = {"arm": ["a"], "id": [1], "time": [0.0], "concentration": [0.0]}
        folder.add(
            {
                "patients": [pl.DataFrame({"id": [1], name: [1.0]})],
                "doses": [pl.DataFrame(dose)],
                "profiles": [pl.DataFrame(profile)],
            }
        )
        folder.close("complete")
        with pytest.raises(InputError, match=f"got parameter '{name}'"):
            event_table(open_run(folder.path))
    empty = RunFolder(tmp_path / "empty", {})
    with pytest.raises(StoreError, match="keeps no doses"):
        event_table(open_run(empty.path))


def test_csv_reads_back_as_the_tables(ward_run, tmp_path):
    """Row by row, to the last digit; every column is in the dictionary."""
    rows = write_csv(ward_run, tmp_path)
    with (tmp_path / "dictionary.csv").open() as file:
        known = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
    for name, count in rows.items():
        table = ward_run.read(name)
        found = pl.read_csv(tmp_path / f"{name}.csv", schema_overrides=table.schema)
        found = found.with_columns(pl.col(pl.String).fill_null(""))
        assert found.height == count
        want = table.with_columns(pl.col(pl.String).fill_null(""))
        assert_frame_equal(found, want, check_exact=True)
        assert all((name, column) in known for column in table.columns)
    assert known["profiles", "IL6"]["unit"] == "pg/mL"
    assert known["patients", "WT"]["definition"] == "body weight"
    assert "SIMULATED" in (tmp_path / "README.txt").read_text()
