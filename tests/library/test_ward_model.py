# SPDX-License-Identifier: Apache-2.0
"""What the ward adds to flotetuzumab: vital signs, support, organs, blood, infections."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import simpson

from trimer.core.sources import read_sources
from trimer.engine.scipy_path import scipy_compile
from trimer.library import drugs, files

FLAT = (0.0, "flotetuzumab", 35_000.0)  # ng/day: 500 ng/kg/day at 70 kg
HOUR = 1 / 24
NOTHING = 1e-200  # a broken power of 0 is the smallest number there is, not 0

OBSERVABLES = {
    "temperature": "degC", "MAP": "mmHg", "heart_rate": "1/min", "SpO2": "%",
    "respiratory_rate": "1/min", "ICE": "1", "consciousness": "1", "seizure_hazard": "1/day",
    "ALT": "U/L", "AST": "U/L", "bilirubin": "mg/dL", "creatinine": "mg/dL", "CRP": "mg/L",
    "ferritin": "ug/L", "D_dimer": "mg/L", "ANC": "G/L", "PLT": "G/L", "hemoglobin": "g/dL",
    "lymphocytes": "G/L", "IL6": "pg/mL", "blasts": "%", "blood_blasts": "cell/uL",
    "bacterial_hazard": "1/day", "fungal_hazard": "1/day",
}  # fmt: skip

ROUTES = {
    "flotetuzumab": ("infusion", "ng"), "tocilizumab": ("bolus", "mg"),
    "dexamethasone": ("bolus", "mg"), "methylprednisolone": ("bolus", "mg"),
    "acetaminophen": ("bolus", "mg"), "fluids": ("bolus", "mL"), "filgrastim": ("bolus", "ug"),
    "red_cells": ("bolus", "unit"), "platelet_units": ("bolus", "unit"),
    "vasopressor": ("infusion", "day"), "oxygen": ("infusion", "day"),
    "antibiotic": ("infusion", "day"), "antifungal": ("infusion", "day"),
    "bacterial_infection": ("bolus", "1"), "fungal_infection": ("bolus", "1"),
    "chemotherapy": ("infusion", "day"),
}  # fmt: skip


def test_everything_that_a_ward_reads_is_there(ward):
    """Observables have the agreed names and units and a label, summed hazards are species."""
    found = {part.name: part for part in ward.model.observables}
    assert {name: found[name].unit for name in OBSERVABLES} == OBSERVABLES
    assert all(part.label for part in found.values())
    assert {"Hbac", "Hfun"} <= {part.name for part in ward.model.species}


def test_everything_that_a_ward_gives_has_a_route(ward):
    """Drugs have the agreed way in and unit; the library lists them without building the model."""
    routes = {(route.drug, route.kind, route.amount_unit) for route in ward.model.routes}
    assert {(drug, *rest) for drug, rest in ROUTES.items()} <= routes
    assert set(drugs("flotetuzumab")) == {drug for drug, *_ in routes}


def test_what_was_set_by_hand_says_so(ward):
    """Rows of the ward's card cite its own source and none claims to be measured or fitted."""
    own = [part for part in ward.model.parameters if part.sources == ("TrimerWard",)]
    assert len(own) > 60
    assert {part.basis for part in own} <= {"assumed", "derived", "scaled"}
    assert all(
        "nominal, to be calibrated" in part.details
        for part in own
        if part.basis == "assumed" and "floor" not in part.definition
    )
    (path,) = [p for p in files("flotetuzumab") if p.match("flotetuzumab/sources.bib")]
    assert "not calibrated" in read_sources(path)["TrimerWard"].note


def test_without_a_drug_nothing_moves_that_a_ward_grades(ward):
    """For two days vital signs and organ tests stay within 1e-6 of their start."""
    moving = ("ANC", "PLT", "hemoglobin", "blasts", "blood_blasts", "temperature")
    steady = [x for x in OBSERVABLES if x not in moving and not x.endswith("_hazard")]
    found = ward.give(times=[0, 1, 2], outputs=[*steady, "seizure_hazard", "vascular_leak"])
    for name in steady:
        values = getattr(found, name)
        assert values == pytest.approx(np.repeat(values[:, :1], 3, axis=1), rel=1e-6), name
    assert found.seizure_hazard.max() < NOTHING
    assert found.vascular_leak.max() < NOTHING
    start = ward.give(times=[0, 1e-6], outputs=["ICE", "consciousness", "MAP", "SpO2"])
    assert np.all(start.ICE == 10)
    assert not start.consciousness.any()
    assert 60 < start.MAP.min() < start.MAP.max() < 115
    assert 92 < start.SpO2.min() <= start.SpO2.max() <= 100


