# SPDX-License-Identifier: Apache-2.0
"""Deaths, transplants, relapses and withdrawals."""

from dataclasses import astuple, replace

import numpy as np
import pytest

from trimer.core.errors import CardError, InputError
from trimer.core.random import uniform
from trimer.trial.fate import CAUSES, FAILURE_DAY, HAZARDS, death_draws, fates
from trimer.trial.fate_constants import FateConstants, fate_card, fate_constants

N = 20_000
DAYS = np.arange(0.0, 701.0, 7.0)
IDS = np.arange(N)
NOBODY = np.full(N, np.nan)
STILL = replace(fate_constants(), withdraws=0.0)


def course(n=N, **rates):
    """Summed hazards that are constant in time, per day."""
    return {cause: np.full((n, 1), rates.get(cause, 0.0)) * DAYS for cause in HAZARDS}


def follow(hazards, response=NOBODY, relapse=NOBODY, constants=STILL, **options):
    """Fates of the patients with seed 7."""
    return fates(
        np.arange(len(response)), DAYS, hazards,
        response_day=response, relapse_day=relapse, seed=7, constants=constants, **options,
    )  # fmt: skip


def share(flags):
    """Share of patients, and three standard errors of it."""
    p = np.mean(flags)
    return p, 3 * np.sqrt(max(p * (1 - p), 1e-4) / len(flags))


def test_without_hazards_nobody_dies():
    """All are alive at the end of follow-up, and failures of treatment by day 56."""
    found = follow(course())
    assert (found.os_days == DAYS[-1]).all()
    assert not found.os_event.any()
    assert np.isnan(found.death_day).all()
    assert (found.cause == "").all()
    assert (found.efs_days == FAILURE_DAY).all()
    assert found.efs_event.all()
    assert np.isnan(found.dor_days).all()


def test_constant_hazards_give_exponential_deaths():
    """Survival and the causes' shares are those of the closed form, within three errors."""
    rates = {"disease": 0.004, "infection": 0.002, "toxicity": 0.001}
    found = follow(course(**rates))
    total = sum(rates.values())
    for day in (30.0, 100.0, 365.0):
        alive, error = share(~(found.os_event & (found.os_days <= day)))
        assert alive == pytest.approx(np.exp(-total * day), abs=error)
    for cause, rate in rates.items():
        dead, error = share(found.cause == cause)
        assert dead == pytest.approx(rate / total * (1 - np.exp(-total * DAYS[-1])), abs=error)


def test_a_death_comes_when_the_sum_passes_the_draw():
    """The day is the closed-form inverse, for a hazard that changes from interval to interval."""
    slope = np.where(DAYS[:-1] < 100, 0.002, 0.02)
    summed = np.concatenate([[0.0], np.cumsum(slope * np.diff(DAYS))])
    hazards = course() | {"infection": np.tile(summed, (N, 1))}
    found = follow(hazards)
    draw = death_draws(7, IDS)["infection"]
    died = found.os_event
    expected = np.interp(draw, summed, DAYS)
    assert found.death_day[died] == pytest.approx(expected[died], rel=1e-12)
    assert (draw[~died] > summed[-1]).all()


def test_more_hazard_never_lets_a_patient_live_longer():
    """With the same luck, doubled hazards bring every death forward."""
    one, two = follow(course(disease=0.003)), follow(course(disease=0.006))
    assert (two.os_days <= one.os_days).all()
    both = one.os_event & two.os_event
    assert two.os_days[both] == pytest.approx(one.os_days[both] / 2)


def test_withdrawal_is_loss_from_sight_while_treated():
    """Its times are exponential, none is later than treatment, and no death is seen after it."""
    constants = replace(STILL, withdraws=0.01)
    found = follow(course(disease=0.01), constants=constants, treated_until=56.0)
    left = ~np.isnan(found.withdrawal_day)
    assert found.withdrawal_day[left].max() < 56
    assert not (left & found.os_event).any()
    assert (found.os_days[left] == found.withdrawal_day[left]).all()
    expected = 0.5 * (1 - np.exp(-0.02 * 56))  # the first of two equal hazards
    found_share, error = share(left)
    assert found_share == pytest.approx(expected, abs=error)


