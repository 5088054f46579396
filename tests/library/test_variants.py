# SPDX-License-Identifier: Apache-2.0
"""Structural choices: how a variant is named, and the laws that hold in each of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import simpson

from trimer import library
from trimer.core.errors import UnknownName
from trimer.engine.scipy_path import scipy_compile
from trimer.simulate import prepare
from trimer.trial.recipe import shipped

FLAT = (0.0, "flotetuzumab", 35_000.0)  # ng/day: 500 ng/kg/day at 70 kg
NOTHING = 1e-200
SINGLE = [
    (key, value) for key, values in library.choices("flotetuzumab").items() for value in values[1:]
]


@pytest.fixture(scope="module", params=["", *(f"{key}={value}" for key, value in SINGLE)])
def variant(request, ward):
    """Return 12 patients of the model and of each variant by one choice."""
    name = f"flotetuzumab:{request.param}" if request.param else "flotetuzumab"
    return ward.of(library.load(name), 12)


def test_a_variant_is_named_by_what_differs():
    """Choices stand behind the name, in one order, and only where they are not the model's own."""
    name = "flotetuzumab:endothelium=off, tolerance=pool,binding=explicit"
    assert library.canonical(name) == "flotetuzumab:tolerance=pool,endothelium=off"
    assert library.canonical("flotetuzumab", endothelium="on") == "flotetuzumab"
    assert library.load("flotetuzumab", endothelium="off").name == "flotetuzumab:endothelium=off"
    assert "variant: endothelium off" in library.load("flotetuzumab", endothelium="off").title
    assert library.drugs("flotetuzumab:tolerance=pool") == library.drugs("flotetuzumab")
    assert set(library.MEANINGS) == set(library.choices("flotetuzumab"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("flotetuzumab:endothelum=off", r"Unknown option 'endothelum' .* mean 'endothelium'"),
        ("flotetuzumab:endothelium=of", r"got 'of'; it is one of on, off\. Did you mean 'off'"),
        ("flotetuzumab:endothelium", r"got 'endothelium'; it must be an option and a value"),
        ("flotetuzumab-reference:tolerance=pool", r"'flotetuzumab-reference': it has none"),
        ("blinatumomab:endothelium=off", r"Unknown option 'endothelium' of model 'blinatumomab'"),
        ("flotetuzumabb:endothelium=off", r"Unknown model 'flotetuzumabb'"),
    ],
)
def test_a_variant_that_is_not_there_is_answered_with_a_sentence(name, sentence):
    """Misspelled options and values get what is allowed."""
    with pytest.raises(UnknownName, match=sentence):
        library.load(name)
    with pytest.raises(UnknownName):
        shipped(name)


def test_code_from_the_cache_is_that_of_the_variant():
    """A recipe of a variant is told apart from that of its model, whichever came first."""
    for name, vessels in (("flotetuzumab", True), ("flotetuzumab:endothelium=off", False)) * 2:
        compiled = prepare(shipped(name))
        assert compiled.name == name
        assert ("Endo" in compiled.species) is vessels


def test_without_the_drug_nothing_happens(variant):
    """No cytokine, no kill, no vital sign; the leukemia grows as its own equations say."""
    outputs = ["TNF", "IFNg", "IL6", "MAP", "SpO2", "Temp", "N123", "T_cells", "blast_mass"]
    found = variant.give(times=[0, 7, 14], outputs=outputs)
    for name in ("TNF", "IFNg"):
        assert getattr(found, name).max() < NOTHING, name
    for name in outputs[2:-1]:
        values = getattr(found, name)
        assert values == pytest.approx(np.repeat(values[:, :1], 3, axis=1), rel=1e-6), name
    assert np.all(np.diff(found.blast_mass, axis=1) > 0)