def test_temperature_swings_through_the_day(ward):
    """The thermometer is highest at five in the afternoon, 0.4 degrees above five at night."""
    found = ward.give(times=np.arange(48) / 24, outputs=["temperature", "Temp"])
    assert np.all(np.ptp(found.Temp, axis=1) < 1e-9)
    assert np.all(np.argmax(found.temperature[:, :24], axis=1) == 8)
    assert np.ptp(found.temperature, axis=1) == pytest.approx(0.4, rel=1e-3)


def test_the_drug_brings_fever_leak_and_what_follows(ward):
    """A flat start heats most patients, and pressure, saturation, pulse and tests answer."""
    outputs = ["temperature", "MAP", "SpO2", "heart_rate", "respiratory_rate", "CRP", "ferritin",
               "ALT", "AST", "bilirubin", "creatinine", "D_dimer", "lymphocytes"]  # fmt: skip
    found = ward.give(FLAT, times=np.arange(0, 14, 0.25), outputs=outputs)
    assert np.median(found.temperature.max(axis=1)) > 38.5
    for name in ("MAP", "SpO2", "lymphocytes"):
        values = getattr(found, name)
        assert np.all(values.min(axis=1) < values[:, 0]), name
    for name in outputs[3:-1]:
        values = getattr(found, name)
        assert np.all(values.max(axis=1) > values[:, 0]), name


def test_fluids_raise_pressure_and_leave_with_a_half_life_of_8_hours(ward):
    """500 mL raise pressure by 10 mmHg at once, by 5 eight hours later, by nothing in 4 days."""
    times = [0, 1e-9, 8 * HOUR, 4]
    found = ward.give((0, "fluids", 500), times=times, outputs=["MAP"])
    rise = found.MAP - found.MAP[:, :1]
    assert rise == pytest.approx(np.tile([0, 10, 5, 0], (len(rise), 1)), abs=0.01)


@pytest.mark.parametrize(
    ("drug", "seen", "rises"),
    [("vasopressor", "MAP", (14, 26)), ("oxygen", "SpO2", (5, 9, 14))],
)
def test_levels_act_at_once_and_as_long_as_they_run(ward, drug, seen, rises):
    """Each level has its own effect on a leaking patient, and none when it ends."""
    days = 2 + np.arange(len(rises)) / 10
    levels = [(day, drug, k + 1) for k, day in enumerate(days)]
    end = (3.0, drug, 0)
    times = [*(days + 0.05), 3.05]
    with_it = getattr(ward.give(FLAT, *levels, end, times=times, outputs=[seen]), seen)
    without = getattr(ward.give(FLAT, times=times, outputs=[seen]), seen)
    expected = np.tile([*rises, 0], (len(without), 1))
    if seen == "SpO2":
        expected = np.minimum(expected, 100 - without)
    assert with_it - without == pytest.approx(expected, abs=1e-3)


def test_acetaminophen_lowers_fever_for_hours_and_no_cytokine(ward):
    """650 mg take part of a fever for about six hours; IL-6, TNF and leak do not change."""
    times = 1 + np.array([0, 4, 6, 12, 24]) * HOUR
    outputs = ["Temp", "IL6", "TNF", "vascular_leak"]
    plain = ward.give(FLAT, times=times, outputs=outputs, rtol=1e-9)
    treated = ward.give(FLAT, (1, "acetaminophen", 650), times=times, outputs=outputs, rtol=1e-9)
    feverish = plain.Temp[:, 0] > 38.3
    assert feverish.sum() > 8
    fall = np.median((plain.Temp - treated.Temp)[feverish], axis=0)
    assert fall[0] == pytest.approx(0, abs=1e-6)
    assert fall[1] > 0.5
    assert 0.4 < fall[2] < fall[1]
    assert fall[3] < 0.2 * fall[1]
    assert fall[4] < 0.01
    for name in outputs[1:]:
        assert getattr(treated, name) == pytest.approx(getattr(plain, name), rel=1e-6), name


