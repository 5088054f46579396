# SPDX-License-Identifier: Apache-2.0
"""Which patient receives what."""

import numpy as np
import pytest

from trimer.core.errors import InputError, ProtocolError
from trimer.protocol import Protocol, dose_rows
from trimer.protocol.ledger import COLUMNS

PROTOCOL = (
    Protocol("x")
    .give("dexamethasone 10 mg", at_days=0.5)
    .infuse("30 ng/kg/day", days=1)
    .infuse("100 ng/kg/day", days=4)
    .give("tocilizumab 8 mg/kg", at_days=3)
)


def test_rows_come_by_patient_then_time():
    """Each patient has one row a step, in the order of time."""
    rows = dose_rows(PROTOCOL, [5, 2], [50.0, 100.0])
    assert tuple(rows) == COLUMNS
    assert rows["id"].tolist() == [5] * 4 + [2] * 4
    assert rows["time"].tolist() == [0, 0.5, 1, 3] * 2
    assert rows["step"].tolist() == ["infuse 1", "give 1", "infuse 2", "give 2"] * 2
    assert set(rows["reason"].tolist()) == {"planned"}


def test_amounts_are_those_of_the_patient():
    """Amounts per kilogram are multiplied by body weight; a bolus has neither rate nor duration."""
    rows = dose_rows(PROTOCOL, [5, 2], [50.0, 100.0])
    assert rows["amount"].tolist() == [1500, 10, 20_000, 400, 3000, 10, 40_000, 800]
    assert rows["rate"].tolist() == [1500, 0, 5000, 0, 3000, 0, 10_000, 0]
    assert rows["duration"].tolist() == [1, 0, 4, 0] * 2
    assert rows["unit"].tolist() == ["ng", "mg", "ng", "mg"] * 2
    assert (
        rows["drug"].tolist()
        == ["flotetuzumab", "dexamethasone", "flotetuzumab", "tocilizumab"] * 2
    )


def test_doses_after_the_end_are_left_out():
    """By the end of observation an infusion counts in part and later doses not at all."""
    rows = dose_rows(PROTOCOL, [0], [100.0], until_days=3)
    assert rows["step"].tolist() == ["infuse 1", "give 1", "infuse 2"]
    assert rows["duration"].tolist() == [1, 0, 2]
    assert rows["amount"].tolist() == [3000, 10, 20_000]


def test_an_untreated_patient_has_no_rows():
    """A protocol without steps gives an empty table with all columns."""
    rows = dose_rows(Protocol("untreated"), [0, 1])
    assert tuple(rows) == COLUMNS
    assert all(column.size == 0 for column in rows.values())


def test_body_weight_is_needed_only_per_kilogram():
    """Doses that do not depend on weight need none."""
    assert dose_rows(Protocol("x").give("dexamethasone 10 mg", at_days=0), [0])["amount"] == [10]
    with pytest.raises(ProtocolError, match="Missing body weights for protocol 'x'"):
        dose_rows(PROTOCOL, [0])


@pytest.mark.parametrize("weight", [[0.0], [-70.0], [np.nan], [np.inf], [70.0, 80.0], []])
def test_wrong_body_weights_are_refused(weight):
    """There is one positive weight for each patient."""
    with pytest.raises(ProtocolError, match="Wrong body weights for protocol 'x'"):
        dose_rows(PROTOCOL, [0], weight)


def test_wrong_ids_are_refused():
    """Patient numbers are whole numbers."""
    with pytest.raises(InputError, match="Wrong patient numbers"):
        dose_rows(PROTOCOL, [-1], [70.0])
