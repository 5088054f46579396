# SPDX-License-Identifier: Apache-2.0
"""A small run on a ward, written down by hand with the ward's own journal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trimer.patients import Cohort
from trimer.protocol import parse_protocol
from trimer.simulate import Run
from trimer.simulate.ward.journal import Journal, Notes
from trimer.simulate.ward.record import WardRecord

PROTOCOL = (Path(__file__).parent / "protocol.toml.in").read_text(encoding="utf-8")
LEAD_IN = (30, 60, 100, 200, 300, 400, 500)
NOTICE = "Trimer's default policy: assumed, not the trial's protocol."
ARMS = {"multi-step": "Multi-step lead-in", "flat": "Flat 500, no lead-in"}
WARD_UNITS = {"MAP": "mmHg", "SpO2": "%", "hemoglobin": "g/dL", "IL6_signal": "pg/mL"}
QUANTITIES = ("temperature", "MAP", "SpO2", "ANC", "platelets", "hemoglobin", "ALT", "blasts")
RULES = (
    ("fever", "CRS >= 1 and fever"),
    ("CRS grade 2", "CRS >= 2"),
    ("oxygen for hypoxia", "SpO2 < 92 % for 2 readings"),
    ("wean oxygen", "oxygen >= 1 and SpO2 >= 96 % for 6 h"),
    ("organ stress", "ALT > 5 x ULN or AST > 5 x ULN"),
)


def protocol_text(arm):
    """The protocol of an arm as a file has it."""
    steps = "\n".join(
        f'[[lead_in]]\nrate = "{rate} ng/kg/day"\ndays = 1\n'
        for rate in (LEAD_IN if arm == "multi-step" else ())
    )
    return PROTOCOL.format(name=arm, title=ARMS[arm], lead_in=steps)


class Pen:
    """Writes into a journal what befalls one patient; hours since the first dose, 70 kg."""

    def __init__(self, journal, row, levels, days):
        self.journal, self.row, self.levels, self.days = journal, row, levels, days
        self.vitals, self.grade, self.icans = (37.0, 85.0, 97.0), 0, 0
        self.level = -1

    def _row(self, table, hour, **columns):
        self._write(table, minute=round(hour * 60), **columns)

    def _write(self, table, **columns):
        notes = Notes(np.array([self.row]))
        notes.add(table, np.array([0]), **columns)
        self.journal.keep(notes)

    def _word(self, text):
        return self.journal.words.number(text)

    def _dose(self, hour, drug, what, amount, **columns):
        rest = {"planned": np.nan, "by": 0, "why": 0, "step": 0, "kind": -1, "index": -1}
        words = {
            name: self._word(columns.pop(name)) for name in ("unit", "by", "why") if name in columns
        }
        self._row(
            "doses", hour, drug=self._word(drug), what=what, amount=amount, value=0.0,
            **{**rest, **columns, **words},
        )  # fmt: skip

    def see(self, temperature=37.0, pressure=85.0, saturation=97.0):
        """What is read from now on."""
        self.vitals = (temperature, pressure, saturation)

    def flow(self, hour, rate, planned, why=""):
        """From now on this rate, in ng/kg/day; `why` there is none or less."""
        self.level = self.levels.index(rate) if rate else -1
        if 0 < rate < planned:
            why = "below the plan"
        self._dose(
            hour, "flotetuzumab", 0, 70.0 * rate, planned=70.0 * planned, unit="ng", why=why,
            step=self.level + 1,
        )  # fmt: skip

    def give(self, hour, drug, amount, unit, by):
        """One dose."""
        self._dose(hour, drug, 1, amount, unit=unit, by=by)

    def refuse(self, hour, drug, amount, unit, by, why):
        """No dose, and why."""
        self._dose(hour, drug, 3, amount, unit=unit, by=by, why=why)

    def support(self, hour, what, level, by):
        """Set a level."""
        self._dose(hour, what, 2, level, unit="level", by=by)

    def decide(self, hour, rule, action, quantity="", value=np.nan):
        """Something was decided."""
        temperature, pressure, saturation = self.vitals
        self._row(
            "decisions", hour, rule=self._word(rule), action=self._word(action),
            quantity=self._word(quantity), value=value, temperature=temperature, MAP=pressure,
            SpO2=saturation, CRS=self.grade, ICANS=self.icans,
        )  # fmt: skip

    def grades(self, hour, crs, icans=0):
        """A grade has changed."""
        self.grade, self.icans = crs, icans
        self._row(
            "grades", hour, CRS=crs, CRS_Lee=crs, CRS_CTCAE=crs, ICANS=icans, level=self.level
        )

    def verdict(self, rule, verdict, hours, looks, lowest=np.nan, highest=np.nan):
        """What a rule said for a while."""
        number = [name for name, _ in RULES].index(rule)
        first, last = (round(60 * hour) for hour in hours)
        self._write(
            "stretches", rule=number, verdict=verdict, first=first, last=last, looks=looks,
            lowest=lowest, highest=highest,
        )  # fmt: skip

    def read(self, hour, **values):
        """One look at the chart."""
        nothing = dict.fromkeys(QUANTITIES, np.nan)
        self._row("readings", hour, **{**nothing, **values})


def start(pen):
    """Premedication and first dose."""
    pen.give(-0.5, "dexamethasone", 10.0, "mg", "premedication before first dose")
    pen.flow(0, pen.levels[0], pen.levels[0])
    pen.decide(0, "plan", "first dose")


def steps(pen, first, last, begin_hour=0):
    """Step up once a day from one level to another; returns the hour after."""
    for k in range(first, last + 1):
        hour = begin_hour + 24 * (k - first + 1)
        due = pen.levels[min(int(hour // 24), len(pen.levels) - 1)]
        pen.flow(hour, pen.levels[k], due)
        pen.decide(hour, "plan", "next level")


def patient_17(pen):  # noqa: PLR0915 (a story is told from end to end)
    """The story that the tests tell: fever, a hold of 16 hours, and the pump on day 17."""
    start(pen)
    steps(pen, 1, 3)
    pen.see(38.7)
    pen.grades(81, 1)
    pen.give(81, "acetaminophen", 650.0, "mg", "fever")
    pen.decide(81, "fever", "acetaminophen 650 mg every 6 h", "CRS", 1.0)
    pen.give(87, "acetaminophen", 650.0, "mg", "fever")
    pen.decide(87, "fever", "acetaminophen 650 mg every 6 h", "CRS", 1.0)
    pen.give(93, "acetaminophen", 650.0, "mg", "fever")
    pen.decide(93, "fever", "acetaminophen 650 mg every 6 h", "CRS", 1.0)
    pen.flow(96, 200, 300)
    pen.decide(96, "step", "step up put off")
    pen.see(39.4, 61.0, 93.0)
    pen.grades(104, 2)
    pen.decide(104, "CRS grade 2", "hold", "CRS", 2.0)
    pen.give(104, "tocilizumab", 560.0, "mg", "CRS grade 2")
    pen.decide(104, "CRS grade 2", "tocilizumab 8 mg/kg every 8 h", "CRS", 2.0)
    pen.flow(104, 0, 300, "held")
    pen.see(39.0, 68.0, 90.0)
    pen.support(106, "oxygen", 1.0, "oxygen for hypoxia")
    pen.decide(106, "oxygen for hypoxia", "raise oxygen every 1 h", "SpO2", 90.0)
    pen.refuse(108, "tocilizumab", 560.0, "mg", "CRS grade 2", "too soon after the last dose")
    pen.see(37.4, 78.0, 97.0)
    pen.support(118, "oxygen", 0.0, "wean oxygen")
    pen.decide(118, "wean oxygen", "lower oxygen every 6 h", "SpO2", 97.0)
    pen.grades(119.5, 0)
    pen.decide(119.5, "CRS grade 2", "hold ends, one step back")
    pen.decide(119.5, "restart", "after the gap: same rate")
    pen.give(119.5, "dexamethasone", 10.0, "mg", "premedication before restart")
    pen.flow(120, 0, 400, "premedication")
    pen.flow(120.25, 100, 400)
    pen.decide(120.25, "restart", "drug flows again")
    steps(pen, 3, 6, begin_hour=120.25)
    pen.see()
    pen.decide(240, "hospital", "discharged")
    for day in (10, 14):
        pen.flow(24 * day + 20, 0, 500, "pump")
        pen.flow(24 * day + 20.25, 500, 500)
        pen.decide(24 * day + 20.25, "pump", "the pump runs again")
        pen.decide(24 * day + 20.25, "restart", "after the gap: same rate")
        pen.decide(24 * day + 20.25, "restart", "drug flows again")
    pen.decide(417, "pump", "alarm: occlusion")
    pen.flow(417, 0, 500, "pump")
    pen.decide(426, "pump", "the pump runs again")
    pen.decide(426, "restart", "after the gap: same rate")
    pen.flow(426, 500, 500)
    pen.decide(426, "restart", "drug flows again")
    pen.verdict("fever", 0, (0, 80), 20, 0.0, 0.0)
    pen.verdict("fever", 1, (81, 118), 12, 1.0, 2.0)
    pen.verdict("fever", 0, (119.5, 670), 200, 0.0, 0.0)
    pen.verdict("organ stress", -1, (0, 4), 2)
    pen.verdict("organ stress", 0, (8, 670), 27, 21.0, 63.0)
    for hour in np.arange(0, 24 * pen.days, 4):
        curves = truth(np.array([hour / 24]), 17)
        noise = np.random.default_rng(int(hour)).standard_normal(3)
        pen.read(
            hour,
            temperature=round(curves["temperature"][0] + 0.15 * noise[0], 1),
            MAP=round(curves["MAP"][0] + 4 * noise[1]),
            SpO2=min(100, round(curves["SpO2"][0] + 0.8 * noise[2])),
            ANC=curves["ANC"][0] if hour % 24 == 4 else np.nan,
            blasts=(np.nan if hour < 648 else 3.2),
        )


def patient_calm(pen):
    """Nothing happens."""
    start(pen)
    steps(pen, 1, len(pen.levels) - 1)
    pen.verdict("fever", 0, (0, 600), 200, 0.0, 0.0)
    pen.decide(240, "hospital", "discharged")


def patient_mild(pen, *, onset=30, lasts=20):
    """Fever and nothing more."""
    start(pen)
    last = min(onset // 24, len(pen.levels) - 1)
    steps(pen, 1, last)
    pen.see(38.5)
    pen.grades(onset, 1)
    pen.give(onset, "acetaminophen", 650.0, "mg", "fever")
    pen.decide(onset, "fever", "acetaminophen 650 mg every 6 h", "CRS", 1.0)
    pen.see()
    pen.grades(onset + lasts, 0)
    steps(pen, last + 1, len(pen.levels) - 1, begin_hour=24 * last)


def patient_severe(pen):
    """Grade 3 on the first day, then treatment ends for good on day 3."""
    start(pen)
    pen.see(39.8, 55.0, 88.0)
    pen.grades(6, 1)
    pen.grades(10, 3)
    pen.decide(10, "CRS grade 2", "hold", "CRS", 3.0)
    pen.give(10, "tocilizumab", 560.0, "mg", "CRS grade 2")
    pen.decide(10, "CRS grade 2", "tocilizumab 8 mg/kg every 8 h", "CRS", 3.0)
    pen.give(10, "dexamethasone", 10.0, "mg", "CRS grade 3")
    pen.support(11, "vasopressor", 1.0, "vasopressor after two boluses")
    pen.support(12, "vasopressor", 2.0, "vasopressor after two boluses")
    pen.support(11, "oxygen", 2.0, "oxygen for hypoxia")
    pen.flow(10, 0, pen.levels[0], "held")
    pen.grades(40, 2, 1)
    pen.support(50, "vasopressor", 0.0, "wean the vasopressor")
    pen.support(60, "oxygen", 0.0, "wean oxygen")
    pen.grades(62, 0)
    pen.decide(72, "CRS grade 3 again, or grade 4", "stop for good", "CRS", 0.0)
    due = pen.levels[min(3, len(pen.levels) - 1)]
    pen.flow(72, 0, due, "stopped for good")


def truth(times, number):
    """What the model holds of a patient, by observable."""
    hot = 2.5 * np.exp(-(((times - 4.4) / 0.6) ** 2)) * (number % 3 == 2)
    il6 = 5 + 400 * hot
    blocked = np.where(times > 4.33, 0.08, 1.0)
    return {
        "concentration": 0.5 * np.minimum(np.maximum(times, 0) / 6, 1),
        "blasts": 60 * np.exp(-np.maximum(times, 0) / 9) + 0.6,
        "IL6": il6,
        "IL6_signal": il6 * blocked,
        "temperature": 36.8 + hot,
        "MAP": 86 - 9 * hot,
        "SpO2": 97 - 2.2 * hot,
        "ANC": 0.8 + 0.04 * np.maximum(times, 0),
        "PLT": 40 + 2.0 * np.maximum(times, 0),
        "hemoglobin": 8.4 + 0.03 * np.maximum(times, 0),
        "T_cells": 400 + 0 * times,
        "trimers_per_blast": 20 + 0 * times,
    }


def ward_record(arm, ids, days, *, full, write=None):
    """The ward's papers of these patients; `write` says what befalls each."""
    journal = Journal(QUANTITIES if full else ())
    levels = LEAD_IN if arm == "multi-step" else (500,)
    for row, number in enumerate(ids):
        pen = Pen(journal, row, levels, days)
        if not full:
            pen.read = lambda *_, **__: None
        if write is not None:
            write(pen)
        elif number == 17:
            (patient_17 if arm == "multi-step" else patient_severe)(pen)
        elif number % 7 == 1 and arm == "flat":
            patient_severe(pen)
        elif number % 3 == 0 or (arm == "flat" and number % 3 == 1):
            patient_mild(pen, onset=6 + 11 * (number % 9), lasts=10 + number)
        else:
            patient_calm(pen)
    return WardRecord(np.array(ids), days, RULES, (journal,), (0,))


