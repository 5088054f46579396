# SPDX-License-Identifier: Apache-2.0
"""Models whose solution is known: infusions, saturation, growth, three-body binding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw

from trimer.engine.solution import ADD_TO_SPECIES, SET_INPUT, Schedule

TIMES = np.linspace(0, 5, 26)
#: Tight, so that an error of the method is not taken for one of the tolerance.
TIGHT = {"rtol": 1e-9, "atol": 1e-15}


def infused(patients, rate, start, stop):
    """Return the schedule of one infusion, the same for everyone."""
    return Schedule.shared(
        [start, stop], [SET_INPUT] * 2, [0, 0], np.tile([rate, 0.0], (patients, 1))
    )


def test_one_compartment_infusion(compiled):
    """Concentration during and after an infusion is the textbook formula, for every patient."""
    model = compiled(
        {"X": 0},
        [("rate", {"X": 1}), ("CL / V * X", {"X": -1})],
        parameters={"CL": 3.0, "V": 2.0},
        vary=("CL", "V"),
        inputs=("rate",),
        observables={"conc": "X / V"},
    )
    P = np.exp(np.random.default_rng(1).normal(0, 1, (11, 2)))
    got = model.solve(P, infused(11, 5.0, 0.4, 2.9), 0.0, 5.0, TIMES, ("conc",), **TIGHT)
    clearance, volume = P[:, :1], P[:, 1:]
    k = clearance / volume
    on = 5 / clearance * -np.expm1(-k * (np.clip(TIMES, 0.4, 2.9) - 0.4))
    want = on * np.exp(-k * np.maximum(TIMES - 2.9, 0))
    np.testing.assert_allclose(got.values[:, :, 0], want, rtol=1e-7, atol=1e-10)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.floats(0.05, 20), min_size=4, max_size=4),
    st.one_of(st.just(0.0), st.floats(1e-9, 2)),
    st.floats(0.01, 3),
)
def test_two_compartment_infusion(two_compartments, constants, start, length):
    """Both compartments follow the matrix exponential; drug given is drug inside and cleared."""
    P = np.array([constants])
    cl, v, q, vp = constants
    stop = start + length
    schedule = infused(1, 7.0, start, stop)
    times = np.array([start, start + length / 2, stop, stop + 1, stop + 2])
    got = two_compartments.solve(
        P, schedule, 0.0, stop + 2, times, ("C", "Q", "gone"), **TIGHT
    ).values[0]
    A = np.array([[-(cl + q) / v, q / vp], [q / v, -q / vp]])
    rates, vectors = np.linalg.eig(A)

    def free(state, time):
        return vectors @ (np.linalg.solve(vectors, state) * np.exp(rates * time))

    steady = -np.linalg.solve(A, [7.0, 0.0])
    on = [steady + free(-steady, time) for time in (0, length / 2, length)]
    want = np.array([*on, free(on[-1], 1.0), free(on[-1], 2.0)])
    np.testing.assert_allclose(got[:, :2], want, rtol=1e-6, atol=1e-7)
    given_drug = 7.0 * np.minimum(times - start, length)
    np.testing.assert_allclose(got.sum(axis=1), given_drug, rtol=1e-8, atol=1e-9)


@pytest.fixture(scope="module")
def two_compartments(compiled):
    """Return amounts in a central and a peripheral compartment, and what was cleared."""
    return compiled(
        {"C": 0, "Q": 0, "gone": 0},
        [
            ("rate", {"C": 1}),
            ("CL / V * C", {"C": -1, "gone": 1}),
            ("q / V * C - q / Vp * Q", {"C": -1, "Q": 1}),
        ],
        parameters={"CL": 1.0, "V": 2.0, "q": 3.0, "Vp": 4.0},
        vary=("CL", "V", "q", "Vp"),
        inputs=("rate",),
    )


def test_repeated_boluses_accumulate(compiled):
    """Amounts just before each of ten boluses are the geometric series."""
    model = compiled({"X": 0}, [("k * X", {"X": -1})], parameters={"k": 0.7})
    doses = np.arange(10.0)
    schedule = Schedule.shared(doses, [ADD_TO_SPECIES] * 10, [0] * 10, np.full((1, 10), 3.0))
    got = model.solve(np.zeros((1, 0)), schedule, 0.0, 10.0, doses, ("X",), **TIGHT)
    r = np.exp(-0.7)
    want = 3 * r * (1 - r**doses) / (1 - r)
    np.testing.assert_allclose(got.values[0, :, 0], want, rtol=1e-7)


def test_saturable_elimination(compiled):
    """Michaelis-Menten elimination follows Lambert's W from saturation to the end."""
    model = compiled(
        {"S": 10},
        [("Vm * S / (Km + S)", {"S": -1})],
        parameters={"Vm": 3.0, "Km": 0.5},
        vary=("Vm", "Km"),
    )
    P = np.array([[3.0, 0.5], [4.0, 2.0], [2.0, 10.0]])
    got = model.solve(P, Schedule.empty(3), 0.0, 5.0, TIMES, ("S",), **TIGHT)
    vm, km = P[:, :1], P[:, 1:]
    want = km * lambertw(10 / km * np.exp((10 - vm * TIMES) / km)).real
    np.testing.assert_allclose(got.values[:, :, 0], want, rtol=1e-6)


