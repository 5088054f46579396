# SPDX-License-Identifier: Apache-2.0
"""Give drugs to patients of a model, by its own routes and in their own units."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from trimer.engine.compiled import load_compiled
from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT, Schedule
from trimer.library import load
from trimer.patients import sample


@dataclass
class Ward:
    """A compiled model and some of its patients."""

    model: object
    compiled: object
    patients: np.ndarray

    @classmethod
    def of(cls, model, n, seed=5):
        """Compile a model and draw patients."""
        compiled = load_compiled(model)
        cohort = sample(model.parameters, n=n, seed=seed)
        patients = np.stack([cohort.column(name) for name in compiled.parameters], axis=1)
        return cls(model, compiled, patients)

    def give(self, *doses, times, outputs, compiled=None, **options):
        """Return outputs as arrays (N, T).

        Doses are (day, drug, amount) in the route's unit; what can be infused is infused, and a
        rate or level holds until the next one.
        """
        compiled = self.compiled if compiled is None else compiled
        known = {(route.drug, route.kind): k for k, route in enumerate(compiled.routes)}
        doses = sorted(doses, key=lambda dose: dose[0])
        used = [known.get((drug, "infusion"), known.get((drug, "bolus"))) for _, drug, _ in doses]
        kinds = [compiled.routes[k].kind for k in used]
        amounts = np.array([amount for *_, amount in doses], dtype=float)
        schedule = Schedule.shared(
            [day for day, *_ in doses],
            [SET_INPUT if kind == "infusion" else ADD_TO_SPECIES for kind in kinds],
            [compiled.routes[k].index for k in used],
            amounts * compiled.route_factors(self.patients)[:, used],
        )
        times = np.asarray(times, dtype=float)
        found = compiled.solve(
            self.patients, schedule, 0.0, times[-1], times, outputs, threads=1, **options
        )
        assert not found.status.any()
        return SimpleNamespace(
            **{name: found.values[:, :, k] for k, name in enumerate(outputs)}, state=found.state
        )


@pytest.fixture(scope="session")
def ward():
    """Return 24 patients of the flotetuzumab model with the ward."""
    return Ward.of(load("flotetuzumab"), 24)