def test_methylprednisolone_is_dexamethasone_by_equivalence(ward):
    """40 mg of the one are 7.5 mg of the other, in level and in effect."""
    times = np.arange(0, 5, 0.25)
    outputs = ["Dex", "DexE", "IL6"]
    one = ward.give(FLAT, (0, "methylprednisolone", 40), times=times, outputs=outputs)
    other = ward.give(FLAT, (0, "dexamethasone", 7.5), times=times, outputs=outputs)
    for name in outputs:
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-9, abs=1e-9), name
    none = ward.give(FLAT, times=times, outputs=["IL6"])
    assert np.median(one.IL6.max(axis=1)) < np.median(none.IL6.max(axis=1))


def test_filgrastim_raises_neutrophils(ward):
    """A week of 300 ug a day leaves everybody with more neutrophils; it wears off."""
    doses = [(day, "filgrastim", 300) for day in range(7)]
    times = [0, 8, 45]
    treated = ward.give(*doses, times=times, outputs=["ANC"]).ANC
    plain = ward.give(times=times, outputs=["ANC"]).ANC
    ratio = treated / plain
    assert np.all(ratio[:, 1] > 1.05)
    assert np.all(np.abs(ratio[:, 2] - 1) < (ratio[:, 1] - 1))


def test_transfusions_raise_counts_at_once(ward):
    """A unit of red cells gives 1 g/dL, one of platelets 25 G/L, which are lost in days."""
    doses = [(0, "red_cells", 2), (0, "platelet_units", 1)]
    times = [0, 1e-9, 20]
    found = ward.give(*doses, times=times, outputs=["hemoglobin", "PLT"])
    plain = ward.give(times=times, outputs=["hemoglobin", "PLT"])
    red, plates = found.hemoglobin - plain.hemoglobin, found.PLT - plain.PLT
    assert red[:, 1] == pytest.approx(2, abs=1e-6)
    assert plates[:, 1] == pytest.approx(25, abs=1e-6)
    assert np.all(red[:, 2] > 1.2)
    assert np.all(plates[:, 2] < 6)


def test_tocilizumab_raises_serum_il6_while_its_signal_and_crp_fall(ward):
    """Receptor blockade: more IL-6 in the serum, less that signals, less CRP and fever."""
    outputs = ["IL6", "IL6_signal", "CRP", "Temp"]
    times = [1, 1.25, 2, 4]
    treated = ward.give(FLAT, (1, "tocilizumab", 560), times=times, outputs=outputs)
    plain = ward.give(FLAT, times=times, outputs=outputs)
    assert np.all(treated.IL6[:, 1] > plain.IL6[:, 1])
    assert np.all(treated.IL6_signal[:, 1:] < 0.1 * plain.IL6_signal[:, 1:])
    assert np.all(treated.CRP[:, 2:] < plain.CRP[:, 2:])
    assert np.all(treated.Temp[:, 1:] <= plain.Temp[:, 1:] + 1e-6)


@pytest.mark.parametrize(
    ("infection", "drug"),
    [("bacterial_infection", "antibiotic"), ("fungal_infection", "antifungal")],
)
def test_an_infection_gives_fever_that_its_drug_ends(ward, infection, drug):
    """Fever and CRP come within a day, stay without the drug, and go within days with it."""
    asked = {"times": [0, 1, 6], "outputs": ["Temp", "CRP"], "rtol": 1e-10}
    left = ward.give((0, infection, 1), **asked)
    other = {"antibiotic": "antifungal", "antifungal": "antibiotic"}[drug]
    treated = ward.give((0, infection, 1), (1, drug, 1), **asked)
    wrong = ward.give((0, infection, 1), (1, other, 1), **asked)
    assert np.all(left.Temp[:, 1] > 38)
    assert np.all(left.Temp[:, 2] > 38)
    assert np.all(treated.Temp[:, 2] < 37.5)
    assert np.all(treated.CRP[:, 2] < left.CRP[:, 2])
    assert wrong.Temp == pytest.approx(left.Temp, abs=1e-6)


