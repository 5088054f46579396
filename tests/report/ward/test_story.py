# SPDX-License-Identifier: Apache-2.0
"""One patient's story, word for word."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from trimer.core.errors import InputError, StoreError, UnknownName
from trimer.patients import Cohort
from trimer.protocol import Protocol
from trimer.report.course import RateScale, course_of, rate_scale, stored_course
from trimer.report.flow import BAG, gaps, stretches
from trimer.report.story import story
from trimer.store import open_run

LINES = [
    "30 min before the first dose: Premedication for the first dose: dexamethasone 10 mg.",
    "Day 0: The infusion starts at 30 ng/kg/day.",
    "Day 1: Step up to 60 ng/kg/day.",
    "Day 2: Step up to 100 ng/kg/day.",
    "Day 3: Step up to 200 ng/kg/day.",
    (
        "Day 3, hour 9: Temperature 38.7 °C. CRS grade 1 (ASTCT 2019). By the rule 'fever' "
        "(CRS >= 1 and fever): acetaminophen 650 mg; vital signs every 2 h."
    ),
    "Day 3, hour 15: Temperature 38.7 °C. By the rule 'fever': acetaminophen 650 mg.",
    "Day 3, hour 21: Temperature 38.7 °C. By the rule 'fever': acetaminophen 650 mg.",
    "Day 4: The step up is put off; the rate stays at 200 ng/kg/day (300 planned).",
    (
        "Day 4, hour 8: Temperature 39.4 °C, mean arterial pressure 61 mmHg. CRS grade 2. By the "
        "rule 'CRS grade 2' (CRS >= 2): tocilizumab 560 mg; the infusion is held for 16 h 15 min."
    ),
    (
        "Day 4, hour 10: Temperature 39.0 °C, SpO2 90 %. By the rule 'oxygen for hypoxia' "
        "(SpO2 < 92 % for 2 readings): oxygen to level 1 (low flow)."
    ),
    "Day 4, hour 12: By the rule 'CRS grade 2': tocilizumab refused, too soon after the last dose.",
    (
        "Day 4, hour 22: Temperature 37.4 °C, SpO2 97 %. By the rule 'wean oxygen' "
        "(oxygen >= 1 and SpO2 >= 96 % for 6 h): oxygen off."
    ),
    (
        "Day 4, hour 23:30: Temperature 37.4 °C. CRS is over. The hold of rule 'CRS grade 2' ends. "
        "Resumption: one step back by the rule, same rate by the gap of 15 h 30 min: the lower "
        "rate wins. Premedication for the restart: dexamethasone 10 mg."
    ),
    (
        "Day 5, hour 0:15: Drug flows again at 100 ng/kg/day (400 planned) after 16 h 15 min "
        "without; 14.3 mcg missed."
    ),
    "Day 6, hour 0:15: Step up to 200 ng/kg/day (500 planned).",
    "Day 7, hour 0:15: Step up to 300 ng/kg/day (500 planned).",
    "Day 8, hour 0:15: Step up to 400 ng/kg/day (500 planned).",
    "Day 9, hour 0:15: Step up to 500 ng/kg/day.",
    "Day 10: Discharged.",
    "Day 17, hour 9: Pump alarm: occlusion. No drug for 9 h.",
    (
        "Day 17, hour 18: The pump runs again. Resumption: same rate by the gap of 9 h. Drug flows "
        "again at 500 ng/kg/day after 9 h without; 13.1 mcg missed."
    ),
]

TOTALS = [
    (
        "Worst CRS grade: 2 by ASTCT 2019, 2 by Lee 2014, 2 by CTCAE v5, first on day 4, hour 8; "
        "CRS for 38 h 30 min in 1 episode. No ICANS."
    ),
    (
        "Planned 1.83 mg, given 1.73 mg: a dose intensity of 94.9 %. Missed 93.5 mcg: below the "
        "planned rate 65.3 mcg, held 14 mcg, premedication awaited 292 ng, bag changes 729 ng, "
        "pump 13.1 mcg."
    ),
    (
        "Without drug though some was planned: held once (16 h 15 min), bag changes twice (30 "
        "min), pump once (9 h)."
    ),
    (
        "Given besides: dexamethasone 2 doses (20 mg), acetaminophen 3 doses (1,950 mg), "
        "tocilizumab 1 dose (560 mg)."
    ),
    "Tocilizumab refused: once.",
    "Oxygen: 12 h, up to level 1.",
]

RULES = [
    "'fever' said yes at 12 looks and no at 220 looks.",
    "'organ stress' said no at 27 looks and not known at 2 looks, highest ALT 63 U/L.",
]


@pytest.fixture(scope="module")
def course(ward_folder):
    """The patient of the story."""
    return stored_course(open_run(ward_folder), 17)


def test_the_story_is_told_word_for_word(course):
    """Every look at which something happened is one line; changes of a bag are not told."""
    told = story(course)
    assert told.title == "Virtual patient 17 on Multi-step lead-in: 56 days"
    assert [str(line) for line in told.lines] == LINES
    assert list(told.totals) == TOTALS
    assert list(told.rules) == RULES
    assert str(told).splitlines() == [
        told.title, "", *LINES, "", *TOTALS, "", "What the rules said", *(f"  {r}" for r in RULES),
    ]  # fmt: skip


def test_the_same_as_plain_data(course):
    """JSON holds the lines with their day, and the totals as numbers that add up."""
    record = json.loads(json.dumps(story(course).record()))
    assert record["lines"][1] == {
        "day": 0.0, "when": "Day 0", "text": "The infusion starts at 30 ng/kg/day.",
    }  # fmt: skip
    totals = record["totals"]
    missed = sum(totals["missed"].values())
    assert totals["given"] + missed == pytest.approx(totals["planned"], rel=1e-9)
    assert totals["worst"] == {"CRS": 2, "CRS_Lee": 2, "CRS_CTCAE": 2, "ICANS": 0}
    assert totals["crs_episodes"] == [[pytest.approx(81 / 24), pytest.approx(119.5 / 24)]]
    assert [stop["why"] for stop in totals["stops"]] == ["held", BAG, BAG, "pump"]
    assert totals["support"] == {"oxygen": {"highest": 1.0, "days": pytest.approx(0.5)}}


def test_treatment_that_ends_is_told_as_such(ward_folder):
    """A hold that turns into the end is two: how long it held, and from when nothing flowed."""
    told = str(story(stored_course(open_run(ward_folder), 17, "flat")))
    assert "the infusion is held for 2.6 days" in told
    assert "By the rule 'CRS grade 3 again, or grade 4'" in told
    assert "treatment is stopped for good" in told
    assert "held once (2.6 days), stopped for good once (53 days)" in told
    assert "CRS falls to grade 2. ICANS grade 1 (ASTCT 2019)." in told
    assert "Vasopressor: 39 h, up to level 2." in told


def test_long_runs_of_the_same_become_one_line(make_alone):
    """Fever that comes and goes and its antipyretic are told once, with counts."""

    def write(pen):
        pen.flow(0, 30, 30)
        for k in range(6):
            hour = 30 + 8 * k
            pen.see(38.1 + 0.1 * (k % 3))
            pen.grades(hour, 1)
            pen.give(hour, "acetaminophen", 650.0, "mg", "fever")
            pen.decide(hour, "fever", "acetaminophen 650 mg every 6 h", "CRS", 1.0)
            pen.grades(hour + 4, 0)

    lines = [str(line) for line in story(course_of(make_alone(write))).lines]
    assert lines[1].startswith("Day 1, hour 6: Temperature 38.1 °C. CRS grade 1 (ASTCT 2019).")
    assert lines[2:] == [
        (
            "Day 1, hour 10: CRS grade 1 comes and goes, 5 times until day 3, hour 2; highest "
            "temperature 38.3 °C; acetaminophen 650 mg 5 times."
        )
    ]


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda pen: pen.flow(0, 0, 30, "premedication"), "No drug until the end: premedication"),
        (
            lambda pen: (pen.flow(0, 30, 30), pen.flow(24, 0, 0), pen.flow(48, 30, 30)),
            "Day 2: The infusion goes on at 30 ng/kg/day after the planned pause.",
        ),
        (lambda pen: (pen.flow(-0.5, 0, 0), pen.flow(0, 30, 30)), "Day 0: The infusion starts"),
        (
            lambda pen: (
                pen.flow(0, 30, 30),
                pen.flow(20, 0, 30, "held"),
                pen.flow(24, 0, 0, "held"),
                pen.decide(48, "restart", "after the gap: same rate"),
                pen.flow(48, 0, 30, "premedication"),
                pen.flow(48.5, 30, 30),
            ),
            "Day 2: Resumption: same rate by the gap before the pause. No drug for 30 min",
        ),
        (lambda pen: (pen.flow(0, 60, 60), pen.flow(24, 30, 60)), "The rate falls to 30 ng/kg/day"),
        (
            lambda pen: (pen.flow(0, 30, 30), pen.flow(24, 0, 0, "course over")),
            "Day 1: The course is over.",
        ),
        (
            lambda pen: pen.give(30, "bacterial_infection", 1.0, "level", "nature"),
            "A bacterial infection begins; nobody knows it yet.",
        ),
        (
            lambda pen: pen.decide(30, "organ stress", "hold", "ALT", 230.0),
            "(ALT > 5 x ULN or AST > 5 x ULN; ALT 230 U/L): the infusion is held",
        ),
        (
            lambda pen: pen.decide(30, "culture", "an infection is diagnosed"),
            "An infection is diagnosed.",
        ),
        (lambda pen: pen.flow(0, 30, 30), "No CRS (ASTCT 2019). No ICANS."),
        (lambda pen: pen.flow(0, 30, 30), "a dose intensity of 100.0 %. Nothing was missed."),
        (lambda _: None, "Nothing was planned."),
    ],
)
def test_what_else_can_happen_has_words(make_alone, write, text):
    """Pauses, infections, values of a rule, a patient without drug."""
    assert text in str(story(course_of(make_alone(write))))


def test_amounts_of_the_ledger_become_rates_of_the_protocol(course):
    """Rates are per kilogram as the protocol writes them, halved steps or not."""
    assert course.rates == RateScale(70.0, "ng/kg/day")
    assert course.rates.of(35000.0) == 500.0
    parts = stretches(course)
    assert {part.rate for part in parts} == {0, 30, 60, 100, 200, 300, 400, 500}
    levels = [row for row in parts if row.step]
    assert all(row.rate in {30, 60, 100, 200, 300, 400, 500} for row in levels)


def test_rates_stay_as_they_are_where_nothing_tells_their_size():
    """Without levels or drug the ledger's own unit is shown."""
    doses = pl.DataFrame({"rate": [5.0], "step": [1], "planned": [5.0], "unit": ["mg"]})
    assert rate_scale(doses, ()) == RateScale(1.0, "mg/day")


