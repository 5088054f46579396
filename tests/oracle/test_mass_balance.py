# SPDX-License-Identifier: Apache-2.0
"""Drug that was given is drug that is inside or gone, over a whole course."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import sympy

from trimer.engine.compiled import load_compiled
from trimer.library import load
from trimer.model.parts import Flow, Species
from trimer.patients import sample
from trimer.protocol import Protocol
from trimer.simulate import simulate

STEPS = (30, 60, 100, 200, 300, 400)


@pytest.fixture(scope="module")
def counting():
    """Return the reference model with a meter on everything that leaves it, in nmol."""
    model = load("flotetuzumab-reference")
    leaves = next(o.expression for o in model.observables if o.name == "drug_elimination")
    meter = Species("eliminated", "drug gone", "nmol", 1.0, sympy.Integer(0))
    flow = Flow("meter", "drug leaving", "nmol/day", leaves, (("eliminated", sympy.Integer(1)),))
    return dataclasses.replace(model, species=(*model.species, meter), flows=(*model.flows, flow))


def test_drug_given_is_drug_inside_and_drug_gone(counting):
    """Delivered = eliminated + bound + free to 1e-6, in 16 patients, during and after dosing."""
    plan = Protocol("course")
    for rate in STEPS:
        plan = plan.infuse(f"{rate} ng/kg/day", days=1)
    plan = plan.infuse("500 ng/kg/day", days=8)
    cohort = sample(counting.parameters, n=16, seed=11)
    run = simulate(
        load_compiled(counting), cohort, plan, days=16, every_hours=12,
        outputs=["drug_in_body", "eliminated"],
    )  # fmt: skip
    starts = np.arange(len(STEPS) + 1.0)
    stops = np.append(starts[1:], 14.0)
    rates = np.array([*STEPS, 500]) / 58900.0  # nmol/kg/day
    given = [float(rates @ np.clip(np.minimum(t, stops) - starts, 0, None)) for t in run.times]
    delivered = cohort.column("WT")[:, None] * np.array(given)
    found = run.column("drug_in_body") + run.column("eliminated")
    np.testing.assert_allclose(found[:, 1:], delivered[:, 1:], rtol=1e-6)
    assert np.all(run.column("eliminated")[:, -1] > 0.99 * delivered[:, -1])  # most is gone
