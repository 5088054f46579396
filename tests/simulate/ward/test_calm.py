# SPDX-License-Identifier: Apache-2.0
"""A calm look in compiled code is the look of the ward, bit by bit, or leaves everything alone."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import fields

import numpy as np
import pytest

from trimer import library
from trimer.assess import CrsMemory
from trimer.engine.ir import LANES
from trimer.engine.visit import STOP
from trimer.patients import sample
from trimer.protocol import read_protocol
from trimer.simulate import prepare
from trimer.simulate.matching import areas_m2, parameter_matrix, weights_kg
from trimer.simulate.ward import Ward, treat
from trimer.simulate.ward.calm.ahead import Ahead
from trimer.simulate.ward.calm.constants import CALM_CLOCKS
from trimer.simulate.ward.journal import Notes
from trimer.simulate.ward.readings import LABS
from trimer.simulate.ward.rounds import Rounds
from trimer.simulate.ward.state import CLOCKS, Patients
from trimer.trial.recipe import shipped

FAR = 30000
BLOCKS = tuple(Patients.__annotations__)
PROTOCOLS = (
    "flotetuzumab-multi-step", "flotetuzumab-flat", "flotetuzumab-one-step",
    "flotetuzumab-two-step", "blinatumomab-label",
)  # fmt: skip


class Shadow:
    """Looks at everybody in compiled code before the ward does, and compares afterwards."""

    def __init__(self, rounds, part, memory, minute, truth, run_rows):
        self.patients = Patients({name: getattr(part, name).copy() for name in BLOCKS})
        self.crs = CrsMemory(*(getattr(memory[0], f.name).copy() for f in fields(CrsMemory)))
        self.memory = memory[1].take(np.arange(len(part)))
        self.before = self.state(self.patients, self.crs, self.memory)
        self.rounds, self.goal, n = rounds, minute + FAR, len(part)
        self.ahead = Ahead(rounds, self.patients)
        for name in ("give_amount", "give_value"):  # made for the whole run
            self.ahead._fixed[name] = self.ahead._fixed[name][:, run_rows].copy()
        rows = np.arange(n)
        visit = self.ahead.visit(self.patients, self.crs, self.memory, rows, minute + FAR, minute)
        call = ctypes.CFUNCTYPE(
            ctypes.c_double, ctypes.c_void_p, ctypes.c_int64, ctypes.c_double, ctypes.c_void_p,
            ctypes.c_int64,
        )(visit.address)  # fmt: skip
        self.following = np.full(n, STOP)
        for q in np.flatnonzero(part.premedication.min(axis=0) > minute):  # it is a goal
            values = np.zeros((truth.shape[1], LANES))
            values[:, q % LANES] = truth[q]
            self.following[q] = call(
                visit.data.ctypes.data, q, minute[q] / 1440.0, values.ctypes.data, q % LANES
            )
        self.calm = self.following > STOP

    @staticmethod
    def state(patients, crs, memory):
        """Return all that a look may change."""
        found = {name: getattr(patients, name).copy() for name in BLOCKS}
        found.update({f"crs.{f.name}": getattr(crs, f.name).copy() for f in fields(CrsMemory)})
        return {**found, "since": memory.since.copy(), "row": memory.row.copy()}

    def compare(self, part, crs, memory, notes, count):
        """Compare with the ward, which has looked."""
        calm, mine = self.calm, self.state(self.patients, self.crs, self.memory)
        for name, before in self.before.items():
            np.testing.assert_array_equal(mine[name][..., ~calm], before[..., ~calm], name)
        for name, after in self.state(part, crs, memory).items():
            np.testing.assert_array_equal(mine[name][..., calm], after[..., calm], name)
        clocks = part.clock[[CLOCKS.index(name) for name in CALM_CLOCKS]].min(axis=0)
        due = np.where(clocks < self.goal, clocks / 1440.0, 1e300)
        np.testing.assert_array_equal(np.abs(self.following[calm]), due[calm])
        own = Notes(notes.rows)
        self.ahead.write(np.arange(len(calm)), own)
        assert rows_of(own, calm) == rows_of(notes, calm)
        dosed = np.zeros(len(calm), np.bool_)
        for at, dose in notes.doses():
            dosed[at] |= np.broadcast_to(dose["kind"], len(at)) >= 0
        np.testing.assert_array_equal(self.following[calm] < 0, dosed[calm])
        count["looks"] += len(calm)
        count["calm"] += int(calm.sum())
        count.update(table for table, _, _ in rows_of(own, calm))


def rows_of(notes, calm):
    """Return notes about patients as comparable rows."""
    found = []
    for table, at, columns in notes.items():
        for k, q in enumerate(at.tolist()):
            if calm[q]:
                row = {
                    name: float(np.broadcast_to(value, len(at))[k])
                    for name, value in columns.items()
                }
                found.append((table, q, str(sorted(row.items()))))
    return sorted(found)


@pytest.fixture(name="shadowed")
def _shadowed(monkeypatch):
    """Let every look of the ward be made by compiled code too."""
    count: Counter[str] = Counter()
    attend = Rounds.attend

    def both(self, part, memory, minute, truth, now, notes):
        blood = now(tuple(LABS.values()), np.arange(len(part)))
        shadow = Shadow(self, part, memory, minute, np.hstack([truth, blood]), notes.rows)
        crs = attend(self, part, memory, minute, truth, now, notes)
        shadow.compare(part, crs, memory[1], notes, count)
        return crs

    monkeypatch.setattr(Rounds, "attend", both)
    return count


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_calm_look_is_the_look_of_the_ward(protocol, shadowed):
    """State, memory and notes have the same bits; who is not calm is left as he was."""
    plan = read_protocol(library.protocol_path(protocol))
    model = "blinatumomab" if "blin" in protocol else "flotetuzumab"
    compiled = prepare(shipped(model))
    patients = sample(compiled.parameter_table, 4, 5)
    treat(
        compiled, parameter_matrix(compiled, patients), plan, Ward(), ids=patients.ids,
        weight_kg=weights_kg(compiled, patients), area_m2=areas_m2(compiled, patients), seed=2,
        days=14.0, times=np.arange(15.0), outputs=("IL6",), ahead=False, full=True,
    )  # fmt: skip
    assert shadowed["calm"] > 0.7 * shadowed["looks"]
    for table in ("grades", "stretches", "doses", "decisions", "readings"):
        assert shadowed[table] > 0, table
