# SPDX-License-Identifier: Apache-2.0
"""The page on protocols names everything there is."""

from pathlib import Path

import pytest

from trimer import library
from trimer.protocol import policy_names
from trimer.protocol.action import _PLAIN
from trimer.protocol.drugs import DRUGS, said
from trimer.protocol.examine import ALLOWANCES
from trimer.protocol.limits import rate_limits
from trimer.protocol.read_course import KEYS
from trimer.protocol.restart import RESUME

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
