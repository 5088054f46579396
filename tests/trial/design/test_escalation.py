# SPDX-License-Identifier: Apache-2.0
"""Designs of dose escalation decide as published, and do as computed independently."""

from functools import cache
from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta

from trimer.core.errors import InputError
from trimer.trial.design.escalation import (
    NONE,
    Boin,
    Crm,
    ThreePlusThree,
    Toxicity,
    boundaries,
    escalate,
    skeleton,
)
from trimer.trial.design.escalation.rule import chance_above


def table(rates, n=4000, seed=1):
    """Patients who tolerate up to a number of their own."""
    limit = np.random.default_rng(seed).permutation((np.arange(n) + 0.5) / n)
    toxic = limit[:, None] < np.array(rates)
    names = tuple(f"dose {k + 1}" for k in range(len(rates)))
    return Toxicity(names, np.arange(n), toxic, np.where(toxic, 3.0, np.nan), 28.0)


@pytest.mark.parametrize(
    ("target", "rise", "fall"), [(0.3, 0.236, 0.359), (0.25, 0.197, 0.298), (0.2, 0.157, 0.238)]
)
def test_boundaries_are_those_published(target, rise, fall):
    """Liu and Yuan's table: 0.236 and 0.359 at 30 %, 0.197 and 0.298 at 25 %."""
    assert boundaries(target) == pytest.approx((rise, fall), abs=5e-4)


def test_boin_rises_stays_and_falls_as_its_table_says():
    """At 30 %: of 3 patients 0 rise, 1 stay, 2 fall; 3 of 3 shut the dose."""
    design, dose = Boin(0.3), np.full(4, 1)
    treated = np.tile([3, 3, 0], (4, 1))
    toxic = np.array([[0, 0, 0], [0, 1, 0], [0, 2, 0], [0, 3, 0]])
    assert design.next_dose(treated, toxic, dose).tolist() == [2, 1, 0, 0]
    # never above a dose that is shut: 3 of 3 at the middle one
    assert design.next_dose(treated[:1], toxic[3:], np.array([0])).tolist() == [0]
    # shut at the lowest: the trial stops
    assert design.next_dose(
        np.array([[3, 0, 0]]), np.array([[3, 0, 0]]), np.array([0])
    ).tolist() == [NONE]


@settings(deadline=None)
@given(st.integers(1, 40), st.data(), st.sampled_from([0.1, 0.25, 0.3, 0.5]))
def test_chance_of_being_above_the_target_is_the_beta_tail(n, data, target):
    """Against SciPy's beta distribution."""
    y = data.draw(st.integers(0, n))
    found = chance_above(target, np.array([[n]]), np.array([[y]]))[0, 0]
    assert found == pytest.approx(beta.sf(target, 1 + y, 1 + n - y), rel=1e-9, abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=6))
@settings(max_examples=200, deadline=None)
def test_boin_chooses_by_isotonic_regression(pairs):
    """The vectorized choice is that of pooling adjacent violators, one by one."""
    treated = np.array([[max(pair) for pair in pairs]])
    toxic = np.array([[min(pair) for pair in pairs]])
    got = Boin(0.3).choose(treated, toxic)[0]
    n, y = treated[0].astype(float), toxic[0].astype(float)
    shut = np.logical_or.accumulate((n >= 3) & (chance_above(0.3, treated, toxic)[0] > 0.95))
    use = [k for k in range(len(n)) if n[k] > 0 and not shut[k]]
    if not use:
        assert got == NONE
        return
    blocks = []
    for k in use:
        rate = (y[k] + 0.05) / (n[k] + 0.1)
        var = (y[k] + 0.05) * (n[k] - y[k] + 0.05) / ((n[k] + 0.1) ** 2 * (n[k] + 1.1))
        blocks.append([rate, 1 / var, [k]])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            b, a = blocks.pop(), blocks.pop()
            w = a[1] + b[1]
            blocks.append([(a[0] * a[1] + b[0] * b[1]) / w, w, a[2] + b[2]])
    fitted = {k: block[0] + (k + 1) * 1e-10 for block in blocks for k in block[2]}
    distance = {k: abs(rate - 0.3) for k, rate in fitted.items()}
    assert distance[int(got)] == pytest.approx(min(distance.values()), abs=1e-9)


@cache
def _three(rates, dose, treated, toxic):
    """Chance of each choice from here on, by every path of a 3+3 (a tuple; last: none)."""
    doses = len(rates)
    result = np.zeros(doses + 1)
    for new in range(4):
        chance = comb(3, new) * rates[dose] ** new * (1 - rates[dose]) ** (3 - new)
        n, y = list(treated), list(toxic)
        n[dose], y[dose] = n[dose] + 3, y[dose] + new
        upper_shut = dose + 1 >= doses or y[dose + 1] >= 2
        if y[dose] >= 2:
            if dose == 0:
                result[doses] += chance
                continue
            if n[dose - 1] == 6:
                result[dose - 1] += chance
                continue
            following = dose - 1
        elif n[dose] == 3 and y[dose] == 1:
            following = dose
        elif not upper_shut:
            following = dose + 1
        elif n[dose] == 3:
            following = dose
        else:
            result[dose] += chance
            continue
        result += chance * np.array(_three(rates, following, tuple(n), tuple(y)))
    return tuple(result)


