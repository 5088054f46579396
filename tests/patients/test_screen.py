# SPDX-License-Identifier: Apache-2.0
"""Drawing with correlations, and screening by a function that is handed in."""

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimer.core.errors import CohortError, Problems
from trimer.patients import Draw, Screening, sample
from trimer.patients.definition import (
    Correlation,
    Definition,
    Evidence,
    Factor,
    History,
    Induction,
    Limit,
    Loss,
    Score,
    Variation,
)

RESTS = Evidence(("Own",), "assumed")


def row(name, value, spread, unit="1"):
    """Return a row of a card."""
    return SimpleNamespace(name=name, value=value, spread=spread, unit=unit)


CARD = [
    row("CL", 38.0, "lognormal cv 40%", "L/day"),
    row("Vc", 3.0, "lognormal cv 20%", "L"),
    row("blasts", 0.55, "beta 1.8 2.3 within 0.12..0.92"),
    row("deviate", 0.0, "logistic"),
    row("T", 900.0, "lognormal sd 0.55 within 150..4000", "cell/uL"),
    row("kk", 1.8, "lognormal cv 30%", "1/day"),
    row("Q", 24.0, "", "L/day"),
]
BEFORE = [row("kill", 9.0, "lognormal sd 0.7"), row("Q", 99.0, "", "L/day")]

OWN = Definition(
    name="own",
    title="Our own",
    description="People of our own.",
    path=Path("own.toml"),
    factors=tuple(Factor(name, name, RESTS) for name in ("inflamed", "resistant", "size")),
    correlations=(Correlation(("inflamed", "resistant"), 0.5, RESTS),),
    variations=(
        Variation("CL", RESTS, loadings={"size": 0.6}),
        Variation("Vc", RESTS, loadings={"size": 0.7}),
        Variation("blasts", RESTS, loadings={"inflamed": -0.5}),
        Variation("deviate", RESTS, loadings={"resistant": 0.8}),
        Variation("T", RESTS, loadings={"inflamed": 1.0}),
        Variation("kk", RESTS, effects={"inflamed": 0.6}),
        Variation("kill", RESTS, loadings={"resistant": -1.0}),
    ),
    scores=(Score("score", "as measured", RESTS, "inflamed", 0.4),),
)


def history(name, courses, gap, **limits):
    """Return a history with limits of what is measured."""
    limit = Limit("left", RESTS, "1", **limits)
    return History(name, f"the {name}", RESTS, (limit,), courses, gap)


SCREENED = replace(
    OWN,
    histories=(
        history("failed", 2, 35.0, above=0.01),
        history("relapsed", 3, "days", above=1e-6, at_most=0.01),
    ),
    losses=(Loss("T", RESTS, 0.25, 90.0), Loss("kk", RESTS, 0.1)),
    induction=Induction("7+3", RESTS, (), 28.0, 5.0, 365.0),
)


class Examine:
    """Stands for the simulation: what is left after a kill, and days that follow from it."""

    card = BEFORE

    def unit(self, name):
        """Return the unit of a measure."""
        return {"left": "1", "days": "day"}.get(name)

    def measures(self):
        """Return the measures."""
        return ("left", "days")

    def __call__(self, columns, names):
        """Return measures of candidates."""
        known = {"left": np.exp(-columns["kill"]), "days": 10.0 * columns["kill"]}
        return {name: known[name] for name in names}


def screening(definition=SCREENED, seed=7, first=0):
    """Return a screening of the cards above."""
    return Screening(Draw(definition, CARD, BEFORE), seed, first, examine=Examine())


def same(one, other):
    """Whether two cohorts are the same people, bit by bit."""
    return (
        np.array_equal(one.ids, other.ids)
        and np.array_equal(one.values, other.values)
        and one.covariates.keys() == other.covariates.keys()
        and all(np.array_equal(one.covariate(n), other.covariate(n)) for n in one.covariates)
    )


def test_correlations_are_those_of_the_loadings():
    """Rank correlations of 20,000 patients: within four standard errors of what is implied."""
    cohort = screening(OWN).take(20_000)
    ranks = {n: np.argsort(np.argsort(cohort.column(n))) for n in cohort.parameters}
    implied = {
        ("CL", "Vc"): 0.6 * 0.7,
        ("CL", "T"): 0.0,
        ("blasts", "T"): -0.5,
        ("deviate", "T"): 0.8 * 0.5,
        ("blasts", "deviate"): -0.5 * 0.8 * 0.5,
    }
    for (one, other), pearson in implied.items():
        spearman = 6 / math.pi * math.asin(pearson / 2)
        found = np.corrcoef(ranks[one], ranks[other])[0, 1]
        assert found == pytest.approx(spearman, abs=4 / math.sqrt(20_000)), (one, other)
    score = cohort.covariate("score")
    assert np.corrcoef(score, np.log(cohort.column("T")))[0, 1] == pytest.approx(
        1 / math.hypot(1, 0.4), abs=0.015
    )


def test_marginals_are_those_of_the_card():
    """What loads keeps its distribution: quantiles as of independent draws, limits included."""
    cohort, alone = screening(OWN).take(20_000), sample(CARD, 20_000, seed=8)
    levels = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99]
    for name in ("CL", "Vc", "blasts", "deviate", "T"):
        limits = np.quantile(alone.column(name), levels)
        below = [[np.mean(c.column(name) <= q) for q in limits] for c in (cohort, alone)]
        assert below[0] == pytest.approx(below[1], abs=0.018), name
    assert cohort.column("blasts").min() == 0.12
    assert cohort.column("T").max() <= 4000