@pytest.fixture(scope="session")
def protocol():
    """The protocol of the multi-step arm, read."""
    return parse_protocol(protocol_text("multi-step"), "the tests")


@pytest.fixture(scope="session")
def make_alone(protocol):
    """Make a run of one patient on a ward, written down by a function."""

    def make(write, days=4.0, number=0):
        times = np.arange(0.0, days + 1e-9, 0.25)
        curves = truth(times, number)
        return Run(
            model="m", model_version="1", model_hash="0", engine="none",
            cohort=Cohort("reference", np.array([number]), (), np.empty((1, 0)), 7, "One."),
            protocol=protocol, times=times, names=tuple(curves),
            units=dict.fromkeys(curves, "1"), labels={},
            values=np.stack(list(curves.values()), axis=-1)[None],
            status=np.zeros(1, np.int8), steps=np.ones(1, np.int32), rtol=1e-6, wall_seconds=0.0,
            ward=ward_record("multi-step", [number], days, full=True, write=write),
        )  # fmt: skip

    return make


@pytest.fixture
def make_ward_run(make_run):
    """Write a run folder with the ward's tables beside the others; keywords as below."""
    return lambda **options: write_ward_run(make_run, **options)


@pytest.fixture(scope="session")
def ward_folder(tmp_path_factory, write_plain):
    """A complete run on a ward of two arms and 30 patients. Not to be changed."""
    folder = tmp_path_factory.mktemp("ward") / "run"
    return write_ward_run(lambda **options: write_plain(folder, **options))


