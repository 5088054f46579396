# SPDX-License-Identifier: Apache-2.0
"""How parameters differ between patients."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer import library
from trimer.core.errors import CohortError
from trimer.patients import Beta, Logistic, LogNormal, parse_spread

PROBABILITIES = np.linspace(0.001, 0.999, 999)
SPREADS = [
    ("lognormal cv 40%", 38.0),
    ("lognormal sd 0.9 median 0.05 within 0.005..0.35", 0.06),
    ("beta 1.8 2.3 within 0.12..0.92", 0.55),
    ("logistic", 0.0),
]


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("lognormal cv 40%", 38.0, LogNormal(38.0, math.sqrt(math.log(1.16)))),
        ("lognormal cv 40 %", 38.0, LogNormal(38.0, math.sqrt(math.log(1.16)))),
        ("lognormal sd 0.9", 2.0, LogNormal(2.0, 0.9)),
        ("  lognormal   sd .9 ", 2.0, LogNormal(2.0, 0.9)),
        ("lognormal sd 0.55 median 900 within 150..4000", 1000.0, LogNormal(900, 0.55, 150, 4000)),
        (
            "lognormal cv 20% within 45..120",
            70.0,
            LogNormal(70, math.sqrt(math.log(1.04)), 45, 120),
        ),
        ("beta 1.8 2.3", 0.55, Beta(1.8, 2.3)),
        ("beta 1.8 2.3 within 0.12..0.92", 0.55, Beta(1.8, 2.3, 0.12, 0.92)),
        ("beta 1.8 2.3 within .12 .. .92", 0.55, Beta(1.8, 2.3, 0.12, 0.92)),
        ("logistic", 0.0, Logistic(0.0)),
        ("logistic within -4..4", 1.0, Logistic(1.0, -4, 4)),
        ("lognormal cv 30%", 0.0, LogNormal(0.0, math.sqrt(math.log(1.09)))),
    ],
)
def test_the_grammar(text, value, expected):
    """Each form of the grammar is read as it says."""
    found = parse_spread(text, name="x", value=value)
    assert type(found) is type(expected)
    for field in expected.__slots__:
        assert getattr(found, field) == pytest.approx(getattr(expected, field), rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "normal sd 1",
        "lognormal",
        "lognormal 40%",
        "lognormal cv 0.4",
        "lognormal cv 40% median",
        "lognormal cv 40% within 1",
        "lognormal within 1..2 cv 40%",
        "beta 1.8",
        "beta 1.8 2.3 median 0.5",
        "logistic 1",
        "Lognormal cv 40%",
        "lognormal cv 40% within 1..2..3",
        "lognormal cv ４０%",
    ],
)
def test_other_forms_are_refused(text):
    """Text outside the grammar is refused with the parameter, the text and what is allowed."""
    with pytest.raises(CohortError) as refusal:
        parse_spread(text, name="CL", value=1.5)
    message = str(refusal.value)
    assert message.startswith(f"Wrong spread of parameter 'CL': got '{text}'; allowed are ")
    assert "'lognormal cv 40%'" in message


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("lognormal cv 0%", 1.0, "'cv' has to be positive"),
        ("lognormal cv -40%", 1.0, "'cv' has to be positive"),
        ("lognormal sd 1e999", 1.0, "'sd' has to be positive and finite"),
        ("lognormal sd 1 median 0", 1.0, "'median' has to be positive"),
        ("lognormal sd 1", -1.0, "the median of a lognormal cannot be -1"),
        ("lognormal sd 1", math.nan, "the median of a lognormal cannot be nan"),
        ("beta 0 2", 0.5, "the first shape has to be positive"),
        ("beta 2 0", 0.5, "the second shape has to be positive"),
        ("lognormal sd 1 within 2..1", 1.5, "the lower limit has to be below the upper"),
        ("lognormal sd 1 within 2..3", 1.0, r"the value 1 lies outside 2\.\.3"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(text, value, reason):
    """Numbers without meaning are refused with the reason."""
    with pytest.raises(CohortError, match=reason):
        parse_spread(text, name="CL", value=value)


@pytest.mark.parametrize(("text", "value"), SPREADS)
def test_quantiles_do_not_decrease(text, value):
    """A larger share of patients lies below a larger value."""
    quantiles = parse_spread(text, name="x", value=value).quantile(PROBABILITIES)
    assert np.all(np.diff(quantiles) >= 0)


def test_the_median_is_the_value():
    """Half of the patients lie below the value of a lognormal and of a logistic parameter."""
    half = np.array([0.5])
    assert parse_spread("lognormal cv 40%", name="x", value=38).quantile(half)[0] == 38
    assert parse_spread("logistic", name="x", value=2).quantile(half)[0] == 2


def test_the_coefficient_of_variation_is_the_stated_one():
    """A lognormal parameter with cv 40 % has standard deviation over mean of 0.4."""
    fine = (np.arange(400_000) + 0.5) / 400_000
    values = parse_spread("lognormal cv 40%", name="x", value=38).quantile(fine)
    assert values.std() / values.mean() == pytest.approx(0.4, abs=1e-3)


def test_zero_is_zero_in_everyone():
    """The spread of a lognormal parameter that is 0 does nothing."""
    assert not parse_spread("lognormal cv 30%", name="x", value=0).quantile(PROBABILITIES).any()


@given(st.floats(0.001, 0.999))
def test_draws_stay_within_the_limits(u):
    """What lies outside the limits is set to the nearer one."""
    spread = parse_spread("lognormal sd 2 within 0.5..3", name="x", value=1)
    free = parse_spread("lognormal sd 2", name="x", value=1)
    probability = np.array([u])
    assert spread.quantile(probability) == np.clip(free.quantile(probability), 0.5, 3)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    """Whatever stands in the card, the answer is a distribution or a sentence."""
    try:
        spread = parse_spread(text, name="x", value=0.5)
    except CohortError:
        return
    assert np.isfinite(spread.quantile(np.array([0.5]))).all()


def test_every_spread_of_the_shipped_models_is_understood():
    """Each spread written in a shipped parameter card can be drawn from."""
    for name in library.names():
        for path in library.files(name):
            if path.suffix == ".csv":
                with path.open(encoding="utf-8") as file:  # those without are not cards
                    rows = [row for row in csv.DictReader(file) if row.get("spread")]
                for row in rows:
                    parse_spread(row["spread"], name=row["name"], value=float(row["value"]))