def test_a_fit_responder_is_transplanted_unless_something_comes_before():
    """The share is that of the eligible; a relapse on the next day leaves none."""
    response = np.full(N, 25.0)
    found = follow(course(), response)
    moved = ~np.isnan(found.transplant_day)
    fit, error = share(moved)
    assert fit == pytest.approx(STILL.eligible, abs=error)
    delay = found.transplant_day[moved] - 25
    assert np.median(delay) == pytest.approx(STILL.delay, rel=0.02)
    assert np.isnan(follow(course(), response, response + 1).transplant_day).all()
    assert np.isnan(follow(course(), response, transplants=False).transplant_day).all()
    assert np.isnan(follow(course()).transplant_day).all()


def test_a_transplant_ends_the_models_hazards_and_relapse():
    """Those transplanted do not die of infection, nor relapse on the model's day."""
    response, relapse = np.full(N, 25.0), np.full(N, 300.0)
    constants = replace(STILL, toxic_early=0, toxic_late=0, relapse_year=0, relapse_later=0)
    found = follow(course(infection=0.005), response, relapse, constants)
    moved = ~np.isnan(found.transplant_day)
    assert 0.2 < moved.mean() < 0.8
    assert not found.os_event[moved].any()
    assert np.isnan(found.relapse_day[moved]).all()
    stay = ~moved & (found.os_days >= 300)
    assert (found.relapse_day[stay] == 300).all()
    assert (found.dor_days[stay] == 275).all()


def test_after_a_transplant_death_and_relapse_compete():
    """Without relapse, deaths follow the hazard of two phases in closed form."""
    c = replace(STILL, delay=1e-6, delay_sd=0, eligible=1, relapse_year=0, relapse_later=0,
                toxic_early=0.004, toxic_late=0.001)  # fmt: skip
    found = follow(course(), np.zeros(N), constants=c)
    assert (found.cause[found.os_event] == "transplant").all()
    for day in (50.0, 100.0, 400.0):
        summed = 0.004 * min(day, 100.0) + 0.001 * max(day - 100.0, 0.0)
        alive, error = share(~(found.os_event & (found.os_days <= day)))
        assert alive == pytest.approx(np.exp(-summed), abs=error)


def test_residual_disease_brings_relapse_forward_after_a_transplant():
    """Two decades above the floor multiply the hazard by the square of its rise."""
    c = replace(STILL, delay=1e-6, delay_sd=0, eligible=1, toxic_early=0, toxic_late=0,
                relapse_year=0.001, relapse_later=0.001)  # fmt: skip
    clear, seen = (
        follow(course(), np.zeros(N), constants=c, residual=np.full((N, DAYS.size), level))
        for level in (-4.0, -2.0)
    )
    for found, rate in ((clear, 0.001), (seen, 0.001 * c.mrd_rise**2)):
        back, error = share(~np.isnan(found.relapse_day) & (found.relapse_day < 300))
        assert back == pytest.approx(1 - np.exp(-300 * rate), abs=error)
        assert (found.cause[found.os_event] == "disease").all()
    assert (clear.os_days >= seen.os_days).all()


def test_times_fit_together():
    """Events are in order, and every time ends in an event or in the end of what was seen."""
    rng = np.random.default_rng(2)
    response = np.where(rng.uniform(size=N) < 0.4, rng.choice([25.0, 28.0, 53.0], N), np.nan)
    relapse = response + rng.exponential(100, N)
    found = follow(
        course(disease=0.003, infection=0.001, toxicity=0.0002), response, relapse,
        constants=fate_constants(),
    )  # fmt: skip
    assert set(found.cause) == {"", *CAUSES}
    for when in (found.response_day, found.relapse_day, found.transplant_day,
                 found.withdrawal_day, found.death_day, found.efs_days):  # fmt: skip
        assert (when[~np.isnan(when)] <= found.os_days[~np.isnan(when)]).all()
    moved = ~np.isnan(found.transplant_day)
    assert (found.transplant_day[moved] > found.response_day[moved]).all()
    late = moved & ~np.isnan(found.relapse_day)
    assert late.any()
    assert (found.relapse_day[late] > found.transplant_day[late]).all()
    assert (np.isnan(found.dor_days) == np.isnan(found.response_day)).all()
    assert (found.os_event == (found.cause != "")).all()
    assert (found.os_event <= found.efs_event).all()
    cut = ~found.os_event & np.isnan(found.withdrawal_day)
    assert (found.os_days[cut] == DAYS[-1]).all()


