# SPDX-License-Identifier: Apache-2.0
"""ADaM: read back by other readers, equal to the run's own tables, within the standard's limits."""

from __future__ import annotations

import csv
import json
import warnings
from datetime import date, datetime

import polars as pl
import pyreadstat
import pytest

from trimer.cli import main
from trimer.core.errors import InputError, StoreError
from trimer.exchange.adam import write_adam
from trimer.exchange.adam.adverse import episodes
from trimer.exchange.adam.dictionary import datasets
from trimer.exchange.adam.subjects import relative_day
from trimer.exchange.adam.transport import check_lengths, plain
from trimer.store import open_run

START = datetime(2027, 1, 4, 9)  # noqa: DTZ001 (SAS knows no zones)


@pytest.fixture(scope="module")
def folder(ward_run, tmp_path_factory):
    """Return a folder with the datasets of the run on a ward."""
    out = tmp_path_factory.mktemp("adam")
    write_adam(ward_run, out, START)
    return out


def transport(folder, name):
    """Read a transport file with ReadStat."""
    return pyreadstat.read_xport(str(folder / f"{name.lower()}.xpt"), output_format="polars")


@pytest.mark.parametrize("name", list(datasets()))
def test_both_forms_say_the_same_and_keep_to_the_standard(folder, name):
    """XPT by ReadStat, Dataset-JSON by its specification: same names, labels, records, values."""
    table, meta = transport(folder, name)
    record = json.loads((folder / f"{name.lower()}.json").read_text())
    dataset = datasets()[name]
    assert meta.table_name == name
    assert meta.file_label == dataset.label
    assert "Simulated" in dataset.label
    assert meta.column_names == [v.name for v in dataset.variables]
    assert meta.column_names_to_labels == {v.name: v.label for v in dataset.variables}
    assert all(len(v.name) <= 8 and len(v.label) <= 40 for v in dataset.variables)
    assert record["datasetJSONVersion"].startswith("1.1")
    assert record["records"] == len(record["rows"]) == table.height > 0
    assert [column["name"] for column in record["columns"]] == table.columns
    for place, column in enumerate(record["columns"]):
        assert {"itemOID", "name", "label", "dataType"} <= column.keys()
        got = table[column["name"]].to_list()
        want = [row[place] for row in record["rows"]]
        if column["dataType"] in {"date", "datetime"}:
            got = [None if value is None else value.isoformat() for value in got]
        elif column["dataType"] == "string":
            want = plain(pl.Series([value or "" for value in want])).to_list()
        if column["dataType"] == "double":  # SAS has numbers of its own, as fine as ours
            assert [x is None for x in got] == [x is None for x in want]
            got, want = ([x or 0.0 for x in values] for values in (got, want))
            assert got == pytest.approx(want, rel=1e-13)
        else:
            assert got == want