def test_a_gap_holds_all_its_stretches_and_begins_with_its_reason(course):
    """Waiting for premedication belongs to the hold before it; amounts add up."""
    found = gaps(stretches(course))
    assert [gap.why for gap in found] == ["held", BAG, BAG, "pump"]
    assert found[0].days == pytest.approx(16.25 / 24)
    assert found[0].missed == pytest.approx(70 * (300 * 16 + 400 * 0.25) / 24)


# ------------------------------------------------------------------ bad input
def test_an_unknown_patient_is_named_with_those_there_are(ward_folder):
    """The sentence says how many there are and their numbers."""
    with pytest.raises(UnknownName, match=r"Unknown patient 99 .* 30 patients, .* from 0 to 29"):
        stored_course(open_run(ward_folder), 99)


def test_an_unknown_arm_gets_a_suggestion(ward_folder):
    """A slip of the pen in the name of an arm is answered with the right one."""
    with pytest.raises(UnknownName, match=r"Unknown arm 'flt' .* Did you mean 'flat'"):
        stored_course(open_run(ward_folder), 1, "flt")


def test_a_run_without_a_ward_has_no_story(run_folder):
    """The sentence says why, and what to run."""
    with pytest.raises(StoreError, match=r"No ward acted in run .* Run a protocol with rules"):
        stored_course(open_run(run_folder), 1)


