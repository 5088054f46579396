# SPDX-License-Identifier: Apache-2.0
"""Indices of functions whose indices are known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from trimer.core.errors import InputError
from trimer.trial.sensitivity import morris, sobol
from trimer.trial.sensitivity.factors import Factor
from trimer.trial.sensitivity.tables import assumed_share, sobol_table


@dataclass(frozen=True)
class Uniform:
    """Uniform between two numbers."""

    low: float
    high: float

    def quantile(self, u):
        """Return the value a share `u` stays below."""
        return self.low + (self.high - self.low) * u


def factors(n, low, high, assumed=()):
    """Uniform factors, some of them assumed."""
    return [
        Factor(f"x{i}", "", "1", "assumed" if i in assumed else "fitted", 1.0, Uniform(low, high))
        for i in range(n)
    ]


def ishigami(cohort, a=7.0, b=0.1):
    """The function of Ishigami and Homma."""
    x, y, z = cohort.values.T
    return (np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x))[:, None]


A, B = 7.0, 0.1
V1 = (1 + B * math.pi**4 / 5) ** 2 / 2
V2 = A**2 / 8
V13 = B**2 * math.pi**8 * (1 / 18 - 1 / 50)
V = V1 + V2 + V13


def test_ishigami():
    """First and total order indices are the analytic ones."""
    found = sobol(factors(3, -math.pi, math.pi), ["y"], ishigami, base_samples=2048, seed=3)
    assert found.indices.first[:, 0] == pytest.approx([V1 / V, V2 / V, 0.0], abs=0.03)
    total = [(V1 + V13) / V, V2 / V, V13 / V]
    assert found.indices.total[:, 0] == pytest.approx(total, abs=0.03)
    assert found.mean[0] == pytest.approx(A / 2, rel=0.02)
    assert found.variance[0] == pytest.approx(V, rel=0.03)
    assert found.patients == 2048 * 5
    assert (found.indices.total_error > 0).all()


@pytest.mark.parametrize("assumed", [(0,), (1,), (0, 2)])
def test_share_on_assumed_parameters(assumed):
    """The group's share alone and its share with interactions are the analytic ones."""
    found = sobol(
        factors(3, -math.pi, math.pi, assumed), ["y"], ishigami, base_samples=2048, seed=3
    )
    parts = {frozenset({0}): V1, frozenset({1}): V2, frozenset({0, 2}): V13}
    group = frozenset(assumed)
    alone = sum(part for of, part in parts.items() if of <= group) / V
    any_part = sum(part for of, part in parts.items() if of & group) / V
    share = assumed_share(found)["y"]
    assert share["alone"] == pytest.approx(alone, abs=0.03)
    assert share["any_part"] == pytest.approx(any_part, abs=0.03)
    assert found.patients == 2048 * 6


@pytest.mark.parametrize(("assumed", "share"), [((), 0.0), ((0, 1, 2), 1.0)])
def test_share_of_none_and_of_all(assumed, share):
    """Without a group to tell apart the share is none or all of it."""
    found = sobol(factors(3, -3.0, 3.0, assumed), ["y"], ishigami, base_samples=64)
    assert assumed_share(found)["y"] == {"alone": share, "any_part": share}


def test_g_function():
    """The product of Sobol's g-function, with two strong and two weak factors."""
    a = np.array([0.0, 1.0, 9.0, 99.0])

    def g(cohort):
        return np.prod((np.abs(4 * cohort.values - 2) + a) / (1 + a), axis=1)[:, None]

    part = 1 / (3 * (1 + a) ** 2)
    variance = np.prod(1 + part) - 1
    others = np.array([np.prod(np.delete(1 + part, i)) for i in range(4)])
    found = sobol(factors(4, 0.0, 1.0), ["g"], g, base_samples=4096, seed=5)
    assert found.indices.first[:, 0] == pytest.approx(part / variance, abs=0.02)
    assert found.indices.total[:, 0] == pytest.approx(part * others / variance, abs=0.02)


def test_several_outcomes_are_those_of_each():
    """Outcomes that share a design have the indices each has by itself."""
    both = sobol(
        factors(3, -3.0, 3.0), ["y", "twice"],
        lambda cohort: np.hstack([ishigami(cohort), -2 * ishigami(cohort)]), base_samples=128,
    )  # fmt: skip
    one = sobol(factors(3, -3.0, 3.0), ["y"], ishigami, base_samples=128)
    assert np.array_equal(both.indices.total[:, :1], one.indices.total)
    assert both.indices.total[:, 1] == pytest.approx(one.indices.total[:, 0])


