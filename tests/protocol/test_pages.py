# SPDX-License-Identifier: Apache-2.0
"""The page on protocols names everything there is."""

from dataclasses import fields
from pathlib import Path

import pytest

from trimer import library
from trimer.protocol import Protocol, policy_names
from trimer.protocol.action import _PLAIN
from trimer.protocol.drugs import DRUGS, said
from trimer.protocol.examine import ALLOWANCES
from trimer.protocol.limits import rate_limits
from trimer.protocol.read_course import KEYS
from trimer.protocol.restart import RESUME
from trimer.protocol.schedule import Schedule

PAGE = (Path(__file__).parents[2] / "docs/reference/protocol.md").read_text(encoding="utf-8")
COURSES = [name for name in library.protocol_names() if name.startswith(("flote", "blina"))]


@pytest.mark.parametrize(
    "names",
    [
        KEYS,
        [action.text for action in _PLAIN.values()],
        [said(drug) for drug in DRUGS],
        [*ALLOWANCES, *(limit.name for limit in rate_limits("flotetuzumab"))],
        RESUME,
        policy_names(),
        [name for name in COURSES if not name.endswith("no-dexamethasone")],
    ],
    ids=["keys", "actions", "drugs", "limits", "resume", "policies", "protocols"],
)
def test_the_page_names_them_all(names):
    """Every key, action, drug, limit, policy and shipped course stands on the page."""
    assert [name for name in names if name not in PAGE] == []


def test_the_page_names_every_method():
    """What builds a course in Python stands on the page, next to what it is in a file."""
    methods = {name for name in vars(Protocol) if not name.startswith("_")}
    data = {field.name for field in fields(Protocol)} | {"is_closed_loop"}
    schedule = {name for name in vars(Schedule) if not name.startswith("_")}
    assert {name for name in methods - data - schedule if f"`{name}(" not in PAGE} == {"in_words"}
