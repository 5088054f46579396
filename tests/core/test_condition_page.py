# SPDX-License-Identifier: Apache-2.0
"""The page on conditions says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trimer.core.condition import can_ever_hold, check, parse
from trimer.core.condition.parse import LONGEST
from trimer.core.condition.scales import MINUTES, UNITS, spellings
from trimer.core.errors import ConditionError
from trimer.protocol.quantities import QUANTITIES

PAGE = (Path(__file__).parents[2] / "docs/reference/conditions.md").read_text(encoding="utf-8")
EXAMPLES = [
    line for block in re.findall(r"```condition\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]  # fmt: skip


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_is_a_condition(text):
    """Every condition on the page is read, fits what there is, and can hold."""
    condition = parse(text)
    assert check(condition, QUANTITIES) == []
    assert can_ever_hold(condition, QUANTITIES)


def test_every_name_is_on_the_page():
    """The table lists all names with their units, kinds and meanings, and no others."""
    rows = ""
    for q in QUANTITIES.values():
        unit = f" `{q.unit}`" if q.unit else ""
        rows += f"| `{q.name}` |{unit} | {q.kind} | {q.definition} |\n"
    assert f"| name | unit | kind | is |\n|---|---|---|---|\n{rows}\n" in PAGE


def test_every_unit_is_on_the_page():
    """The table lists all units, those that convert on one line."""
    lines = dict.fromkeys(spellings(unit) for unit in UNITS)
    rows = "".join(f"| {', '.join(f'`{unit}`' for unit in line)} |\n" for line in lines)
    assert f"| units |\n|---|\n{rows}\n" in PAGE
    assert all(f"`{unit}`" in rows for unit in MINUTES)


def test_the_error_on_the_page_is_the_one_raised():
    """The error that the page shows is what that text gives."""
    shown = re.search(r"```text\n(.*?)\n```", PAGE, re.DOTALL)[1]
    with pytest.raises(ConditionError) as error:
        parse("CRS >= 2 ad fever", "'policy.toml', line 7")
    assert str(error.value) == shown
    assert f"at most {LONGEST} characters" in PAGE