def test_pandas_reads_the_transport_files_too(folder):
    """Another reader of the format, written for SAS files."""
    pandas = pytest.importorskip("pandas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pandas.read_sas(folder / "adsl.xpt", encoding="ascii")
    table, _ = transport(folder, "ADSL")
    assert found["USUBJID"].tolist() == table["USUBJID"].to_list()
    assert found["WEIGHTBL"].tolist() == table["WEIGHTBL"].to_list()


def test_subjects_are_marked_as_simulated_and_what_is_not_known_is_missing(folder, ward_run):
    """One for each patient in each arm; age and sex are not made up."""
    table, _ = transport(folder, "ADSL")
    assert table.height == 12
    assert table["STUDYID"].unique().to_list() == ["SIM-flotetuzumab-lead-in"]
    assert "SIM-flotetuzumab-lead-in-multi-step-1-3" in table["USUBJID"].to_list()
    assert table["AGE"].null_count() == 12
    assert set(table["SEX"]) == {"U"}
    assert set(table["SYNFL"]) == set(table["SAFFL"]) == {"Y"}
    weight = dict(ward_run.read("patients").select("id", "WT").iter_rows())
    assert {int(i): w for i, w in table.select("SUBJID", "WEIGHTBL").iter_rows()} == weight
    assert set(table["TRTSDT"]) == {date(2027, 1, 4)}
    assert table["USUBJID"].n_unique() == 12
    assert "SIMULATED DATA" in (folder / "README.txt").read_text()
    assert json.loads((folder / "define.json").read_text())["synthetic"] is True


def test_exposure_adds_up_to_the_ledger(folder, ward_run):
    """Given and planned, drug by drug."""
    table, _ = transport(folder, "ADEX")
    doses = ward_run.read("doses")
    assert table.height == doses.height
    given = table.group_by("EXTRT").agg(pl.col("EXDOSE").sum()).sort("EXTRT")
    want = doses.group_by(pl.col("drug").str.to_uppercase()).agg(pl.col("amount").sum())
    assert given["EXDOSE"].to_list() == pytest.approx(want.sort("drug")["amount"].to_list())
    planned = (doses["planned"].fill_null(0) * doses["duration"]).sum()
    assert table["DOSEP"].sum() == pytest.approx(planned)
    held = table.filter(pl.col("EXSTAT") == "held")
    assert (held["EXDOSE"] == 0).all()


def test_concentrations_are_those_of_the_profiles(folder, ward_run):
    """Value by value; hours from the first and from the last change of the infusion."""
    table, _ = transport(folder, "ADPC")
    profiles = ward_run.read("profiles").sort("arm", "id", "time")
    mine = table.sort("TRTPN", "SUBJID", "AFRLT")
    assert table.height == profiles.height
    assert sorted(mine["AVAL"]) == sorted(float(x) for x in profiles["concentration"])
    assert table["AFRLT"].max() == 720
    first = table.filter(pl.col("USUBJID").str.contains("multi-step-1-0")).sort("AFRLT")
    # the second step begins on day 1: 24 h are 0 h from it, as are 0 h
    assert first.filter(pl.col("AFRLT").is_in([0.0, 24.0]))["ARRLT"].to_list() == [0, 0]
    assert (table["ARRLT"].drop_nulls() >= 0).all()


def test_laboratory_values_change_from_their_baseline(folder, ward_run):
    """Daily values, their change, and CTCAE grades of the counts that have them."""
    table, _ = transport(folder, "ADLB")
    profiles = ward_run.read("profiles")
    neutrophils = table.filter(pl.col("PARAMCD") == "NEUT")
    assert neutrophils.height == 12 * 31
    daily = profiles.filter((pl.col("time") % 1) == 0)["ANC"].cast(pl.Float64)
    assert sorted(neutrophils["AVAL"]) == sorted(daily)
    change = neutrophils["AVAL"] - neutrophils["BASE"]
    assert neutrophils["CHG"].to_list() == pytest.approx(change.to_list())
    assert (neutrophils.filter(pl.col("ABLFL") == "Y")["CHG"] == 0).all()
    low = neutrophils.filter(pl.col("AVAL") < 1.5)
    assert low.height > 0
    for value, grade in low.select("AVAL", "ATOXGR").iter_rows():
        assert grade == ("4" if value < 0.5 else "3" if value < 1.0 else "2")
    assert set(table.filter(pl.col("PARAMCD") == "IL6")["ATOXGR"]) == {""}


def test_adverse_events_hold_the_worst_grades(folder, ward_run):
    """The worst of a subject's episodes is what the outcomes say, onset and all."""
    table, _ = transport(folder, "ADAE")
    outcomes = ward_run.read("outcomes")
    crs = table.filter(pl.col("AEDECOD") == "Cytokine release syndrome")
    worst = crs.group_by("TRTPN", "SUBJID").agg(
        pl.col("AETOXGR").cast(pl.Int64).max().alias("grade"), pl.col("ASTDTM").min().alias("t")
    )
    place = {arm["name"]: k + 1 for k, arm in enumerate(ward_run.manifest["arms"])}
    want = {
        (place[row["arm"]], str(row["id"])): (row["crs_grade"], row["crs_onset"])
        for row in outcomes.iter_rows(named=True)
        if row["crs_grade"] > 0
    }
    got = {
        (row["TRTPN"], row["SUBJID"]): (
            row["grade"], (row["t"] - START).total_seconds() / 86_400,
        )
        for row in worst.iter_rows(named=True)
    }  # fmt: skip
    assert got.keys() == want.keys()
    for key, (grade, onset) in got.items():
        assert grade == want[key][0]
        assert onset == pytest.approx(want[key][1], abs=1e-5)
    assert set(table["AEACN"]) <= {
        "DOSE NOT CHANGED", "DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN"
    }  # fmt: skip
    assert set(table["AESER"]) == {""}
    assert table.filter(pl.col("AESEQ") == 1).height == table["USUBJID"].n_unique()


def test_an_episode_is_over_after_a_day_without_a_sign():
    """Short gaps do not make two of one; the worst grade of all its looks counts."""
    times = [1.0, 1.5, 2.0, 2.6, 5.0, 5.2, 9.0]
    grades = pl.DataFrame(
        {
            "arm": ["a"] * 7, "id": [1] * 7, "time": times, "CRS": [1, 0, 3, 0, 2, 0, 1],
            "step": [4, 4, 5, 5, 6, 6, 6],
        }
    )  # fmt: skip
    found = episodes(grades, "CRS")
    assert found["begin"].to_list() == [1.0, 5.0, 9.0]
    assert found["end"].to_list() == [2.6, 5.2, None]
    assert found["grade"].to_list() == [3, 2, 1]
    assert found["step"].to_list() == [4, 6, 6]


def test_responses_and_times_to_event_agree_with_the_outcomes(folder, ward_run):
    """The best of the visits is the best response; time to CRS is the onset, or the end."""
    outcomes = ward_run.read("outcomes")
    place = {arm["name"]: k + 1 for k, arm in enumerate(ward_run.manifest["arms"])}
    key = [(place[row["arm"]], str(row["id"])) for row in outcomes.iter_rows(named=True)]
    best = dict(zip(key, outcomes["response"], strict=True))
    table, _ = transport(folder, "ADRS")
    overall = table.filter(pl.col("PARAMCD") == "BESTRESP")
    assert {(r["TRTPN"], r["SUBJID"]): r["AVALC"] for r in overall.iter_rows(named=True)} == best
    visits = table.filter(pl.col("PARAMCD") == "OVRLRESP")
    assert set(visits["AVISIT"]) == {"Day 26", "Day 29"}
    top = visits.group_by("USUBJID").agg(pl.col("AVAL").max()).sort("USUBJID")
    assert top["AVAL"].to_list() == overall.sort("USUBJID")["AVAL"].to_list()
    times, _ = transport(folder, "ADTTE")
    onset = dict(zip(key, outcomes["crs_onset"], strict=True))
    for row in times.filter(pl.col("PARAMCD") == "TTCRS").iter_rows(named=True):
        day = onset[row["TRTPN"], row["SUBJID"]]
        known = day is not None and day == day  # noqa: PLR0124 (not NaN)
        assert row["CNSR"] == (0 if known else 1)
        assert row["AVAL"] == pytest.approx(day if known else 30.0)
    remission = times.filter(pl.col("PARAMCD") == "TTREM")
    assert remission.filter(pl.col("CNSR") == 0).height == sum(
        value in {"CR", "CRh", "CRi"} for value in best.values()
    )


def test_study_days_have_no_zero():
    """Day 1 is the day of the first dose, the day before is -1."""
    days = pl.DataFrame({"t": [-1.5, -0.02, 0.0, 0.99, 1.0, 62.9]})
    assert days.select(relative_day(pl.col("t")))["t"].to_list() == [-2, -1, 1, 1, 2, 63]


def test_a_run_of_fixed_schedules_has_no_events_and_only_whom_it_kept(plain_run, tmp_path):
    """Three of five patients have all tables; nobody graded, so there is no adverse event."""
    records = write_adam(plain_run, tmp_path, START)
    assert (records["ADSL"], records["ADAE"]) == (6, 0)
    assert records["ADTTE"] == 6
    assert transport(tmp_path, "ADAE")[0].height == 0
    table, _ = transport(tmp_path, "ADEX")
    assert set(table["EXSTAT"]) == {"given"}
    with (tmp_path / "define.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["dataset"] for row in rows} == set(records)


def test_a_randomized_trial_exports_its_first_repeat(designed_run, tmp_path):
    """Each patient is one subject; survival and other adverse events are there."""
    records = write_adam(designed_run, tmp_path, START)
    assert records["ADSL"] == 6
    endpoints = designed_run.read("endpoints").filter(pl.col("repeat") == 0)
    table, _ = transport(tmp_path, "ADTTE")
    survival = table.filter(pl.col("PARAMCD") == "OS").sort("SUBJID")
    want = endpoints.with_columns(pl.col("id").cast(pl.String)).sort("id")
    assert survival["AVAL"].to_list() == pytest.approx(want["survival_days"].to_list())
    assert survival["CNSR"].to_list() == [int(not event) for event in want["survival_event"]]
    events, _ = transport(tmp_path, "ADAE")
    adverse = designed_run.read("adverse").filter(~pl.col("term").is_in(["CRS", "ICANS"]))
    others = events.filter(pl.col("AESCALE") == "CTCAE v5")
    assert others.height == adverse.height > 0
    assert sorted(others["AEDECOD"]) == sorted(adverse["term"])
    assert set(others["AEACN"]) == {""}


def test_texts_too_long_for_the_standard_are_sentences():
    """Names of arms, labels, anything over 200 characters; letters become plain ones."""
    dataset = datasets()["ADSL"]
    row = {v.name: None for v in dataset.variables}
    for name, text in (("ARMCD", "x" * 21), ("TRTP", "y" * 201), ("ARM", "γ" * 100)):
        frame = dataset.fitted(pl.DataFrame([row | {name: text}]))
        with pytest.raises(InputError, match=f"Too long for a transport file in ADSL, {name}"):
            check_lengths(dataset, frame)
    assert plain(pl.Series(["IFN-γ ≥ 5 µg × 2", "é", None])).to_list() == [
        "IFN-gamma >= 5 ug x 2", "e", None,
    ]  # fmt: skip


def test_export_from_the_command_line(ward_run, plain_run, tmp_path, capsys):
    """A folder, a sentence, exit codes; an arm's name that is too long is said before it is cut."""
    run = str(plain_run.path)
    assert main(["export", run, "--as", "adam", "--out", str(tmp_path / "a"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"]["ADSL"] == 6
    assert main(["export", run, "--as", "adam", "--out", str(tmp_path / "a")]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["export", run, "--as", "sdtm", "--out", str(tmp_path / "b")]) == 1
    assert main(["export", run, "--as", "csv", "--patient", "1", "--out", str(tmp_path / "b")]) == 1
    assert main(["export", run, "--as", "fhir", "--out", str(tmp_path / "b")]) == 1
    assert "--patient" in capsys.readouterr().err
    manifest = json.loads((ward_run.path / "run.json").read_text())
    assert manifest["status"] == "complete"


def test_a_run_that_keeps_too_little_is_refused(tmp_path):
    """With what to do."""
    from trimer.store import RunFolder

    folder = RunFolder(tmp_path / "run", {"study": {"name": "s"}, "arms": []})
    folder.add({"outcomes": [pl.DataFrame({"arm": ["a"], "id": [1]})]})
    folder.close("complete")
    with pytest.raises(StoreError, match="--detail all"):
        write_adam(open_run(tmp_path / "run"), tmp_path / "out", START)