def test_the_seed_alone_decides():
    """Seed 0 is a seed like any other, and the same one gives the same numbers."""
    runs = [
        sobol(factors(3, -3.0, 3.0), ["y"], ishigami, base_samples=64, seed=seed)
        for seed in (0, 0, 1)
    ]
    assert np.array_equal(runs[0].indices.first_error, runs[1].indices.first_error)
    assert np.array_equal(runs[0].indices.total, runs[1].indices.total)
    assert not np.array_equal(runs[0].indices.total, runs[2].indices.total)


def test_who_could_not_be_followed_takes_his_sample_with_him():
    """A whole base sample is left out, never a part of it; too many are refused."""

    def failing(cohort):
        y = ishigami(cohort)
        y[cohort.ids % 97 == 0] = np.nan
        return y

    found = sobol(factors(3, -3.0, 3.0), ["y"], failing, base_samples=256)
    assert found.used == 256 - len({i // 5 for i in range(0, 256 * 5, 97)})
    assert np.isfinite(found.indices.total).all()

    def worse(cohort):
        return np.where(cohort.ids[:, None] % 7 == 0, np.nan, ishigami(cohort))

    with pytest.raises(InputError, match="Too many patients could not be followed"):
        sobol(factors(3, -3.0, 3.0), ["y"], worse, base_samples=256)


def test_what_nothing_moves_has_no_indices():
    """An outcome that is the same in everybody has indices of 0, not of NaN."""
    found = sobol(
        factors(2, 0.0, 1.0), ["still"], lambda cohort: np.ones((len(cohort), 1)), base_samples=8
    )
    assert found.indices.total.tolist() == [[0.0], [0.0]]


@pytest.mark.parametrize("wrong", [0, 4, 100, -8])
def test_base_samples_are_a_power_of_two(wrong):
    """Any other number spoils the sequence."""
    with pytest.raises(InputError, match="power of two"):
        sobol(factors(2, 0.0, 1.0), ["y"], ishigami, base_samples=wrong)


def test_the_table_is_ranked():
    """Each outcome's rows fall in total order."""
    found = sobol(factors(3, -math.pi, math.pi), ["y"], ishigami, base_samples=256)
    table = sobol_table(found)
    assert table["parameter"].to_list()[0] == "x0"
    assert table["total"].is_sorted(descending=True)


# ------------------------------------------------------------------------------------------ Morris
def test_morris_of_a_linear_function():
    """Effects are the slopes times the whole range; there is no deviation."""
    spread = {"a": 0.5, "b": 0.2, "c": 0.1}

    def linear(cards):
        logs = [[math.log(card.get(name, 1.0)) for name in spread] for card in cards]
        return np.array(logs) @ np.array([[2.0], [-1.0], [0.0]])

    found = morris(spread, ["rate"], linear, trajectories=4, seed=2)
    assert found.mean[:, 0] == pytest.approx([2.0, -0.4, 0.0])
    assert found.mean_absolute[:, 0] == pytest.approx([2.0, 0.4, 0.0])
    assert found.deviation[:, 0] == pytest.approx([0.0] * 3, abs=1e-12)
    assert found.base[0] == 0.0
    assert found.points == 4 * 4


def test_morris_tells_interactions_by_their_deviation():
    """A product has effects that differ from point to point."""
    spread = {"a": 1.0, "b": 1.0}

    def product(cards):
        return np.array(
            [[math.log(card.get("a", 1)) * math.log(card.get("b", 1))] for card in cards]
        )

    found = morris(spread, ["rate"], product, trajectories=8)
    assert (found.deviation > 0.3).all()


def test_morris_needs_rates_and_factors():
    """A rate that is not known is refused; so is nothing to screen."""
    with pytest.raises(InputError, match="A rate is not known"):
        morris({"a": 1.0}, ["rate"], lambda cards: np.full((len(cards), 1), np.nan))
    with pytest.raises(InputError, match="Too little"):
        morris({}, ["rate"], lambda cards: np.ones((len(cards), 1)))