def test_hazards_of_infection_rise_in_neutropenia_and_add_up(ward):
    """Below 0.5 G/L the bacterial hazard is several times that of enough neutrophils."""
    times = np.arange(0, 28.01, 0.25)
    outputs = ["ANC", "bacterial_hazard", "fungal_hazard", "Hbac", "Hfun", "Low"]
    found = ward.of(ward.model, 300).give(times=times, outputs=outputs)
    low, enough = found.ANC[:, 0] < 0.4, found.ANC[:, 0] > 2
    assert low.any()
    assert enough.any()
    start = found.bacterial_hazard[:, 0]
    assert start[low].min() > 3 * start[enough].max()
    assert found.fungal_hazard[low, -1].min() > 3 * found.fungal_hazard[enough, -1].max()
    for hazard, total in (("bacterial_hazard", "Hbac"), ("fungal_hazard", "Hfun")):
        rate = getattr(found, hazard)
        summed = np.trapezoid(rate, times, axis=1)
        assert getattr(found, total)[:, -1] == pytest.approx(summed, rel=1e-3)


def test_steroids_and_tocilizumab_raise_hazards(ward):
    """Either drug raises both hazards; they fall back as it leaves."""
    times = [0, 0.25, 14]
    plain = ward.give(times=times, outputs=["bacterial_hazard"]).bacterial_hazard
    for drug, amount, wears_off in (("dexamethasone", 20, True), ("tocilizumab", 560, False)):
        treated = ward.give((0, drug, amount), times=times, outputs=["bacterial_hazard"])
        ratio = treated.bacterial_hazard / plain
        assert np.all(ratio[:, 1] > 1.2)
        if wears_off:
            assert ratio[:, 2] == pytest.approx(1, abs=0.01)


def test_severe_impairment_of_the_nervous_system_is_rare(ward):
    """On a lead-in, few patients score below 7 of 10; score and consciousness stay in range."""
    rates = (30, 60, 100, 200, 300, 400, 500)  # ng/kg/day
    doses = [(day, "flotetuzumab", 70.0 * rate) for day, rate in enumerate(rates)]
    times = np.arange(0, 28, 0.5)
    found = ward.give(*doses, times=times, outputs=["ICE", "consciousness", "seizure_hazard"])
    assert np.all((found.ICE >= 0) & (found.ICE <= 10))
    assert np.all((found.consciousness >= -1e-9) & (found.consciousness <= 4))
    assert np.mean(found.ICE.min(axis=1) < 6.5) < 0.1
    assert found.seizure_hazard.max() <= 0.2


def test_drug_given_is_drug_inside_and_drug_gone(ward):
    """Delivered = eliminated + bound + free to 1e-6, while it runs and after it stopped."""
    times = np.linspace(0, 8, 2001)
    outputs = ["drug_in_body", "drug_elimination"]
    found = ward.give(FLAT, (5, "flotetuzumab", 0), times=times, outputs=outputs, rtol=1e-10)
    cut = int(np.searchsorted(times, 5.0))  # the rule does not hold across a stop
    gone = sum(
        simpson(found.drug_elimination[:, part], x=times[part], axis=1)
        for part in (slice(cut + 1), slice(cut, None))
    )
    assert found.drug_in_body[:, -1] + gone == pytest.approx(5 * 35_000 / 58_900, rel=1e-6)


def test_the_two_engines_agree_on_the_ward_model(ward):
    """In 3 patients over 10 days with every drug, each output agrees within 1e-5 of its peak."""
    doses = [
        FLAT, (0, "dexamethasone", 10), (1, "tocilizumab", 560), (1, "acetaminophen", 650),
        (1, "fluids", 500), (1.5, "vasopressor", 1), (2, "vasopressor", 0), (1.5, "oxygen", 2),
        (3, "oxygen", 0), (2, "methylprednisolone", 40), (3, "filgrastim", 300),
        (4, "red_cells", 2), (4, "platelet_units", 1), (4, "bacterial_infection", 1),
        (5, "antibiotic", 1), (6, "fungal_infection", 1), (7, "antifungal", 1),
    ]  # fmt: skip
    few = ward.of(ward.model, 3)
    names = [part.name for part in ward.model.observables]
    asked = {"times": np.arange(0, 10.1, 0.5), "outputs": names, "rtol": 1e-8}
    lanes = few.give(*doses, **asked)
    scipy = few.give(*doses, **asked, compiled=scipy_compile(ward.model))
    for name in names:
        one, other = getattr(lanes, name), getattr(scipy, name)
        peak = np.maximum(np.abs(one).max(axis=1, keepdims=True), 1e-9)
        assert np.max(np.abs(one - other) / peak) < 1e-5, name
