# SPDX-License-Identifier: Apache-2.0
"""Whole plans against tables worked out by hand (`golden/`), rounded there to six places."""

from __future__ import annotations

import csv

import pytest
from tests.clinic.plan.conftest import HERE, example, plan

from trimer.clinic.plan.formats.record import record_of

WEIGHT = {
    "flotetuzumab-multi-step": "70",
    "flotetuzumab-one-step": "50",
    "blinatumomab-label": "90",
}


def by_hand(name):
    """Return the rows of a table worked out by hand."""
    with (HERE / "golden" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", WEIGHT)
def test_steps_are_those_worked_out_by_hand(name):
    """From, until, rate, mcg a day, mcg/h and mcg in all of every step."""
    found, expected = record_of(plan(name, kg=WEIGHT[name]))["steps"], by_hand(name)
    assert len(found) == len(expected)
    for step, row in zip(found, expected, strict=True):
        assert (step["from"], step["until"]) == tuple(
            f"{row[key][:16]}{row[key][16:]}" for key in ("from", "until")
        )
        assert (step["rate"] or "") == row["rate"]
        for key in ("mcg_per_day", "mcg_per_h", "mcg"):
            assert step[key] == pytest.approx(float(row[key]), abs=5e-7), (step["number"], key)


def test_pump_rates_are_those_worked_out_by_hand():
    """Concentration, exact and rounded mL/h at the invented pharmacy."""
    steps = record_of(plan(pharmacy=example()))["steps"]
    for step, row in zip(steps, by_hand("flotetuzumab-multi-step"), strict=True):
        pump = step["pump"]
        assert pump["concentration"] == row["concentration"]
        assert pump["exact_mL_per_h"] == pytest.approx(float(row["exact_ml_per_h"]), abs=5e-7)
        assert pump["mL_per_h"] == float(row["ml_per_h"])


def test_bags_are_those_worked_out_by_hand():
    """Two days at 100 ng/mL, then bags of four days; each holds 10 mL more than is infused."""
    bags = plan(pharmacy=example()).bags
    days = [(bag.start // 1440, bag.end // 1440) for bag in bags]
    assert days[0] == (0, 2)
    assert days[1:4] == [(2, 6), (6, 10), (10, 14)]
    assert days[-1] == (54, 56)
    # 24 x 0.9 + 24 x 1.7 = 62.4; 24 x (0.6 + 1.2 + 1.7 + 2.3) = 139.2; 96 x 2.9 = 278.4
    assert [float(bag.infused_ml) for bag in bags[:3]] == [62.4, 139.2, 278.4]
    assert [int(bag.filled_ml) for bag in bags[:3]] == [73, 150, 289]
    assert [int(bag.size_ml) for bag in bags[:3]] == [100, 250, 500]
    assert [float(bag.drug_mcg) for bag in bags[:3]] == [7.3, 75.0, 144.5]


def test_doses_and_dates_are_those_of_the_protocol():
    """Premedication, marrow, discharge and ends of cycles of the multi-step protocol, by hand."""
    found = plan()
    told = {
        (found.clock.at(event.minute).strftime("%d %b %H:%M"), event.what, event.text)
        for event in found.events
    }
    for row in (
        ("04 Jan 08:30", "premedication", "dexamethasone 10 mg, 30 min before first dose"),
        ("04 Jan 08:30", "premedication", "acetaminophen 650 mg, 30 min before first dose"),
        ("04 Jan 08:30", "premedication", "diphenhydramine 25 mg, 30 min before first dose"),
        ("04 Jan 21:00", "premedication", "dexamethasone 4 mg, 12 h after first dose"),
        ("10 Jan 08:30", "premedication", "dexamethasone 4 mg, 30 min before step"),
        ("11 Jan 09:00", "hospital", "earliest discharge: day 8"),
        ("28 Jan 09:00", "marrow", "marrow, day 25 of cycle 1"),
        ("25 Feb 09:00", "marrow", "marrow, day 25 of cycle 2"),
        ("01 Feb 09:00", "cycle", "end of cycle 1; cycle 2 begins"),
        ("01 Mar 09:00", "cycle", "end of cycle 2"),
    ):
        assert row in told
    given = [event for event in found.events if event.what == "premedication"]
    assert len(given) == 3 + 1 + 6 * 2
    looks = [event.minute for event in found.events if event.what == "vital signs"]
    assert looks == list(range(0, 56 * 1440 + 1, 240))
    labs = [event.minute // 1440 for event in found.events if event.what == "laboratory"]
    assert labs == [*range(14), *range(15, 57, 3)]
