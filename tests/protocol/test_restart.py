# SPDX-License-Identifier: Apache-2.0
"""The restart table: which gap means what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.core.errors import ProtocolError
from trimer.protocol import RestartRow
from trimer.protocol.restart import parse_at, parse_gap, table_problems


@pytest.mark.parametrize(
    ("text", "gap", "written"),
    [
        ("under 4 h", (0, 240), "under 4 h"),
        ("4 h to 24 h", (240, 1440), "4 h to 24 h"),
        ("48 h to 14 days", (2880, 20160), "48 h to 14 days"),
        ("over 14 days", (20160, None), "over 14 days"),
        ("0 h to 4 h", (0, 240), "under 4 h"),
        ("any", (0, None), "any"),
    ],
)
def test_gaps_are_read_and_written(text, gap, written):
    """A gap is two times in minutes, and its text reads back."""
    assert parse_gap(text, "x") == gap
    assert RestartRow(*gap, premedicate=False, at="same rate").gap == written
    assert parse_gap(written, "x") == gap


@pytest.mark.parametrize(
    "text",
    ["4 h", "from 4 h", "", 4, None, "under", "24 h to 4 h", "4 h to 4 h", "under 0 h",
     "4 h to 24", "over 4 ours"],
)  # fmt: skip
def test_other_gaps_are_refused(text):
    """Anything else is refused with file and line."""
    with pytest.raises(ProtocolError, match=r"Wrong (gap|duration) in x: got"):
        parse_gap(text, "x")


def test_an_unknown_way_to_go_on_gets_a_suggestion():
    """What is to happen after a gap comes from a short list."""
    with pytest.raises(ProtocolError, match="Did you mean 'one step back'"):
        parse_at("one step bak", "x")


def rows(*gaps):
    """Rows of these gaps."""
    return [RestartRow(*parse_gap(gap, "x"), premedicate=False, at="same rate") for gap in gaps]


@pytest.mark.parametrize(
    ("gaps", "problems"),
    [
        (["any"], []),
        (["over 4 h", "under 4 h"], []),
        (["under 4 h", "4 h to 24 h", "over 24 h"], []),
        (["under 4 h", "over 24 h"], ["no row for gaps of 4 h to 24 h"]),
        (["4 h to 24 h", "over 24 h"], ["no row for gaps of 0 min to 4 h"]),
        (["under 4 h"], ["no row for gaps over 4 h"]),
        (["under 5 h", "over 4 h"], ["got 'over 4 h', but the row before it ends at 5 h"]),
        (["any", "over 4 h"], ["got 'over 4 h', but the row before it ends never"]),
        (["under 4 h", "under 4 h", "over 6 h"], ["got 'under 4 h'", "of 4 h to 6 h"]),
    ],
)
def test_a_table_has_one_row_for_every_gap(gaps, problems):
    """Holes and overlaps are named with the gap they concern."""
    found = table_problems(rows(*gaps), "x")
    assert len(found) == len(problems)
    for problem, part in zip(found, problems, strict=True):
        assert part in problem
        assert "in the restart table of x" in problem


@given(st.lists(st.integers(1, 20000), unique=True, max_size=6))
def test_a_table_made_of_cuts_is_whole(cuts):
    """Rows from one cut to the next leave no hole; without any one of them there is one."""
    edges = [0, *sorted(cuts)]
    whole = [
        RestartRow(low, high, premedicate=False, at="stop")
        for low, high in zip(edges, [*edges[1:], None], strict=True)
    ]
    assert table_problems(whole, "x") == []
    for i in range(len(whole) if len(whole) > 1 else 0):
        assert any("Hole" in p for p in table_problems(whole[:i] + whole[i + 1 :], "x"))
