# SPDX-License-Identifier: Apache-2.0
"""Whether conditions can hold at all, and together."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.condition import Quantity, bind, can_ever_hold, can_hold_together, parse
from trimer.core.condition.logic import MOST
from trimer.core.errors import ConditionError

KNOWN = {
    q.name: q
    for q in (
        Quantity("temperature", "degC", "vital", "body temperature", 25, 45),
        Quantity("ALT", "U/L", "lab", "enzyme", 0, inf),
        Quantity("CRS", "", "grade", "CRS grade", 0, 5),
        Quantity("cycle", "", "state", "cycle", 1, inf),
        Quantity("fever", "", "flag", "fever"),
        Quantity("held", "", "flag", "held"),
        Quantity("fluids", "", "drug", "a dose"),
    )
}


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("CRS >= 2", True),
        ("CRS >= 2 and CRS < 2", False),
        ("CRS >= 2 and CRS <= 2", True),
        ("CRS > 2 and CRS < 3", False),
        ("CRS > 1 and CRS < 3", True),
        ("CRS = 2 and CRS != 2", False),
        ("CRS > 1 and CRS < 4 and CRS != 2 and CRS != 3", False),
        ("CRS > 1 and CRS < 4 and CRS != 2", True),
        ("cycle >= 2 and cycle != 2", True),
        ("CRS > 5", False),
        ("CRS = 7", False),
        ("not CRS >= 0", False),
        ("not CRS <= 5", False),
        ("not CRS < 5", True),
        ("cycle < 1", False),
        ("temperature > 38 C and temperature < 39 C", True),
        ("temperature > 38 C and temperature < 38 C", False),
        ("temperature > 38 C and temperature < 100.4 F", False),
        ("temperature > 38 C and temperature <= 100.5 F", True),
        ("temperature = 38 C and temperature != 38 C", False),
        ("temperature > 50 C", False),
        ("ALT < 0 U/L", False),
        ("ALT > 5 x ULN and ALT <= 3 x ULN", False),
        ("ALT > 5 x ULN and ALT <= 3 x baseline", True),
        ("ALT > 5 x ULN and ALT < 10 U/L", True),
        ("fever and not fever", False),
        ("fever or not fever", True),
        ("not (fever or not fever)", False),
        ("not (fever and held)", True),
        ("(fever or CRS > 9) and not fever", False),
        ("(fever or CRS > 3) and not fever", True),
        ("fever and not fever for 2 h", True),
        ("fever for 2 h and not fever", False),
        ("CRS >= 2 and not CRS >= 2 for 6 h", True),
        ("CRS >= 2 for 6 h and CRS < 2", False),
        ("CRS >= 2 for 2 readings and CRS <= 1 for 2 h", False),
        ("fluids doses < 0", False),
        ("fluids doses in 24 h < 2 and fluids doses in 1 day >= 2", False),
        ("fluids doses in 24 h < 2 and fluids doses >= 2", True),
        ("fluids doses > 2 and fluids doses < 3", False),
        ("time since fluids < 0 h", False),
        ("time since fluids < 1 h and time since fluids > 60 min", False),
        ("rise of temperature in 6 h > 20 C", False),
        ("rise of temperature in 6 h > 2 C and rise of temperature in 360 min < 1 C", False),
        ("rise of temperature in 6 h > 2 C and rise of temperature in 1 h < 1 C", True),
        ("unheard > 3 and unheard < 2", False),
    ],
)
def test_a_condition_can_hold(text, possible):
    """A condition can hold where values exist that fit all of it, within their ranges."""
    assert can_ever_hold(parse(text), KNOWN) is possible


@pytest.mark.parametrize(
    ("first", "second", "possible"),
    [
        ("CRS >= 2", "CRS <= 1", False),
        ("CRS >= 2", "CRS <= 2", True),
        ("CRS > 2", "CRS < 3", False),
        ("CRS >= 1 for 72 h", "CRS < 1 for 6 h", False),
        ("ALT > 5 x ULN or fever", "ALT <= 3 x ULN", True),
        ("ALT > 5 x ULN or fever", "ALT <= 3 x ULN and not fever", False),
        ("temperature >= 38.5 C", "temperature < 101.3 F", False),
        ("fever", "held", True),
        ("fever", "not fever", False),
    ],
)
def test_two_conditions_can_hold_together(first, second, possible):
    """Two conditions can hold together where both can at the same values, in either order."""
    assert can_hold_together(parse(first), parse(second), KNOWN) is possible
    assert can_hold_together(parse(second), parse(first), KNOWN) is possible


def test_many_choices_are_no_trouble():
    """What has to hold is settled before choices are tried, so few cases are looked at."""
    many = " and ".join(f"(a{k} or b{k})" for k in range(25))
    assert can_ever_hold(parse(many), KNOWN)
    assert not can_ever_hold(parse(f"{many} and CRS > 5"), KNOWN)
    assert not can_hold_together(parse(many), parse("not a7 and not b7"), KNOWN)


def test_what_is_too_involved_is_said_not_guessed():
    """With more cases than are looked at there is an error: neither possible nor impossible."""
    first, last = ([f"({x}{k} or {x}{k}b)" for k in range(12)] for x in "ab")
    assert 2 ** len(first) > MOST
    knot = ["(c or d)", "(not c or d)", "(c or not d)", "(not c or not d)"]
    assert not can_ever_hold(parse(" and ".join(knot)), KNOWN)
    with pytest.raises(ConditionError, match="too involved to tell"):
        can_ever_hold(parse(" and ".join(first + knot + last)), KNOWN)


atom = st.one_of(
    st.tuples(st.sampled_from([">", ">=", "<", "<=", "=", "!="]), st.integers(0, 5)).map(
        lambda t: f"CRS {t[0]} {t[1]}"
    ),
    st.sampled_from(["fever", "held"]),
)
tree = st.recursive(
    atom,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
    ),
    max_leaves=7,
)


class Everything:
    """All values that grades and flags can have."""

    def __init__(self):
        grades = np.array(np.meshgrid(range(6), range(2), range(2)), dtype=float).reshape(3, -1)
        self.values = dict(zip(("CRS", "fever", "held"), grades, strict=True))
        self.minute = np.zeros(grades.shape[1], np.int32)


@given(tree)
def test_possible_means_that_values_exist(text):
    """What is said to be possible holds for some values, and nothing else does."""
    condition, scene = parse(text), Everything()
    bound = bind([condition], KNOWN, {})
    yes, _ = bound.look(scene, bound.memory(len(scene.minute)))
    assert can_ever_hold(condition, KNOWN) is bool(yes.any())
