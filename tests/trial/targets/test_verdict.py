# SPDX-License-Identifier: Apache-2.0
"""When a row is met: the rules, one by one."""

import pytest

from trimer.trial.targets import tally, verdict
from trimer.trial.targets.target import EXACT, RANGE
from trimer.trial.targets.words import miss_sentence


@pytest.mark.parametrize(
    ("value", "said"),
    [(3.8, "met"), (30.7, "met"), (13.3, "met"), (3.7, "missed"), (30.8, "missed")],
)
def test_a_share_is_met_inside_its_exact_interval(part, row, found, value, said):
    """Its limits belong to it."""
    target = row("share", part(13.3, 3.8, 30.7, EXACT, count=4, n=30))
    assert verdict(target, found(value)) == said


@pytest.mark.parametrize(
    ("interval", "value", "said"),
    [
        ("quartiles", 3.0, "met"),
        ("quartiles", 2.9, "missed"),
        ("quartiles", 18.1, "missed"),
        ("stated range", 18.0, "met"),
        ("derived", 18.1, "missed"),
        (RANGE, 3.5, "met"),  # the range of patients is not judged by: 7 within a factor 2
        (RANGE, 3.4, "missed"),
        (RANGE, 14.0, "met"),
        (RANGE, 14.1, "missed"),
    ],
)
def test_a_median_is_met_inside_quartiles_or_within_a_factor(
    part, row, found, interval, value, said
):
    """Quartiles and stated ranges count; the range of a sample or nothing means a factor 2."""
    target = row("median", part(7.0, 3.0, 18.0, interval, n=19))
    assert verdict(target, found(value)) == said


def test_a_number_without_interval_is_met_within_the_factor_of_its_row(part, row, found):
    """Two, unless the row says another."""
    assert verdict(row("number", part(2.0)), found(4.0)) == "met"
    assert verdict(row("number", part(2.0), factor=1.5), found(4.0)) == "missed"


@pytest.mark.parametrize(
    ("values", "said"),
    [((42, 40, 18), "met"), ((52, 40, 8), "met"), ((52.1, 40, 8), "missed")],
)
def test_shares_of_one_whole_are_met_within_points(part, row, found, values, said):
    """All of them."""
    parts = [part(v, count=c, n=48) for v, c in ((42, 20), (39.6, 19), (18, 9))]
    assert verdict(row("shares", *parts, within_points=10.0), found(*values)) == said


@pytest.mark.parametrize(
    ("order", "values", "said"),
    [
        ("falling", (2.0, 1.0), "met"),
        ("falling", (1.0, 2.0), "missed"),
        ("falling", (1.0, 1.0), "missed"),
        ("falling", (5.0, 4.9999999999999), "missed"),  # rounding is no order
        ("rising", (1.0, 2.0), "met"),
        ("rising", (2.0, 1.0), "missed"),
    ],
)
def test_an_ordering_is_met_by_order_alone(part, row, found, order, values, said):
    """Equal is not in order."""
    assert verdict(row("ordering", part(), part(), order=order), found(*values)) == said


@pytest.mark.parametrize(
    ("values", "said"),
    [((2.0, 1.2), "met"), ((1.1, 1.2), "missed"), ((4.1, 1.2), "missed")],
)
def test_a_row_of_numbers_and_order_needs_both(part, row, found, values, said):
    """T+Q: near enough, and the right way round."""
    target = row("number", part(2.0), part(1.16), order="falling", test="T+Q")
    assert verdict(target, found(*values)) == said


@pytest.mark.parametrize(("value", "said"), [(0.0, "met"), (1e-4, "met"), (2e-4, "missed")])
def test_a_null_test_is_met_below_its_limit(part, row, found, value, said):
    """Nothing but what the solver leaves."""
    assert verdict(row("limit", part(at_most=1e-4)), found(value)) == said


@pytest.mark.parametrize(("value", "said"), [(1.9, "missed"), (2, "met"), (16.5, "missed")])
def test_limits_may_be_two(part, row, found, value, said):
    """From at least to at most."""
    assert verdict(row("limit", part(at_least=2.0, at_most=16.0)), found(value)) == said


def test_what_could_not_be_simulated_is_not_judged(part, row, found):
    """Neither met nor missed."""
    assert verdict(row("share", part(10.0)), found(reason="No such output.")) == "n/a"
    assert verdict(row("share", use="not applicable"), found()) == "n/a"


def test_counts_are_kept_apart_by_use(targets, found):
    """Fitted rows, predictions and the rest never make up for one another; priors count nowhere."""
    some = targets.select(["V3", "V6", "V23", "V75", "V90", "V82"])
    simulated = {
        "V3": found(95.0), "V6": found(50.0), "V23": found(5.0), "V75": found(5.0, 9.0),
        "V90": found(0.0), "V82": found(reason="An assay."),
    }  # fmt: skip
    counts = tally(some, simulated)
    assert (counts["fit"].met, counts["fit"].judged) == (1, 2)
    assert (counts["predicted"].met, counts["predicted"].judged) == (1, 1)
    assert (counts["prior"].met, counts["prior"].judged) == (1, 1)
    assert (counts["by construction"].met, counts["by construction"].judged) == (1, 1)
    assert counts["not applicable"].not_judged == 1


@pytest.mark.parametrize(
    ("kind", "given", "value", "words"),
    [
        ("share", {"value": 13.3, "low": 3.8, "high": 30.7, "interval": EXACT}, 40.0,
         "Simulated 40 %, above the published 3.8 to 30.7 by 9.3 points."),
        ("median", {"value": 1.0, "unit": "days"}, 3.0,
         "Simulated 3 days, 3 times the published 1; met is a factor 2."),
        ("limit", {"at_most": 10.0}, 27.0, "Simulated 27 %, above the limit of 10."),
        ("median", {"value": 7.0, "low": 3.0, "high": 18.0, "interval": "quartiles",
                    "label": "48 hours"}, 2.0,
         "48 hours: simulated 2 %, below the published 3 to 18."),
    ],
)  # fmt: skip
def test_a_miss_says_direction_and_size(part, row, found, kind, given, value, words):
    """And what the file knows of it."""
    target = row(kind, part(**given), if_missed="The mix is assumed.")
    assert miss_sentence(target, found(value)) == f"{words} The mix is assumed."


def test_a_miss_of_order_shows_the_numbers(part, row, found):
    """Which should have fallen."""
    target = row("ordering", part(label="early"), part(label="late"), order="falling")
    assert miss_sentence(target, found(1.0, 2.0)) == (
        "The numbers should be falling: early 1 %, late 2 %."
    )
