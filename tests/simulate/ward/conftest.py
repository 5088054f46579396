# SPDX-License-Identifier: Apache-2.0
"""The shipped model, some patients, and a way to treat them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from trimer import library
from trimer.patients import sample
from trimer.protocol import read_protocol
from trimer.simulate import prepare
from trimer.simulate.matching import areas_m2, parameter_matrix, weights_kg
from trimer.simulate.ward import Treated, Ward, treat
from trimer.trial.recipe import shipped

if TYPE_CHECKING:
    from trimer.engine.solution import Compiled
    from trimer.patients.cohort import Cohort
    from trimer.protocol import Protocol

OUTPUTS = ("IL6", "temperature", "blasts", "ANC", "MAP", "concentration")


@cache
def compiled_model(name: str = "flotetuzumab") -> Compiled:
    """Return a shipped model, compiled once."""
    return prepare(shipped(name))


@cache
def protocol(name: str) -> Protocol:
    """Return a shipped protocol, read once."""
    return read_protocol(library.protocol_path(name))


def cohort(n: int, seed: int = 3, model: str = "flotetuzumab") -> Cohort:
    """Return patients."""
    return sample(compiled_model(model).parameter_table, n, seed)


def treated(
    patients: Cohort,
    plan: Protocol,
    *,
    days: float = 28.0,
    every: float = 1.0,
    seed: int = 5,
    ward: Ward | None = None,
    model: str = "flotetuzumab",
    outputs: tuple[str, ...] = OUTPUTS,
    **options: Any,
) -> Treated:
    """Treat patients by a protocol."""
    compiled = compiled_model(model)
    return treat(
        compiled, parameter_matrix(compiled, patients), plan, ward or Ward(), ids=patients.ids,
        weight_kg=weights_kg(compiled, patients), area_m2=areas_m2(compiled, patients), seed=seed,
        days=days, times=np.arange(0.0, days + 0.5 * every, every), outputs=outputs, **options,
    )  # fmt: skip


@pytest.fixture(scope="session")
def thirty() -> tuple[Cohort, Treated]:
    """Thirty patients after one cycle of the multi-step schedule."""
    patients = cohort(30)
    return patients, treated(patients, protocol("flotetuzumab-multi-step"))
