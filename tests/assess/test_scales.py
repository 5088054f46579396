# SPDX-License-Identifier: Apache-2.0
"""Names and sources of the scales."""

import pytest

from trimer.assess import SCALES


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_every_scale_says_where_it_is_from(scale):
    """A scale has a name, a source with its key, how it was read, and what was assumed."""
    assert scale.name
    assert scale.source
    assert scale.key.isalnum()
    assert "read" in scale.read or "memory" in scale.read
    assert scale.assumed


def test_names_tell_the_scales_apart():
    """No two scales are called the same."""
    assert len({scale.name for scale in SCALES.values()}) == len(SCALES)