def write_ward_run(make_run, *, patients=30, arms=("multi-step", "flat"), days=56.0, full=True):
    """Write a run folder on a ward and return it."""
    folder: Path = make_run(patients=patients, arms=arms, days=days)
    tables: dict[str, list[pl.DataFrame]] = {}
    for arm in arms:
        record = ward_record(arm, list(range(patients)), days, full=full)
        names = ["doses", "decisions", "grades", "verdicts", *(["readings"] if full else [])]
        for name in names:
            frame = getattr(record, name)().select(pl.lit(arm).alias("arm"), pl.all())
            tables.setdefault(name, []).append(frame)
    for name, frames in tables.items():
        pl.concat(frames).write_parquet(folder / f"{name}.parquet")
    _write_profiles(folder, patients, arms, days)
    _write_outcomes(folder, tables)
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    manifest |= {"graded_by": "ward", "policy_notice": NOTICE}
    manifest["units"] |= WARD_UNITS
    for entry in manifest["arms"]:
        entry["text"] = protocol_text(entry["name"])
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def _write_profiles(folder, patients, arms, days):
    times = np.arange(0.0, days + 1e-9, 0.25)
    parts = [
        pl.DataFrame({"arm": [arm] * times.size, "id": [number] * times.size, "time": times}
                     | truth(times, number))
        for arm in arms for number in range(patients)
    ]  # fmt: skip
    pl.concat(parts).write_parquet(folder / "profiles.parquet")