@pytest.mark.parametrize("missing", ["R123", "R3"])
def test_without_target_or_cd3_nothing_happens(ward, missing):
    """No trimer, no kill, and no cytokine from marrow and blood; nor from tissue without cells."""
    none = {"R123": {"R123": 0.0, "actt": 0.0, "kEL": 0.0}, "R3": {"R3": 0.0, "actt": 0.0}}[missing]
    bare = ward.of(ward.model.with_values(**none), 6)
    if missing in bare.compiled.parameters:
        bare.patients[:, bare.compiled.parameters.index(missing)] = 0.0
    outputs = ["trimers_per_blast", "TNF", "IFNg", "IL6", "blast_mass"]
    treated = bare.give(FLAT, times=[0, 3, 7], outputs=outputs)
    plain = bare.give(times=[0, 3, 7], outputs=outputs)
    assert treated.trimers_per_blast.max() < NOTHING
    assert treated.TNF.max() < NOTHING
    np.testing.assert_allclose(treated.IL6, plain.IL6, rtol=1e-9)
    assert treated.blast_mass == pytest.approx(plain.blast_mass, rel=1e-6)


def test_no_state_becomes_negative(variant):
    """On a flat start and after a stop, below zero is nothing but the tolerance of the solver."""
    species = [part.name for part in variant.model.species]
    times = np.concatenate([np.linspace(0, 1, 49), np.linspace(1.25, 20, 76)])
    found = variant.give(FLAT, (10, "flotetuzumab", 0), times=times, outputs=species, rtol=1e-7)
    for part in variant.model.species:
        assert getattr(found, part.name).min() > -1e-5 * part.scale, part.name


def test_drug_given_is_drug_inside_and_drug_gone(variant):
    """Delivered = eliminated + bound + free to 1e-6, while it runs and after it stopped."""
    times = np.linspace(0, 8, 2001)
    outputs = ["drug_in_body", "drug_elimination"]
    found = variant.give(FLAT, (5, "flotetuzumab", 0), times=times, outputs=outputs, rtol=1e-10)
    cut = int(np.searchsorted(times, 5.0))  # the rule does not hold across a stop
    gone = sum(
        simpson(found.drug_elimination[:, part], x=times[part], axis=1)
        for part in (slice(cut + 1), slice(cut, None))
    )
    assert found.drug_in_body[:, -1] + gone == pytest.approx(5 * 35_000 / 58_900, rel=1e-6)


def test_two_integrators_agree(variant):
    """In 2 patients over a week, every observable agrees within 1e-5 of its peak."""
    few = type(variant)(variant.model, variant.compiled, variant.patients[:2])
    names = [part.name for part in variant.model.observables]
    asked = {"times": np.arange(0, 7.1, 0.5), "outputs": names, "rtol": 1e-8}
    lanes = few.give(FLAT, (1, "dexamethasone", 10), (2, "tocilizumab", 560), **asked)
    other = scipy_compile(variant.model)
    scipy = few.give(
        FLAT, (1, "dexamethasone", 10), (2, "tocilizumab", 560), **asked, compiled=other
    )
    for name in names:
        one, two = getattr(lanes, name), getattr(scipy, name)
        peak = np.maximum(np.abs(one).max(axis=1, keepdims=True), 1e-9)
        assert np.max(np.abs(one - two) / peak) < 1e-5, name


@pytest.mark.parametrize("binding", ["explicit", "quasi-steady"])
def test_trimers_rise_and_fall_with_the_dose(ward, binding):
    """Bell-shaped: most trimers near the geometric mean of the affinities, fewer beyond."""
    few = ward.of(library.load("flotetuzumab", binding=binding), 6)
    seen, level = [], []
    for power in np.arange(2.0, 8.6, 0.5):
        found = few.give(
            (0, "flotetuzumab", 70.0 * 10**power), times=[0, 0.5],
            outputs=["trimers_per_blast", "Dm" if binding == "explicit" else "concentration"],
        )  # fmt: skip
        seen.append(found.trimers_per_blast[:, -1])
        level.append(getattr(found, "Dm" if binding == "explicit" else "concentration")[:, -1])
    seen, level = np.array(seen), np.array(level)
    top = seen.argmax(axis=0)
    assert np.all((top > 0) & (top < len(seen) - 1))
    assert np.all(seen[-1] < 0.5 * seen.max(axis=0))
    for k, row in enumerate(top):
        assert np.all(np.diff(seen[: row + 1, k]) > 0)
        assert np.all(np.diff(seen[row:, k]) < 0)
    if binding == "explicit":  # nmol/L: between the two affinities, 0.12 and 8.8
        at_top = level[top, np.arange(6)]
        assert np.all((at_top > 0.05) & (at_top < 30))


