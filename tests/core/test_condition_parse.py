# SPDX-License-Identifier: Apache-2.0
"""Reading conditions: what is accepted, where the caret points, and writing them back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trimer.core.condition import (
    And,
    Change,
    Compare,
    Condition,
    Count,
    Flag,
    Not,
    Observed,
    Or,
    Since,
    Value,
    atoms,
    parse,
)
from trimer.core.condition.parse import DEEPEST, KEYWORDS, LONGEST
from trimer.core.condition.scales import MINUTES, UNITS
from trimer.core.errors import ConditionError

GOOD = [
    ("CRS >= 2", Compare(Observed("CRS"), ">=", Value(2.0))),
    ("CRS==2", Compare(Observed("CRS"), "=", Value(2.0))),
    ("CRS ≥ 2", Compare(Observed("CRS"), ">=", Value(2.0))),
    ("CRS ≤ 2", Compare(Observed("CRS"), "<=", Value(2.0))),
    ("CRS != 2", Compare(Observed("CRS"), "!=", Value(2.0))),
    ("CRS ≠ 2", Compare(Observed("CRS"), "!=", Value(2.0))),
    ("ICE_change <= -3", Compare(Observed("ICE_change"), "<=", Value(-3.0))),
    (
        "temperature >= 38.5 C for 2 h",
        Compare(Observed("temperature"), ">=", Value(38.5, "C"), minutes=120),
    ),
    ("temperature>=38.5°C", Compare(Observed("temperature"), ">=", Value(38.5, "°C"))),
    ("SpO2 < 92%", Compare(Observed("SpO2"), "<", Value(92.0, "%"))),
    ("heart_rate > 120 1/min", Compare(Observed("heart_rate"), ">", Value(120.0, "1/min"))),
    ("heart_rate > 120 /min", Compare(Observed("heart_rate"), ">", Value(120.0, "/min"))),
    ("heart_rate > 120/min", Compare(Observed("heart_rate"), ">", Value(120.0, "/min"))),
    ("heart_rate > 1/min", Compare(Observed("heart_rate"), ">", Value(1.0, "/min"))),
    ("heart_rate > 1 1/min", Compare(Observed("heart_rate"), ">", Value(1.0, "1/min"))),
    ("ALT > 5 x ULN", Compare(Observed("ALT"), ">", Value(5.0, times="ULN"))),
    ("ALT > 5×ULN", Compare(Observed("ALT"), ">", Value(5.0, times="ULN"))),
    ("ANC < .5 x LLN", Compare(Observed("ANC"), "<", Value(0.5, times="LLN"))),
    (
        "creatinine > 1.5 x baseline for 2 readings",
        Compare(Observed("creatinine"), ">", Value(1.5, times="baseline"), readings=2),
    ),
    ("tocilizumab doses < 4", Compare(Count("tocilizumab"), "<", Value(4.0))),
    ("fluids doses in 24 h < 2", Compare(Count("fluids", 1440), "<", Value(2.0))),
    (
        "time since tocilizumab >= 8 h",
        Compare(Since("tocilizumab"), ">=", Value(8.0, "h")),
    ),
    ("time since first dose < 2 days", Compare(Since("first dose"), "<", Value(2.0, "days"))),
    (
        "rise of temperature in 6 h >= 1 C",
        Compare(Change("temperature", "rise", 360), ">=", Value(1.0, "C")),
    ),
    (
        "fall of MAP in 30 min > 10 mmHg",
        Compare(Change("MAP", "fall", 30), ">", Value(10.0, "mmHg")),
    ),
    ("fever", Flag("fever")),
    ("pump off for 4 h", Flag("pump off", minutes=240)),
    ("fever for 1 reading", Flag("fever", readings=1)),
    ("not fever", Not(Flag("fever"))),
    ("not not fever", Not(Not(Flag("fever")))),
    ("not fever and held", And((Not(Flag("fever")), Flag("held")))),
    ("not (fever or held)", Not(Or((Flag("fever"), Flag("held"))))),
    ("fever or held and infection", Or((Flag("fever"), And((Flag("held"), Flag("infection")))))),
    ("(fever or held) and infection", And((Or((Flag("fever"), Flag("held"))), Flag("infection")))),
    ("((fever))", Flag("fever")),
    ("fever for 1.5 h", Flag("fever", minutes=90)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tree"), GOOD, ids=[text for text, _ in GOOD])
def test_a_condition_is_read(text, tree):
    """Every construct of the grammar gives its tree, and is written so that it reads back."""
    condition = parse(text)
    assert condition.tree == tree
    assert parse(str(condition)) == condition


BAD = [
    ("CRS >= ", 6, "a number follows"),
    ("CRS >= 2 and", 12, "the text ends"),
    ("CRS >= 2 ad fever", 9, "Did you mean 'and'?"),
    ("CRS >= 2 ICANS >= 2", 15, "got '>='"),
    ("CRS >= 2 AND fever", 9, "Did you mean 'and'?"),
    ("fever fro 2 h", 6, "Did you mean 'for'?"),
    ("fever)", 5, "got ')'"),
    ("(fever", 6, "a bracket is closed"),
    ("CRS >= >= 2", 7, "got '>='"),
    ("CRS & fever", 4, "'&' means nothing here"),
    ("2 < CRS", 0, "stands here"),
    ("and fever", 0, "stands here"),
    ("MAP < 65 mmHg for 2", 19, "a duration is in"),
    ("MAP < 65 mmHg for 2 hs", 20, "Did you mean"),
    ("MAP < 65 mmHg for ever", 18, "a duration such as"),
    ("MAP < 65 mmHg for 0 readings", 18, "no number of readings"),
    ("MAP < 65 mmHg for 101 readings", 18, "no number of readings"),
    ("MAP < 65 mmHg for 1.5 readings", 18, "no number of readings"),
    ("fever for 0.5 min", 10, "no whole minutes"),
    ("fever for -2 h", 10, "no whole minutes"),
    ("fever for 9999999 weeks", 10, "no whole minutes"),
    ("ALT > 5 x UNL", 10, "Did you mean 'ULN'?"),
    ("ALT > 5 x", 9, "the text ends"),
    ("time sinc fluids > 1 h", 5, "Did you mean 'since'?"),
    ("time since 3 h", 11, "an event or a drug"),
    ("rise temperature in 6 h > 1 C", 5, "'rise of' a quantity"),
    ("rise of temperature on 6 h > 1 C", 20, "got 'on'; 'rise of' a quantity 'in' a duration."),
    ("fall of temperature in 6 h", 26, "a comparison with"),
    ("tocilizumab doses", 17, "a comparison with"),
    ("tocilizumab doses in h > 1", 21, "a duration such as"),
    ("CRS >= 2 - 1", 9, "'-' means nothing here"),
    ("fever for 2 h for 3 h", 14, "got 'for'; 'for' follows one comparison or flag, once"),
    ("(fever or held) for 2 h", 16, "and no bracket"),
    ("NOT fever", 0, "Did you mean 'not'?"),
    ("CRS >= 2 && fever", 9, "write 'and'"),
    ("CRS >= 2 || fever", 9, "write 'or'"),
    ("!fever", 0, "write 'not'"),
    ("ALT > 5 * ULN", 8, "write 'x'"),
    ("temperature > 38,5 C", 16, "a point in a number"),
    ("platelets < 25 10^9/L", 17, "write 10^9/L as 'G/L'"),
    ("CRS > " + "9" * 400, 6, "a number of hundreds of digits"),
    ("fever for " + "9" * 400 + " h", 10, "a number of hundreds of digits"),
]


@pytest.mark.parametrize(("text", "column", "says"), BAD)
def test_an_error_points_at_its_place(text, column, says):
    """What cannot be read is shown with a caret under the place, in one sentence that says why."""
    with pytest.raises(ConditionError) as error:
        parse(text, "'policy.toml', line 7")
    sentence, shown, caret = str(error.value).split("\n")
    assert shown == f"    {text}"
    assert caret.index("^") - 4 == column
    assert sentence.startswith("Wrong condition in 'policy.toml', line 7: ")
    assert says in sentence
    assert sentence[-1] in ".?"
    assert "?." not in sentence
    assert ".." not in sentence


@pytest.mark.parametrize(
    "text", [None, 3, "", "   ", "fever\nand held", "a" * (LONGEST + 1), "\x00"]
)
def test_what_is_no_line_of_text_is_refused(text):
    """Only one printable line of limited length is a condition."""
    with pytest.raises(ConditionError, match="Wrong condition: got"):
        parse(text)


def test_depth_is_limited():
    """Brackets nest up to a limit; beyond it there is an error, not a crash."""
    assert parse("(" * (DEEPEST - 1) + "fever" + ")" * (DEEPEST - 1)).tree == Flag("fever")
    with pytest.raises(ConditionError, match="levels"):
        parse("not " * DEEPEST + "fever")


def test_what_could_not_be_read_back_is_refused():
    """A text that would be too long once Trimer writes it is refused."""
    text = "or".join(["(a>1)"] * 71)
    assert len(text) <= LONGEST
    with pytest.raises(ConditionError, match="make several rules"):
        parse(text)


def test_a_condition_built_in_python_is_written_in_full():
    """A tree made without texts says all that it means, and reads back."""
    tree = And((
        Compare(Observed("CRS"), ">=", Value(0.1 + 0.2), minutes=90),
        Compare(Count("fluids", 1440), "<", Value(2.0)),
        Compare(Change("MAP", "fall", 60), ">", Value(1e-7, "mmHg"), readings=3),
        Flag("fever", minutes=1),
        Flag("held", readings=1),
    ))  # fmt: skip
    assert parse(str(Condition(tree, ""))).tree == tree


def test_a_condition_names_what_it_reads():
    """Names of quantities, drugs, events and flags are given once each, from left to right."""
    text = (
        "time since hold > 1 h and fluids doses < 2 and not fever "
        "or rise of MAP in 1 h > 9 mmHg or fever"
    )
    assert parse(text).quantities == ("hold", "fluids", "fever", "MAP")


# ---------------------------------------------------------------------- laws
PIECES = [
    "CRS", "fever", "pump off", "first dose", "and", "or", "not", "for", "x", "in", "of", "doses",
    "time", "since", "rise", "fall", "readings", "ULN", "2", "0.5", "-1", "1/min", "h", ">=", "<",
    "=", "(", ")", "°C", "%", "é", "~", "×", "≠", "&",
]  # fmt: skip


@given(
    st.one_of(
        st.text(max_size=40),
        st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
        st.lists(st.sampled_from(PIECES), max_size=14).map("".join),
    )
)
@example("1" * 400)
@example("fever for " + "9" * 400 + " h")
@example("CRS > " + "9" * 400)
@example("CRS > 2 ")
def test_any_text_is_read_or_refused(text):
    """No text makes the parser crash: it is a condition, or an error with a caret in the text."""
    try:
        condition = parse(text)
    except ConditionError as error:
        if text.strip() and text.isprintable():
            lines = str(error).split("\n")
            assert len(lines) == 3
            assert lines[1] == f"    {text}"
            assert 0 <= lines[2].index("^") - 4 <= len(text)
    else:
        assert parse(str(condition)) == condition


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in KEYWORDS
)
numbers = st.decimals(-999, 999, places=2).map(str)
durations = st.tuples(st.integers(1, 99).map(str), st.sampled_from(list(MINUTES))).map(" ".join)
measured = st.one_of(
    names,
    names.map("{} doses".format),
    st.tuples(names, durations).map(lambda t: f"{t[0]} doses in {t[1]}"),
    st.one_of(names, st.just("first dose")).map("time since {}".format),
    st.tuples(st.sampled_from(["rise", "fall"]), names, durations).map(
        lambda t: f"{t[0]} of {t[1]} in {t[2]}"
    ),
)
values = st.one_of(
    numbers,
    st.tuples(numbers, st.sampled_from(list(UNITS))).map(" ".join),
    st.tuples(numbers, st.sampled_from(["ULN", "LLN", "baseline"])).map(" x ".join),
)
compared = st.tuples(measured, st.sampled_from([">", ">=", "<", "<=", "=", "!="]), values).map(
    " ".join
)
lasting = st.one_of(
    st.just(""), durations.map(" for {}".format), st.integers(1, 100).map(" for {} readings".format)
)
atomic = st.tuples(st.one_of(compared, names, st.just("pump off")), lasting).map("".join)
conditions = st.recursive(
    atomic,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: " and ".join(f"({x})" for x in p)),
        st.lists(inner, min_size=2, max_size=3).map(" or ".join),
    ),
    max_leaves=6,
).filter(lambda text: len(text) <= LONGEST)


@given(conditions)
def test_what_the_grammar_makes_is_read_and_written_back(text):
    """Every sentence of the grammar is a condition; its own text reads back to an equal one."""
    condition = parse(text)
    again = parse(str(condition))
    assert again == condition
    assert str(again) == str(condition)
    assert len(list(atoms(condition.tree))) >= 1
