# SPDX-License-Identifier: Apache-2.0
"""Kaplan-Meier curves as the page draws them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimer.page.survival import curve


def test_against_a_published_example():
    """Remission of 21 patients on 6-MP (Freireich 1963): 0.857, 0.807, 0.753 at 6, 7, 10 weeks."""
    times = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    event = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    found = curve([float(t) for t in times], [bool(e) for e in event], 35.0)
    share = {step[0]: step[1] for step in found["steps"]}
    expected = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    for at, value in expected.items():
        assert share[at] == pytest.approx(value, abs=5e-4)
    assert found["median"] == 23


@given(
    st.lists(
        st.tuples(st.integers(0, 400).map(lambda k: k / 4), st.booleans()), min_size=1, max_size=40
    )
)
def test_laws(rows):
    """The curve falls from 1, stays in its band, and without censoring counts who is left."""
    times, events = [t for t, _ in rows], [e for _, e in rows]
    found = curve(times, events, 100.0)
    shares = [step[1] for step in found["steps"]]
    assert shares[0] == 1
    assert all(a >= b for a, b in pairwise(shares))
    for _, share, low, high in found["steps"]:
        assert low - 1e-4 <= share <= high + 1e-4
    if all(events):
        for at, share, *_ in found["steps"][1:]:
            assert share == pytest.approx(sum(t > at for t in times) / len(times), abs=1e-4)