def test_logistic_growth(compiled):
    """Growth from a millionth of the capacity to the capacity is the logistic curve."""
    model = compiled(
        {"N": "1e-6 * K"},
        [("r * N * (1 - N / K)", {"N": 1})],
        parameters={"r": 5.0, "K": 30.0},
        vary=("r", "K"),
    )
    P = np.array([[5.0, 30.0], [8.0, 0.2]])
    got = model.solve(P, Schedule.empty(2), 0.0, 5.0, TIMES, ("N",), rtol=1e-9, atol=1e-18)
    r, capacity = P[:, :1], P[:, 1:]
    want = capacity / (1 + (1e6 - 1) * np.exp(-r * TIMES))
    np.testing.assert_allclose(got.values[:, :, 0], want, rtol=1e-6)


def test_power_law_decay(compiled):
    """X' = -X**p with a power that is neither whole nor half follows its closed form."""
    model = compiled({"X": 2}, [("X ** p", {"X": -1})], parameters={"p": 1.7}, vary=("p",))
    P = np.array([[1.7], [2.3], [1.05]])
    got = model.solve(P, Schedule.empty(3), 0.0, 5.0, TIMES, ("X",), **TIGHT)
    want = (2 ** (1 - P) + (P - 1) * TIMES) ** (1 / (1 - P))
    np.testing.assert_allclose(got.values[:, :, 0], want, rtol=1e-7)


@pytest.fixture(scope="module")
def binding(compiled):
    """Return binding of drug B to receptors A and C on two cells, and the complex of all three."""
    return compiled(
        {"A": "At", "B": "Bt", "C": "Ct", "AB": 0, "BC": 0, "ABC": 0},
        [
            ("kA * A * B - kA * KA * AB", {"A": -1, "B": -1, "AB": 1}),
            ("kC * C * B - kC * KC * BC", {"C": -1, "B": -1, "BC": 1}),
            ("kC * AB * C - kC * KC * ABC", {"AB": -1, "C": -1, "ABC": 1}),
            ("kA * BC * A - kA * KA * ABC", {"BC": -1, "A": -1, "ABC": 1}),
        ],
        parameters={"At": 1.0, "Bt": 1.0, "Ct": 1.0, "KA": 0.12, "KC": 9.0, "kA": 86.4, "kC": 86.4},
        vary=("At", "Bt", "Ct", "KA", "KC"),
        observables={"A_total": "A + AB + ABC", "B_total": "B + AB + BC + ABC",
                     "C_total": "C + BC + ABC"},
    )  # fmt: skip


def bound(x, b, k):
    """Return the complex of two partners at equilibrium, from their totals."""
    total = x + b + k
    return 2 * x * b / (total + np.sqrt(total**2 - 4 * x * b))


def test_trimer_equilibrium(binding):
    """At equilibrium the trimer is q(A, B, KA) q(C, B, KC) / B (Douglass 2013), hook included."""
    random = np.random.default_rng(7)
    P = 10 ** random.uniform(-2, 2, (40, 5))
    P[:, 3:] = 10 ** random.uniform(-1.5, 1.5, (40, 2))
    P[0] = [1.0, 1.03, 3.0, 0.12, 9.0]
    a, b, c, ka, kc = P.T
    got = binding.solve(
        P, Schedule.empty(40), 0.0, 200.0, np.array([200.0]),
        ("ABC", "AB", "BC", "A_total", "B_total", "C_total"), **TIGHT,
    )  # fmt: skip
    assert not got.status.any()
    values = got.values[:, 0].T
    pair_a, pair_c = bound(a, b, ka), bound(c, b, kc)
    np.testing.assert_allclose(values[0], pair_a * pair_c / b, rtol=1e-6)
    np.testing.assert_allclose(values[1], pair_a * (1 - pair_c / b), rtol=1e-6)
    np.testing.assert_allclose(values[2], pair_c * (1 - pair_a / b), rtol=1e-6)
    np.testing.assert_allclose(values[3:], P[:, :3].T, rtol=1e-9)


def test_the_hook(binding):
    """The most trimers are at 2.25 nmol/L of drug; in great excess they are A C / B."""
    drug = np.array([1.5, 2.25, 3.5, 1e3, 1e5])
    P = np.array([[1.0, b, 3.0, 0.12, 9.0] for b in drug])
    got = binding.solve(
        P, Schedule.empty(5), 0.0, 200.0, np.array([200.0]), ("ABC",), **TIGHT
    ).values[:, 0, 0]
    assert np.argmax(got) == 1
    assert got[-1] == pytest.approx(3.0 / 1e5, rel=1e-3)
