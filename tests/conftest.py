# SPDX-License-Identifier: Apache-2.0
"""What tests of several folders share."""

from __future__ import annotations

import signal

import numpy as np
import pytest
from hypothesis import settings

from trimer.patients import Cohort

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _interruptible():
    """Ctrl-C works, in these tests and in what they start, where the shell has switched it off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session", autouse=True)
def _code_cache(tmp_path_factory):
    """Compiled code goes to a folder of this test session, not to the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIMER_CACHE", str(tmp_path_factory.mktemp("code")))
        yield


@pytest.fixture(scope="session")
def reference():
    """Return the shipped reference model."""
    from trimer.library import load

    return load("flotetuzumab-reference")


@pytest.fixture(scope="session")
def people(reference):
    """Return a function that makes typical patients who differ in what is named, one a dict."""

    def make(*changes):
        names = dict.fromkeys(name for change in changes for name in change)
        columns = {
            name: [change.get(name, reference.parameter(name).value) for change in changes]
            for name in names
        }
        return Cohort.from_columns(
            {"id": np.arange(len(changes)), **columns}, name="typical patients, changed"
        )

    return make