def test_a_patient_has_the_same_fate_in_any_company():
    """Neither the order of patients nor who else is there changes anything."""
    response = np.where(IDS % 2 == 0, 25.0, np.nan)
    all_of_them = follow(course(disease=0.003), response, constants=fate_constants())
    some = np.array([977, 4, 12_345])
    few = fates(
        some, DAYS, course(3, disease=0.003), response_day=response[some],
        relapse_day=NOBODY[some], seed=7,
    )  # fmt: skip
    for one, other in zip(astuple_of(all_of_them), astuple_of(few), strict=True):
        np.testing.assert_array_equal(one[some], other)
    other = fates(some, DAYS, course(3, disease=0.003), response_day=response[some],
                  relapse_day=NOBODY[some], seed=8)  # fmt: skip
    assert (other.os_days != few.os_days).any()


def astuple_of(found):
    """The arrays of fates, in order."""
    return [getattr(found, name) for name in type(found).__slots__]


def test_draws_are_exponential_with_mean_1():
    """They are the negative logarithm of the patient's own uniform number."""
    draws = death_draws(7, IDS)
    assert tuple(draws) == tuple(HAZARDS)
    np.testing.assert_array_equal(
        draws["disease"], -np.log(uniform(7, "fate/death by disease", IDS))
    )
    assert [round(float(draw.mean()), 1) for draw in draws.values()] == [1.0, 1.0, 1.0]


def test_a_patient_who_could_not_be_followed_has_no_fate():
    """Days are not known and nothing counts as an event."""
    hazards = course(3, disease=0.01)
    hazards["disease"][1, 50:] = np.nan
    found = fates([0, 1, 2], DAYS, hazards, response_day=[25.0] * 3, relapse_day=[60.0] * 3, seed=7)
    assert np.isnan(found.os_days).tolist() == [False, True, False]
    assert np.isnan(found.dor_days[1])
    assert not found.os_event[1]
    assert not found.efs_event[1]
    assert found.cause[1] == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hazards": {"disease": np.zeros((2, DAYS.size))}}, "Wrong causes of death: 'infection'"),
        ({"hazards": course(3)}, "Wrong shape of the summed hazard of death by disease"),
        ({"hazards": course(2) | {"toxicity": -course(2, disease=1)["disease"]}},
         "Wrong summed hazard of death by toxicity"),
        ({"times": DAYS[::-1]}, "Wrong times of the courses of hazards"),
        ({"times": DAYS[:1]}, "hazards: got 1 of them"),
        ({"response_day": [25.0]}, "Wrong days of response"),
        ({"residual": np.zeros((2, 3))}, "Wrong shape of residual disease"),
        ({"seed": -1}, "Wrong seed"),
    ],
)  # fmt: skip
def test_bad_input(change, message):
    """What does not fit is refused with a sentence."""
    asked = {
        "ids": [0, 1], "times": DAYS, "hazards": course(2), "response_day": [25.0, np.nan],
        "relapse_day": [np.nan] * 2, "seed": 7,
    } | change  # fmt: skip
    with pytest.raises(InputError, match=message):
        fates(**asked)


def test_constants_say_where_they_are_from():
    """Every one has a unit, a source, a basis and a remark, and none claims to be measured."""
    rows = fate_card().parameters
    assert {row.basis for row in rows} <= {"assumed", "derived", "scaled"}
    assert all(row.sources and row.unit and row.details for row in rows)
    assert FateConstants.of(fate_card()) == fate_constants()
    assert len(astuple(fate_constants())) == len(rows)


def test_constants_are_checked():
    """A share above 1, a negative hazard, a missing row."""
    with pytest.raises(InputError, match=r"'eligible': got 1\.2; it is"):
        replace(STILL, eligible=1.2)
    with pytest.raises(InputError, match=r"'withdraws': got -0\.1; it is"):
        replace(STILL, withdraws=-0.1)
    card = fate_card()
    with pytest.raises((InputError, CardError), match="'withdraws' is missing"):
        FateConstants.of(replace(card, parameters=card.parameters[:-1]))
