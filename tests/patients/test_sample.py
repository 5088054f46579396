# SPDX-License-Identifier: Apache-2.0
"""Drawing virtual patients."""

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from trimer.core.errors import CohortError, InputError, Problems
from trimer.patients import sample


def parameter(name, value, spread):
    """Return what a cohort needs to know of a parameter."""
    return SimpleNamespace(name=name, value=value, spread=spread)


PARAMETERS = [
    parameter("WT", 70.0, "lognormal cv 20% within 45..120"),
    parameter("Q", 24.0, ""),
    parameter("blast_fraction", 0.55, "beta 1.8 2.3 within 0.12..0.92"),
    parameter("crs_deviate", 0.0, "logistic"),
    parameter("CL", 38.0, "lognormal cv 40%"),
]


def test_patient_17_is_the_same_in_every_cohort():
    """Patient 17 is bitwise the same among 20, among 100,000 and alone."""
    few = sample(PARAMETERS, 20, seed=7)
    many = sample(PARAMETERS, 100_000, seed=7)
    alone = sample(PARAMETERS, 1, seed=7, first=17)
    assert np.array_equal(few.values, many.values[:20])
    assert np.array_equal(alone.values[0], many.values[17])
    assert alone.ids.tolist() == [17]


def test_the_order_of_the_card_does_not_matter():
    """A parameter is drawn the same whatever stands before it."""
    forwards = sample(PARAMETERS, 50, seed=7)
    backwards = sample(PARAMETERS[::-1], 50, seed=7)
    for name in forwards.parameters:
        assert np.array_equal(forwards.column(name), backwards.column(name))


def test_only_parameters_with_a_spread_are_columns():
    """What is the same in everyone is left out."""
    cohort = sample(PARAMETERS, 3, seed=7, name="reference", description="R/R AML.")
    assert cohort.parameters == ("WT", "blast_fraction", "crs_deviate", "CL")
    assert (cohort.name, cohort.description, cohort.seed) == ("reference", "R/R AML.", 7)
    assert not cohort.screened


def test_draws_follow_their_distributions():
    """Medians, spreads and limits of ten thousand patients are those of the card."""
    cohort = sample(PARAMETERS, 10_000, seed=7)
    weight, blasts = cohort.column("WT"), cohort.column("blast_fraction")
    assert np.median(weight) == pytest.approx(70, rel=0.02)
    assert np.log(cohort.column("CL")).std() == pytest.approx(np.sqrt(np.log(1.16)), rel=0.03)
    assert weight.min() == 45
    assert weight.max() == 120
    assert blasts.min() == 0.12
    assert blasts.max() == 0.92
    assert np.mean(cohort.column("crs_deviate") > np.log(3)) == pytest.approx(0.25, abs=0.015)


def test_parameters_are_independent():
    """No two parameters of ten thousand patients are correlated."""
    correlation = np.corrcoef(sample(PARAMETERS, 10_000, seed=7).values.T)
    assert np.abs(correlation - np.eye(4)).max() < 0.045


@pytest.mark.parametrize(("n", "first"), [(0, 0), (-1, 0), (1.5, 0), (1, -1), (2, 2**63 - 1)])
def test_wrong_numbers_of_patients_are_refused(n, first):
    """Fewer than one patient, a fraction or a number out of range is refused."""
    with pytest.raises(CohortError, match="Wrong numbers of patients"):
        sample(PARAMETERS, n, seed=7, first=first)


def test_a_wrong_seed_is_refused():
    """A negative seed is refused."""
    with pytest.raises(InputError, match="Wrong seed"):
        sample(PARAMETERS, 1, seed=-1)


def test_every_wrong_spread_is_named():
    """All wrong spreads are told at once."""
    wrong = [*PARAMETERS, parameter("a", 1, "normal"), parameter("b", 1, "beta 0 1")]
    with pytest.raises(Problems) as refusal:
        sample(wrong, 1, seed=7)
    assert len(refusal.value.problems) == 2
    assert "'a'" in refusal.value.problems[0]
    assert "'b'" in refusal.value.problems[1]


def test_drawing_loads_no_heavy_package():
    """Patients, protocols and assessments are used without SciPy, sympy, pint or polars."""
    program = """
import sys
from types import SimpleNamespace
import trimer.assess, trimer.patients, trimer.protocol
assert "numpy.random" not in sys.modules
spreads = {"a": "lognormal cv 40%", "b": "beta 2 2", "c": "logistic"}
parameters = [SimpleNamespace(name=k, value=0.5, spread=s) for k, s in spreads.items()]
trimer.patients.sample(parameters, 9, seed=1)
trimer.assess.proportion(3, 9)
trimer.assess.compare_paired([True, False], [False, False])
heavy = {"scipy", "sympy", "pint", "polars", "pydantic", "matplotlib", "llvmlite"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