def _write_outcomes(folder, tables):
    """The columns that a ward adds, made as plainly as can be."""
    outcomes = pl.read_parquet(folder / "outcomes.parquet")
    rows = []
    for arm, number in outcomes.select("arm", "id").iter_rows():
        mine = (pl.col("arm") == arm) & (pl.col("id") == number)
        grades, doses = (pl.concat(tables[name]).filter(mine) for name in ("grades", "doses"))
        flow = doses.filter(pl.col("planned").is_not_null())
        due = (flow["planned"] * flow["duration"]).sum()
        onset = grades.filter(pl.col("CRS") > 0)["time"]
        rescue = doses.filter((pl.col("status") == "given") & (pl.col("rate") == 0)
                              & ~pl.col("by").str.starts_with("premed"))  # fmt: skip
        rows.append(
            {
                "crs_grade": max([0, *grades["CRS"]]),
                "crs_lee": max([0, *grades["CRS_Lee"]]),
                "icans_grade": max([0, *grades["ICANS"]]),
                "crs_onset": onset[0] if len(onset) else float("nan"),
                "tocilizumab_doses": len(rescue.filter(pl.col("drug") == "tocilizumab")),
                "steroid_doses": len(rescue.filter(pl.col("drug") == "dexamethasone")),
                "hold_days": flow.filter((pl.col("rate") == 0) & (pl.col("planned") > 0))[
                    "duration"
                ].sum(),
                "dose_intensity": 100 * flow["amount"].sum() / due,
                "stopped": "stopped for good" in set(doses["why"]),
            }
        )
    ward = pl.DataFrame(rows).with_columns(pl.col("crs_grade").cast(pl.Int8))
    outcomes.with_columns(ward).write_parquet(folder / "outcomes.parquet")
