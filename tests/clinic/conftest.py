# SPDX-License-Identifier: Apache-2.0
"""Patients for the tests of the clinic pack: the shipped example, changed."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from trimer.clinic.patient_file import example_text, read_patient
from trimer.clinic.readiness import Item, Readiness, check

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.clinic.patient import Patient


@pytest.fixture
def example() -> dict[str, Any]:
    """Return the example patient as a record."""
    return tomllib.loads(example_text())


@pytest.fixture
def patient(tmp_path: Path):
    """Return a function that reads the example with some text of it changed."""

    def read(*changes: tuple[str, str], more: str = "") -> Patient:
        text = example_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / "patient.toml"
        path.write_text(text + more, encoding="utf-8")
        return read_patient(path)

    return read


@pytest.fixture
def checked(patient):
    """Return a function that checks the example with some text of it changed."""

    def run(*changes: tuple[str, str], more: str = "") -> Readiness:
        return check(patient(*changes, more=more))

    return run


def item(readiness: Readiness, title: str) -> Item:
    """Return the one item of this title."""
    (found,) = (each for each in readiness.items if each.title == title)
    return found
