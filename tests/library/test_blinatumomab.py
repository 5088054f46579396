# SPDX-License-Identifier: Apache-2.0
"""The same equations with another molecule: blinatumomab, CD19 and B-cell ALL."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import simpson

from trimer.library import load
from trimer.patients import sample
from trimer.protocol import Protocol
from trimer.simulate import simulate

LOW = 9_000.0  # ng/day


@pytest.fixture(scope="module")
def wing(ward):
    """Return 20 patients of the blinatumomab model."""
    return ward.of(load("blinatumomab"), 20)


def test_it_speaks_of_its_own_molecule(wing):
    """No symbol, definition or route is left of the other drug and its target."""
    model = wing.model
    parts = (*model.parameters, *model.terms, *model.flows, *model.observables, *model.species)
    words = " ".join(f"{part.name} {part.definition}" for part in (*parts, *model.inputs))
    for other in ("CD123", "lotetuzumab", "AML", "kon123", "C123b", "N123"):
        assert other not in words, other
    assert {"kon19", "R19", "C19b", "N19"} <= set(words.split())
    routes = {(route.drug, route.kind) for route in model.routes}
    assert {("blinatumomab", "infusion"), ("blinatumomab", "bolus")} <= routes
    assert "not validated" in model.title


def test_it_shares_t_cells_cytokines_and_ward_with_the_flotetuzumab_model(wing, ward):
    """Most numbers are the same rows; what differs is the molecule, its target and B cells."""
    mine = {part.name: part for part in wing.model.parameters}
    other = {part.name: part for part in ward.model.parameters}
    differ = {name for name in mine if mine[name] != other.get(name)}
    assert {"CL", "MW", "kon19", "koff19", "koff3", "chi", "R19", "B_start"} <= differ
    assert not differ & {"Ka", "Kk", "kact", "kTNF", "k6", "K6T", "sMAP", "fMg", "kCRP"}
    assert len(differ) < 25
    species = [part.name.replace("19", "123") for part in wing.model.species]
    assert species == [part.name for part in ward.model.species if part.name != "Endo"]


def test_its_dose_in_micrograms_a_day_reaches_the_published_level(wing):
    """At 28 ug/day plasma holds about 0.5 ng/mL (2.22 L/h in 674 patients), less by its target."""
    plan = Protocol("label dose").infuse("28 ug/day", days=3, drug="blinatumomab")
    people = sample(wing.model.parameters, n=20, seed=5)
    run = simulate(wing.model, people, plan, days=3, outputs=["concentration"])
    assert not run.failures
    assert 0.3 < np.median(run.column("concentration")[:, -1]) < 0.56


def test_b_cells_vanish_within_days(wing):
    """At 9 ug/day nobody fails in a week; half of the patients lose 95 % of B cells in 2 days."""
    times = np.arange(0, 7.1, 0.5)
    outputs = ["B_cells", "temperature", "IL6", "MAP", "SpO2", "ICE"]
    found = wing.give((0, "blinatumomab", LOW), times=times, outputs=outputs)
    left = found.B_cells / found.B_cells[:, :1]
    assert np.mean(left[:, 4] < 0.15) > 0.8
    assert np.median(left[:, 4]) < 0.05
    assert np.all(np.diff(left[:, :5], axis=1) < 0)
    assert np.all(np.isfinite(found.state))
    assert np.median(found.IL6.max(axis=1)) > 20


def test_without_the_drug_nothing_happens(wing):
    """No B cell is killed, no cytokine made, no vital sign moves."""
    outputs = ["B_cells", "IL6", "TNF", "IFNg", "MAP", "SpO2", "Temp", "vascular_leak"]
    found = wing.give(times=[0, 3, 7], outputs=outputs)
    for name in outputs:
        values = getattr(found, name)
        assert values == pytest.approx(np.repeat(values[:, :1], 3, axis=1), rel=1e-6), name
    assert found.TNF.max() < 1e-200
    assert found.IFNg.max() < 1e-200


def test_drug_given_is_drug_inside_and_drug_gone(wing):
    """Delivered = eliminated + bound + free to 1e-6."""
    # finer where levels rise: the rule is exact only for what it can follow
    times = np.concatenate([np.linspace(0, 0.5, 1001), np.linspace(0.5, 5, 1001)[1:]])
    outputs = ["drug_in_body", "drug_elimination"]
    found = wing.give((0, "blinatumomab", LOW), times=times, outputs=outputs, rtol=1e-10)
    gone = sum(
        simpson(found.drug_elimination[:, part], x=times[part], axis=1)
        for part in (slice(1001), slice(1000, None))
    )
    assert found.drug_in_body[:, -1] + gone == pytest.approx(5 * LOW / 55_000, rel=1e-6)
