# SPDX-License-Identifier: Apache-2.0
"""The tables a ward reads, and the code that grades: an example of every cell has its grade."""

from __future__ import annotations

import pytest

from trimer.assess import ICE_ITEMS, SCALES, Support, crs_grade, icans_grade
from trimer.assess.criteria import CRS_CRITERIA, ICANS_CRITERIA, ICE_TASKS

CRS = {
    (1, 0): {"fever": True},
    (2, 1): {"support": Support(hypotension=True)},
    (2, 2): {"support": Support(oxygen=1)},
    (3, 1): {"support": Support(vasopressors=1, vasopressin=True)},
    (3, 2): {"support": Support(oxygen=2)},
    (4, 1): {"support": Support(vasopressors=2)},
    (4, 2): {"support": Support(oxygen=3)},
}
ICANS = {
    (1, 0): {"ice": [7, 8, 9]},
    (2, 0): {"ice": [3, 4, 5, 6]},
    (3, 0): {"ice": [0, 1, 2]},
    (4, 0): {"ice": [0], "consciousness": 4},
    **{(grade, 1): {"consciousness": grade} for grade in (1, 2, 3, 4)},
    (3, 2): {"seizure": 1},
    (4, 2): {"seizure": 2},
    (4, 3): {"motor": True},
    (3, 4): {"edema": 1},
    (4, 4): {"edema": 2},
}


@pytest.mark.parametrize("cell", CRS, ids=str)
def test_crs_cells_are_what_the_code_grades(cell):
    """An example of each cell has the grade of its row."""
    example = {"fever": True, **CRS[cell]}
    assert crs_grade(example.pop("fever"), **example).item() == cell[0]


@pytest.mark.parametrize("cell", ICANS, ids=str)
def test_icans_cells_are_what_the_code_grades(cell):
    """An example of each cell has the grade of its row."""
    example = {"ice": [10], **ICANS[cell]}
    assert set(icans_grade(example.pop("ice"), **example).tolist()) == {cell[0]}


def test_every_cell_with_a_sign_has_an_example():
    """No cell of a table is untested; a dash or `none` is no sign."""
    for criteria, examples in ((CRS_CRITERIA, CRS), (ICANS_CRITERIA, ICANS)):
        cells = {(grade, domain) for grade, row in criteria.grades.items()
                 for domain, text in enumerate(row) if text not in {"-", "none"}}  # fmt: skip
        if criteria is CRS_CRITERIA:
            cells -= {(2, 0), (3, 0), (4, 0)}  # fever is in every row
        assert cells == set(examples)
        assert all(len(row) == len(criteria.domains) for row in criteria.grades.values())
        assert criteria.scale in SCALES


def test_rules_of_the_tables_hold():
    """Fever is not needed after treatment; the worse counts; 10 is grade 0; 0 awake is grade 3."""
    assert crs_grade(fever=False, support=Support(vasopressors=1), treated=True).item() == 3
    worse = Support(hypotension=True, oxygen=3)
    assert crs_grade(fever=True, support=worse).item() == 4
    assert icans_grade([10, 0], tremor=True).tolist() == [0, 3]


def test_every_ice_item_has_its_task():
    """What is asked, for each item that has points."""
    assert set(ICE_TASKS) == set(ICE_ITEMS)