def test_an_arm_without_a_ward_has_no_story(make_ward_run):
    """Where one arm was on a ward and another not, the sentence says which."""
    folder = make_ward_run(patients=4)
    for name in ("decisions", "grades", "verdicts", "readings"):
        path = folder / f"{name}.parquet"
        pl.read_parquet(path).filter(pl.col("arm") == "flat").write_parquet(path)
    run = open_run(folder)
    assert stored_course(run, 1).arm == "flat"
    with pytest.raises(StoreError, match=r"No ward acted in arm 'multi-step'.*On a ward: flat"):
        stored_course(run, 1, "multi-step")


def test_a_course_is_of_one_patient(make_alone):
    """A cohort, or a patient without a ward, is refused with a sentence."""
    run = make_alone(lambda pen: pen.flow(0, 30, 30))
    many = Cohort("c", np.arange(3), (), np.empty((3, 0)))
    with pytest.raises(InputError, match="got 3 patients"):
        course_of(replace(run, cohort=many))
    with pytest.raises(InputError, match="got 1 patient and no ward"):
        course_of(replace(run, ward=None, protocol=Protocol("plain")))


def test_a_protocol_that_cannot_be_read_still_has_a_story(make_ward_run):
    """Rates are then those of the ledger, and conditions those of the log."""
    folder = make_ward_run(patients=18, arms=("multi-step",))
    manifest = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    manifest["arms"][0]["text"] = "what is this"
    (folder / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    told = str(story(stored_course(open_run(folder), 17)))
    assert "The infusion starts at 2,100 ng/day." in told
    assert "By the rule 'fever' (CRS >= 1 and fever)" in told
