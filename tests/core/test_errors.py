# SPDX-License-Identifier: Apache-2.0
"""Errors: their sentences, exit codes and suggestions."""

from __future__ import annotations

import pickle

import pytest

from trimer.core import errors
from trimer.core.notice import NOTICE, SHORT_NOTICE

INPUT_ERRORS = [
    errors.ModelError,
    errors.UnitError,
    errors.CardError,
    errors.SourceError,
    errors.ProtocolError,
    errors.StudyError,
    errors.CohortError,
    errors.StoreError,
    errors.UnknownName,
]


@pytest.mark.parametrize("error", INPUT_ERRORS)
def test_wrong_input_exits_with_1(error):
    """Every kind of wrong input has exit code 1 and is an InputError."""
    assert error.exit_code == 1
    assert issubclass(error, errors.InputError)


def test_other_failures_have_exit_codes_of_their_own():
    """Failed patients, our bugs and disks are told apart by the exit code."""
    codes = [errors.PatientsFailed, errors.EngineError, errors.DiskError]
    assert [error.exit_code for error in codes] == [3, 4, 5]


@pytest.mark.parametrize("error", [errors.CardError("a.", "b."), errors.Problems(["a.", "b."])])
def test_several_problems_are_kept_apart_and_print_one_a_line(error):
    """Each problem is a sentence of its own, also after a trip to another process."""
    for one in (error, pickle.loads(pickle.dumps(error))):  # noqa: S301  our own bytes
        assert one.problems == ("a.", "b.")
        assert str(one) == "a.\nb."


def test_a_near_name_is_suggested_whatever_its_case():
    """A misspelled name gets the known one that is nearest."""
    assert errors.did_you_mean("il-6", ["CRS", "IL6"]) == " Did you mean 'IL6'?"


def test_a_name_like_no_other_gets_the_list():
    """Without a near name the known ones are listed, a long list in part."""
    assert errors.did_you_mean("xyz", ["a", "b"]) == " Known: a, b."
    shown = errors.did_you_mean("xyz", [f"name {index}" for index in range(20)])
    assert shown.endswith("name 11 and 8 more.")


def test_the_notice_says_what_the_drug_is_and_what_this_is_not():
    """The notice names the drug's state and denies being advice."""
    assert "not medical advice" in NOTICE.lower()
    assert "never approved" in NOTICE
    assert SHORT_NOTICE == "simulation, not medical advice"