def test_an_effect_adds_to_the_logarithm():
    """The spread of kk grows to that of its own and of the effect together."""
    logs = np.log(screening(OWN).take(20_000).column("kk"))
    assert logs.std() == pytest.approx(math.hypot(math.sqrt(math.log(1.09)), 0.6), rel=0.02)
    assert logs.mean() == pytest.approx(math.log(1.8), abs=0.02)


def test_what_loads_on_nothing_is_bitwise_what_the_card_alone_gives():
    """The definition changes only the parameters that it speaks of."""
    bare = replace(OWN, variations=OWN.variations[:1], scores=())
    cohort, alone = screening(bare).take(300), sample(CARD, 300, seed=7)
    for name in ("Vc", "blasts", "deviate", "T", "kk"):
        assert np.array_equal(cohort.column(name), alone.column(name)), name
    assert not np.array_equal(cohort.column("CL"), alone.column("CL"))
    assert cohort.parameters == alone.parameters
    assert not cohort.screened


@given(st.lists(st.integers(1, 900), min_size=1, max_size=5))
@settings(deadline=None, max_examples=15)
def test_the_same_people_in_any_pieces(pieces):
    """Taken piece by piece they are bitwise those taken at once."""
    whole, part = screening().take(sum(pieces)), screening()
    at = 0
    for n in pieces:
        assert same(part.take(n), whole.part(at, at + n))
        at += n


def test_the_kept_keep_their_numbers():
    """From a later candidate on, the people of the whole cohort with these numbers are found."""
    whole = screening().take(500)
    assert np.all(np.diff(whole.ids) > 0)
    assert whole.ids[-1] > 499
    later = screening(first=int(whole.ids[100])).take(50)
    assert same(later, whole.part(100, 150))


def test_everyone_kept_meets_the_limits_and_nobody_else_does():
    """Of the first 1,000 candidates, exactly those whose measure fits are there."""
    run = screening()
    kept = run.take(400)
    draw = Draw(SCREENED, CARD, BEFORE)
    ids = np.arange(kept.ids[-1] + 1)
    kill = draw.column("kill", 7, ids, draw.factors(7, ids))
    assert kept.ids.tolist() == ids[np.exp(-kill) > 1e-6].tolist()
    failed = kept.covariate("history") == "the failed"
    assert np.all(kept.covariate("left")[failed] > 0.01)
    assert np.all(kept.covariate("left")[~failed] <= 0.01)
    assert np.all(kept.covariate("prior_courses")[failed] == 2)
    assert np.allclose(kept.covariate("prior_days")[~failed], 10 * kept.covariate("kill")[~failed])


def test_earlier_courses_take_their_share_and_it_comes_back_with_time():
    """T cells and killing against the formula, from the same patients without losses."""
    kept = screening().take(400)
    plain = screening(replace(SCREENED, losses=())).take(400)
    n, gap = kept.covariate("prior_courses"), kept.covariate("prior_days")
    factor = 1 - (1 - 0.75**n) * np.exp(-gap / 90)
    inside = (plain.column("T") > 150) & (plain.column("T") < 4000)
    expected = np.clip(plain.column("T") * factor, 150, 4000)
    assert kept.column("T")[inside] == pytest.approx(expected[inside], rel=1e-12)
    assert kept.column("kk") == pytest.approx(plain.column("kk") * 0.9**n, rel=1e-12)


def test_a_condition_of_entry_may_be_on_a_parameter():
    """Everyone has at least so many blasts, and draws are not bent for it."""
    limit = Limit("blasts", RESTS, "1", at_least=0.5)
    run = screening(replace(SCREENED, entry=(limit,)))
    blasts = run.take(300).column("blasts")
    assert blasts.min() >= 0.5
    assert np.count_nonzero(blasts == 0.5) == 0
    assert run.tally.met["blasts at least 0.5"][0] == run.tally.kept


@pytest.mark.parametrize("n", [1, 100, 3000])
def test_a_screen_that_keeps_too_few_stops_with_a_sentence(n):
    """After 1,000 candidates, however many are asked for, naming the condition."""
    run = screening(replace(OWN, histories=(history("none", 1, 0.0, above=2.0),),
                            induction=SCREENED.induction))  # fmt: skip
    with pytest.raises(CohortError, match=r"0 patients of 1,000 .*'left above 2' holds in 0 of"):
        run.take(n)
    assert run.tally.candidates == 1000


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (Limit("lefft", RESTS, "1", above=0.0), "Unknown name 'lefft'.*Did you mean 'left'"),
        (Limit("left", RESTS, "%", above=0.0), "Wrong unit of 'left'.*got %; it is in 1"),
        (Limit("CL", RESTS, "L/h", above=0.0), "Wrong unit of 'CL'.*got L/h; it is in L/day"),
    ],
)
def test_a_condition_on_nothing_is_refused(limit, message):
    """A condition names a parameter or a measure, in its unit."""
    with pytest.raises(Problems, match=message):
        screening(replace(SCREENED, entry=(limit,)))


def test_who_could_not_be_followed_is_left_out():
    """A measure that is no number meets no limit."""

    class Lost(Examine):
        def __call__(self, columns, names):
            found = super().__call__(columns, names)
            found["left"][::2] = np.nan
            return found

    draw = Draw(SCREENED, CARD, BEFORE)
    kept = Screening(draw, 7, examine=Lost()).take(200)
    assert np.all(kept.ids % 2 == 1)