def test_both_bindings_tell_the_same_story(ward):
    """Over two weeks at 500 ng/kg/day they differ by a few percent in what is seen."""
    fast = ward.of(library.load("flotetuzumab", binding="quasi-steady"), 12)
    slow = ward.of(ward.model, 12)
    asked = {"times": np.arange(1, 14.1), "outputs": ["concentration", "blast_mass", "T_cells"]}
    one, two = slow.give(FLAT, **asked), fast.give(FLAT, **asked)
    for name in asked["outputs"]:
        ratio = getattr(two, name) / getattr(one, name)
        assert np.median(np.abs(np.log(ratio))) < 0.1, name


def test_the_antigen_low_clone_survives_what_kills_the_rest(ward):
    """Its share of the leukemia rises under the drug, and stays where it is without."""
    times = [0, 28]
    treated = ward.give(FLAT, times=times, outputs=["antigen_low"]).antigen_low
    plain = ward.give(times=times, outputs=["antigen_low"]).antigen_low
    assert plain[:, 1] == pytest.approx(plain[:, 0], rel=1e-6)
    assert np.median(treated[:, 1] / treated[:, 0]) > 1.5
    assert np.all(treated[:, 1] > treated[:, 0])


def test_a_second_step_is_felt_again_where_the_threshold_adapts(ward):
    """IL-6 peaks after each step and falls between, in most; without tolerance it stays."""
    steps = [(0.0, "flotetuzumab", 7_000.0), (5.0, "flotetuzumab", 70_000.0)]
    times = np.arange(0, 12, 0.125)
    signal = {}
    for tolerance in ("threshold", "none"):
        people = ward.of(library.load("flotetuzumab", tolerance=tolerance), 40)
        IL6 = people.give(*steps, times=times, outputs=["IL6"]).IL6 - 5
        after = IL6[:, times >= 5]
        signal[tolerance] = np.median(after[:, -1] / after.max(axis=1))
    assert signal["threshold"] < 0.5 * signal["none"]


def test_vessels_are_attacked_by_dose_only_where_they_carry_the_target(ward):
    """Attack grows with the dose; the variant without it has neither state nor observable."""
    rates = [35_000.0 * factor for factor in (1, 2, 4)]
    times = np.arange(0, 14, 0.25)
    attacks = [
        ward.give((0, "flotetuzumab", rate), times=times, outputs=["endothelial_attack"])
        .endothelial_attack.max(axis=1) for rate in rates
    ]  # fmt: skip
    assert np.all(np.diff(attacks, axis=0) > 0)
    without = library.load("flotetuzumab", endothelium="off")
    assert "Endo" not in {part.name for part in without.species}
    assert "kEn" not in {part.name for part in without.parameters}


def test_the_same_patients_can_be_treated_in_every_variant(ward, variant):
    """Patients differ in the same parameters, so that variants are compared in pairs."""
    shared = [name for name in variant.compiled.parameters if name != "ada_height"]
    assert shared == list(ward.compiled.parameters)
    columns = [variant.compiled.parameters.index(name) for name in shared]
    patients = ward.of(ward.model, 12).patients
    np.testing.assert_array_equal(variant.patients[:, columns], patients)


def test_a_patients_days_differ_and_are_his_own(ward):
    """Readiness has the median 1 and the spread of its row, and does not depend on treatment."""
    people = ward.of(ward.model, 400)
    times = np.arange(0, 28, 0.5)
    plain = people.give(times=times, outputs=["readiness"]).readiness
    treated = people.give(FLAT, times=times, outputs=["readiness"]).readiness
    assert treated == pytest.approx(plain, rel=1e-12)
    spread = next(part.value for part in ward.model.parameters if part.name == "sFl")
    assert np.log(plain).std() == pytest.approx(spread, rel=0.1)
    assert np.median(plain) == pytest.approx(1, abs=0.05)
    assert np.all(np.log(plain).std(axis=1) > 0.5 * spread)
