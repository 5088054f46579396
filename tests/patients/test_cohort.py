# SPDX-License-Identifier: Apache-2.0
"""Cohorts of virtual patients."""

from types import SimpleNamespace

import numpy as np
import pytest

from trimer.core.errors import CohortError, InputError
from trimer.patients import Cohort, concatenate


def cohort(ids=(3, 1, 7), **changes):
    """Return a cohort whose values tell the patient and the parameter."""
    ids = np.array(ids)
    values = np.stack([ids * 10.0, ids * 100.0], axis=1)
    fields = {"name": "test", "ids": ids, "parameters": ("CL", "Vc"), "values": values, "seed": 7}
    return Cohort(**(fields | changes))


def test_a_column_is_found_by_name():
    """A parameter's values stand in the order of the patients."""
    assert cohort().column("Vc").tolist() == [300, 100, 700]


def test_an_unknown_column_is_answered_with_a_suggestion():
    """A misspelled parameter is refused with the name that was meant."""
    with pytest.raises(
        CohortError, match=r"Unknown parameter 'vc' in cohort 'test'\. Did you mean 'Vc'\?"
    ):
        cohort().column("vc")


def test_patients_are_selected_by_number():
    """Selected patients keep their values and come in the order asked for."""
    some = cohort().select([7, 3])
    assert some.ids.tolist() == [7, 3]
    assert some.column("CL").tolist() == [70, 30]
    assert some.seed == 7


@pytest.mark.parametrize("missing", [0, 2, 8])
def test_an_unknown_patient_is_refused(missing):
    """A number that is not in the cohort is refused, with the numbers that are."""
    with pytest.raises(CohortError, match=f"Unknown patient {missing} in cohort 'test': it has 3"):
        cohort().select([1, missing])


def test_a_part_is_a_range_of_rows():
    """A part holds the rows from start to stop and shares their memory."""
    whole = cohort()
    part = whole.part(1, 3)
    assert part.ids.tolist() == [1, 7]
    assert np.shares_memory(part.values, whole.values)


def test_a_cohort_cannot_be_written_to():
    """The arrays of a cohort are read-only; the arrays it was made from are not touched."""
    ids, values = np.array([0, 1]), np.ones((2, 1))
    frozen = Cohort("test", ids, ("CL",), values)
    for array in (frozen.ids, frozen.values, frozen.column("CL")):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    values[0] = 2
    ids[0] = 5


def test_the_nominal_patient_has_the_values_of_the_card():
    """The typical patient has each varied parameter at its value, and no other."""
    parameters = [
        SimpleNamespace(name="CL", value=38.0, spread="lognormal cv 40%"),
        SimpleNamespace(name="Q", value=24.0, spread=""),
        SimpleNamespace(name="T", value=0.06, spread="lognormal sd 0.9 median 0.05"),
    ]
    nominal = Cohort.nominal(parameters)
    assert nominal.parameters == ("CL", "T")
    assert nominal.values.tolist() == [[38.0, 0.06]]
    assert nominal.ids.tolist() == [0]
    assert nominal.seed is None


def test_columns_there_and_back():
    """A cohort turned into columns and back is the same cohort."""
    whole = cohort()
    again = Cohort.from_columns(whole.columns(), name="test", seed=7)
    assert again.parameters == whole.parameters
    assert np.array_equal(again.ids, whole.ids)
    assert np.array_equal(again.values, whole.values)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"CL": [1.0]}, "no column 'id'"),
        ({"id": [0, 1], "CL": [1.0]}, "got 1 values of 'CL' for 2 patients"),
    ],
)
def test_a_table_that_is_no_cohort_is_refused(columns, reason):
    """A table without numbers, or with columns of different length, is refused."""
    with pytest.raises(CohortError, match=reason):
        Cohort.from_columns(columns, name="test")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"values": np.ones((3, 1))}, r"got \(3,\) numbers and \(3, 1\) values for 2 parameters"),
        ({"ids": np.array([[1, 2, 3]])}, "there is one row a patient"),
        ({"ids": np.array([], dtype=int), "values": np.ones((0, 2))}, "it is empty"),
        ({"parameters": ("CL", "CL")}, "a parameter stands there twice"),
        ({"ids": np.array([1, 2, 1])}, "a patient number stands there twice"),
        ({"values": np.array([[1, 2], [3, np.nan], [5, 6]])}, "'Vc' of patient 1 is nan"),
        ({"values": np.array([[1, 2], [3, 4], [np.inf, 6]])}, "'CL' of patient 7 is inf"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, reason):
    """A cohort whose arrays contradict each other is refused with the place."""
    with pytest.raises(CohortError, match=reason):
        cohort(**changes)


def test_negative_numbers_are_refused():
    """A patient number below zero is refused."""
    with pytest.raises(InputError, match="Wrong patient numbers"):
        cohort(ids=(-1, 2, 3))


def test_cohorts_are_put_together():
    """The whole has the patients of each part, in order."""
    whole = concatenate([cohort((0, 1), description="A."), cohort((5,), description="B.")])
    assert whole.ids.tolist() == [0, 1, 5]
    assert whole.column("CL").tolist() == [0, 10, 50]
    assert (whole.name, whole.seed, whole.description) == ("test", 7, "A. B.")


def test_parts_of_a_cohort_make_the_cohort():
    """A cohort cut into parts and put together again is itself."""
    whole = cohort((0, 1, 2, 3, 9))
    again = concatenate([whole.part(0, 2), whole.part(2, 5)], name="again")
    assert np.array_equal(again.values, whole.values)
    assert again.name == "again"


def test_cohorts_of_two_seeds_have_no_seed():
    """Where two seeds meet, none is claimed."""
    assert concatenate([cohort((0,)), cohort((1,), seed=8)]).seed is None


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([], "got no cohort"),
        ([cohort(), cohort(parameters=("CL", "Q"))], "their parameters differ"),
        ([cohort((0, 1)), cohort((1, 2))], "a patient number stands there twice"),
    ],
)
def test_cohorts_that_do_not_fit_are_refused(parts, reason):
    """Cohorts of different parameters or with a patient in common are refused."""
    with pytest.raises(CohortError, match=reason):
        concatenate(parts)


def test_the_card_tells_who_they_are():
    """The short card names patients, seed, screen and the first parameters."""
    card = repr(cohort(description="R/R AML."))
    assert card.splitlines() == [
        "Cohort 'test': 3 patients, seed 7, not screened",
        "  R/R AML.",
        "  CL  30  12..66",
        "  Vc  300  120..660",
    ]
    assert "<td>CL</td><td>30</td><td>12..66</td>" in cohort()._repr_html_()
    many = Cohort("x", [0], tuple("abcdefgh"), np.ones((1, 8)))
    assert "... and 2 more parameters" in repr(many)
    assert repr(many).startswith("Cohort 'x': 1 patient, nothing drawn")