def test_three_plus_three_does_as_every_path_counted_out():
    """20,000 trials choose each dose as often as the sum over all paths says."""
    rates = (0.1, 0.2, 0.35, 0.5)
    found = escalate(table(rates), ThreePlusThree(), target=0.25, repeats=20_000, seed=4)
    exact = _three(rates, 0, (0,) * 4, (0,) * 4)
    assert sum(exact) == pytest.approx(1)
    seen = [share.share for share in (*found.selected, found.none_selected)]
    assert seen == pytest.approx(exact, abs=0.012)
    assert (found.treated <= 6).all()


def test_crm_posterior_is_that_of_quadrature():
    """Mean of theta and the chance of the lowest dose being too toxic, by SciPy's quad."""
    design = Crm(0.25, skeleton(0.25, 4, 2))
    n, y = np.array([3, 9, 6, 0]), np.array([0, 1, 3, 0])
    rates = np.array(design.rates)

    def density(theta):
        p = rates ** np.exp(theta)
        return float(np.prod(p**y * (1 - p) ** (n - y)) * np.exp(-(theta**2) / (2 * 1.34)))

    total = quad(density, -8, 8, epsabs=1e-14)[0]
    mean = quad(lambda t: t * density(t), -8, 8, epsabs=1e-14)[0] / total
    edge = np.log(np.log(0.25) / np.log(rates[0]))
    above = quad(density, -8, edge, epsabs=1e-14)[0] / total
    got, chance = design.posterior(n[None], y[None])
    assert got[0] == pytest.approx(mean, rel=1e-6)
    assert chance[0] == pytest.approx(above, abs=2e-3)


def test_skeleton_tells_neighbors_apart_by_the_interval():
    """Where one dose has the target less 5 points, the next has the target and 5 points."""
    rates = skeleton(0.25, 5, 3)
    assert rates[2] == 0.25
    for low, high in pairwise(rates):
        power = np.log(0.20) / np.log(low)
        assert high**power == pytest.approx(0.30)


def test_crm_skips_no_dose_and_stops_where_the_lowest_is_too_toxic():
    """After 0 of 3 at the lowest the next is the second, however clean; 6 of 6 stop it."""
    design = Crm(0.25, skeleton(0.25, 5, 4))
    treated, toxic = np.array([[3, 0, 0, 0, 0]]), np.array([[0, 0, 0, 0, 0]])
    assert design.next_dose(treated, toxic, np.array([0])).tolist() == [1]
    assert design.choose(treated, toxic).tolist() == [0]  # the only one anybody had
    treated = np.array([[6, 0, 0, 0, 0]])
    assert design.next_dose(treated, treated, np.array([0])).tolist() == [NONE]


@pytest.mark.parametrize("name", ["3+3", "BOIN", "CRM"])
def test_designs_find_the_dose_more_often_than_chance(name):
    """The dose at the target is chosen most often by BOIN and CRM; shares add up to all."""
    design = {"3+3": ThreePlusThree(), "BOIN": Boin(0.25), "CRM": Crm(0.25, skeleton(0.25, 5, 3))}[
        name
    ]
    found = escalate(table((0.05, 0.12, 0.25, 0.4, 0.55)), design, target=0.25, repeats=1000)
    counts = [share.count for share in (*found.selected, found.none_selected)]
    assert sum(counts) == 1000
    assert found.best == 2
    if name != "3+3":
        assert max(counts) == found.correct.count > 450
        assert (found.treated.sum(axis=1) == 30).all()
    assert found.patients == pytest.approx(sum(found.patients_at))
    assert 0 < found.toxicity_share < 0.4


def test_repeats_are_the_same_whatever_their_number_and_the_design_sees_the_same_patients():
    """Repeat r does not depend on how many there are, nor on the most patients allowed."""
    patients = table((0.1, 0.25, 0.4))
    few = escalate(patients, Boin(0.25), target=0.25, repeats=20, seed=9)
    many = escalate(patients, Boin(0.25), target=0.25, repeats=50, seed=9)
    assert (few.treated == many.treated[:20]).all()
    assert (few.chosen == many.chosen[:20]).all()
    other = escalate(patients, Boin(0.25), target=0.25, repeats=20, seed=10)
    assert (few.toxic != other.toxic).any()


def test_nothing_toxic_ends_at_the_top_and_all_toxic_without_a_dose():
    """The two extremes, for every design."""
    for design in (ThreePlusThree(), Boin(0.25), Crm(0.25, skeleton(0.25, 3, 2))):
        clean = escalate(table((0.0, 0.0, 0.0)), design, target=0.25, repeats=20)
        assert (clean.chosen == 2).all()
        assert clean.toxicities == 0
        awful = escalate(table((1.0, 1.0, 1.0)), design, target=0.25, repeats=20)
        assert (awful.chosen == NONE).all()
        assert awful.patients <= 6


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: boundaries(0.0), "Impossible target"),
        (lambda: boundaries(25), "Write 25 % as 0.25"),
        (lambda: skeleton(0.25, 3, 4), "dose 4 of 3"),
        (lambda: Crm(0.25, (0.3, 0.2)), "rising"),
        (lambda: escalate(table((0.1,)), Crm(0.25, (0.1, 0.2)), target=0.25), "2 rates for 1"),
        (lambda: escalate(table((0.1,)), Boin(0.25), target=0.25, cohort=40), "40 at a time"),
        (lambda: escalate(table((0.1,)), Boin(0.25), target=0.25, start=1), "number 2 of 1"),
        (lambda: escalate(table((0.1,)), Boin(0.25), target=0.25, repeats=0), "at least once"),
    ],
    ids=range(8),
)
def test_what_no_trial_has_is_refused(call, says):
    """A sentence says what is allowed."""
    with pytest.raises(InputError, match=says):
        call()
