# SPDX-License-Identifier: Apache-2.0
"""The parameter card: what it reads, and how it names what is wrong."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import CardError, InputError
from trimer.core.sources import Source
from trimer.model import read_card
from trimer.model.card import COLUMNS, parse_card

SOURCES = {"A2020": Source("A2020", "misc", title="a"), "B2021": Source("B2021", "misc", title="b")}
HEADER = ",".join(COLUMNS)
GOOD = "CL,clearance,38,L/day,lognormal cv 40%,A2020;B2021,scaled,as in mice"


def _problems(*rows):
    with pytest.raises(CardError) as caught:
        parse_card("\n".join((HEADER, *rows)), "card.csv", SOURCES)
    return caught.value.problems


def test_a_row_becomes_a_parameter():
    """Every field arrives; sources are split."""
    card = parse_card(f"{HEADER}\n\n{GOOD}\n", "card.csv", SOURCES)
    (CL,) = card.parameters
    assert (CL.name, CL.value, CL.unit, CL.basis) == ("CL", 38.0, "L/day", "scaled")
    assert CL.sources == ("A2020", "B2021")
    assert CL.is_varied
    assert card.place("CL", "unit") == "'card.csv', line 3, field 'unit' of 'CL'"
    assert repr(card) == "<Card: 1 parameter, 2 sources>"


def test_a_quoted_field_may_span_lines():
    """Line numbers are those of the file, also after a field with a line break."""
    rows = (GOOD.replace("as in mice", '"two\nlines"'), "Q,exchange,x,L/day,,A2020,assumed,")
    (problem,) = _problems(*rows)
    assert "'card.csv', line 4, field 'value'" in problem


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("38", "-38", "line 2, field 'value': got -38; it must not be negative"),
        ("38", "nan", "line 2, field 'value': got nan; it must be finite"),
        ("38", "inf", "line 2, field 'value': got inf; it must be finite"),
        ("38", "much", "line 2, field 'value': got 'much'; it must be a number"),
        ("38", "", "Empty field 'value' of 'CL' in 'card.csv', line 2"),
        ("A2020;B2021", "", "Empty field 'source' of 'CL' in 'card.csv', line 2"),
        ("A2020;B2021", "A2021", "Unknown source 'A2021' of 'CL' in 'card.csv', line 2"),
        ("A2020;B2021", " ; ", "Empty field 'source' of 'CL' in 'card.csv', line 2"),
        ("scaled", "guess", "Unknown basis 'guess' of 'CL' in 'card.csv', line 2"),
        ("lognormal", "lognormall", "Spread of 'CL' in 'card.csv', line 2, field 'spread': got 'l"),
        ("cv 40%", "cv 40% within 1..2", "field 'spread': got 'lognormal cv 40% within 1..2'; the"),
        ("L/day", "Lx/day", "Unit of 'CL' in 'card.csv', line 2, field 'unit': unknown unit 'Lx'"),
        ("CL,", "C L,", "Parameter name 'C L' in 'card.csv', line 2"),
        ("L/day", "", "Empty field 'unit'"),
        ("clearance", "", "Empty field 'definition'"),
        (",as in mice", "", "Wrong number of fields in 'card.csv', line 2: got 7"),
    ],
)
def test_a_wrong_field_is_named_with_file_line_and_field(old, new, message):
    """Each kind of mistake gets a sentence that says where it is."""
    assert message in "\n".join(_problems(GOOD.replace(old, new)))


def test_all_problems_are_listed_not_the_first():
    """Three mistakes give three sentences."""
    rows = (GOOD.replace("38", "-1"), GOOD, "Q,exchange,x,L/day,,A2020,assumed,")
    problems = _problems(*rows)
    assert len(problems) == 3
    assert "it is already in 'card.csv', line 2" in problems[1]


def test_a_deviate_may_be_negative():
    """A logistic deviate is around zero; it is no quantity."""
    row = "u,deviate,-0.5,1,logistic,A2020,assumed,"
    (deviate,) = parse_card(f"{HEADER}\n{row}", "card.csv", SOURCES).parameters
    assert deviate.value == -0.5
    assert deviate.may_be_negative


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,value\nCL,38", "Wrong columns in 'card.csv', line 1: got name, value"),
        (HEADER, "Empty parameter card 'card.csv'"),
        (f'{HEADER}\n"CL', "Not CSV in 'card.csv'"),
    ],
)
def test_what_is_no_card_is_refused(text, message):
    """Other columns, no rows and broken CSV are told apart."""
    with pytest.raises(CardError, match=message):
        parse_card(text, "card.csv", SOURCES)


def test_a_card_is_read_from_a_file(tmp_path):
    """A path works as text does; a missing file is a card error."""
    path = tmp_path / "card.csv"
    path.write_text(f"{HEADER}\r\n{GOOD}\r\n", encoding="utf-8")
    assert [parameter.name for parameter in read_card(path, SOURCES).parameters] == ["CL"]
    with pytest.raises(CardError, match="there is no such file"):
        read_card(tmp_path / "none.csv", SOURCES)


@given(st.text(max_size=80), st.booleans())
def test_any_text_is_read_or_refused(text, with_header):
    """Reading never fails in any other way than with an input error."""
    with contextlib.suppress(InputError):
        parse_card(f"{HEADER}\n{text}" if with_header else text, "card.csv", SOURCES)


@given(st.lists(st.text(alphabet='ab1-e."\n;%', max_size=6), min_size=8, max_size=8))
def test_any_row_is_read_or_refused(cells):
    """Whatever stands in eight fields is a parameter or a list of sentences."""
    with contextlib.suppress(CardError):
        parse_card(f"{HEADER}\n{','.join(cells)}", "card.csv", SOURCES)


def test_a_card_takes_the_rows_of_another():
    """Rows come behind its own, each with its own place and sources."""
    own = parse_card(f"{HEADER}\n{GOOD}\n", "own.csv", SOURCES)
    more = {"C2022": Source("C2022", "misc", title="One more")}
    other = parse_card(f"{HEADER}\nV,volume,3,L,,C2022,assumed,\n", "other.csv", more)
    both = own.with_rows(other)
    assert [row.name for row in both.parameters] == ["CL", "V"]
    assert set(both.sources) == {*SOURCES, "C2022"}
    assert both.place("V", "value") == "'other.csv', line 2, field 'value' of 'V'"


def test_a_row_in_two_cards_is_refused():
    """Neither silently wins."""
    own = parse_card(f"{HEADER}\n{GOOD}\n", "own.csv", SOURCES)
    other = parse_card(f"{HEADER}\n{GOOD}\n", "other.csv", SOURCES)
    with pytest.raises(CardError, match=r"'CL' is in two cards: see 'other\.csv', line 2"):
        own.with_rows(other)
