# SPDX-License-Identifier: Apache-2.0
"""Cohort × protocol on a model of one compartment, by hand."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
import sympy

from trimer.core.errors import CohortError, InputError, PatientsFailed, ProtocolError, UnknownName
from trimer.engine import compiled
from trimer.engine.compile import EngineUnavailable
from trimer.model.model import Model
from trimer.model.parameter import Parameter
from trimer.model.parts import Flow, Input, Observable, Route, Species
from trimer.patients import Cohort, sample
from trimer.protocol import Protocol
from trimer.simulate import TrimerWarning, follow, prepare, simulate
from trimer.simulate.follow import output_times

A, U, CL, V, WT = sympy.symbols("A inf CL V WT")


def row(name, value, spread=""):
    """Return a card row of which only the numbers matter."""
    return Parameter(name, name, value, "1", spread, ("A2020",), "assumed")


@pytest.fixture(scope="module")
def tiny():
    """Return A' = inf - CL/V A, with drug given in ng and A in pg."""
    return Model(
        name="tiny",
        title="tiny",
        version="1",
        species=(Species("A", "amount", "pg", 1.0, sympy.Integer(0)),),
        parameters=(
            row("WT", 70.0, "lognormal cv 20%"),
            row("CL", 3.0, "lognormal cv 40%"),
            row("V", 2.0),
            row("deviate", 0.0, "logistic"),
        ),
        inputs=(Input("inf", "infusion", "pg/day"),),
        roots=(),
        baselines=(),
        terms=(),
        flows=(
            Flow("in", "", "pg/day", U, (("A", sympy.Integer(1)),)),
            Flow("out", "", "pg/day", CL / V * A, (("A", sympy.Integer(-1)),)),
        ),
        observables=(Observable("concentration", "", "pg/L", A / V, "Concentration"),),
        routes=(
            Route("drug", "infusion", "inf", "ng", sympy.Integer(1000), ""),
            Route("drug", "bolus", "A", "ng", sympy.Integer(1000), ""),
            Route("water", "bolus", "A", "mg", sympy.Integer(0), ""),
        ),
        sources={},
    )


def cohort(**columns):
    """Return patients with these values."""
    n = len(next(iter(columns.values())))
    return Cohort.from_columns({"id": np.arange(n), **columns}, name="test")


PLAN = Protocol("plan").infuse("2 ng/kg/day", days=1, drug="drug").give("drug 3 ug", at_days=1)


@pytest.mark.parametrize("engine", ["lanes", "scipy"])
def test_doses_reach_the_right_place_in_the_right_unit(tiny, engine):
    """Rate per kilogram, microgram bolus and the model's own unit of amount are all converted."""
    run = simulate(
        tiny, cohort(WT=[50.0, 100.0], CL=[3.0, 1.0]), PLAN,
        days=2, every_hours=12, outputs=["A", "concentration"], rtol=1e-9, engine=engine,
    )  # fmt: skip
    for i, (weight, clearance) in enumerate([(50.0, 3.0), (100.0, 1.0)]):
        k = clearance / 2
        rate = 2 * weight * 1000
        at_1 = rate / k * (1 - np.exp(-k))
        at_2 = (at_1 + 3e6) * np.exp(-k)
        np.testing.assert_allclose(run.column("A")[i, [0, 2, 4]], [0, at_1, at_2], rtol=1e-7)
        np.testing.assert_allclose(run.column("concentration")[i], run.column("A")[i] / 2)
    assert run.units == {"A": "pg", "concentration": "pg/L"}
    assert run.labels == {"A": "A", "concentration": "Concentration"}
    assert run.failures == {}


def test_weight_and_parameters_fall_back_on_the_card(tiny):
    """A cohort that lacks a parameter, even body weight, gets the value of the card."""
    bare = simulate(tiny, cohort(CL=[3.0]), PLAN, days=1, engine="scipy")
    full = simulate(tiny, cohort(CL=[3.0], WT=[70.0], V=[2.0]), PLAN, days=1, engine="scipy")
    np.testing.assert_array_equal(bare.values, full.values)


def test_a_cohort_may_vary_what_the_card_holds_fixed(tiny):
    """A parameter without a spread gets a column when the cohort has one."""
    run = simulate(
        tiny, cohort(V=[2.0, 4.0]), PLAN, days=1, outputs=["A"], rtol=1e-9, engine="scipy"
    )
    k = 3 / np.array([2.0, 4.0])
    np.testing.assert_allclose(run.values[:, -1, 0], 140_000 / k * (1 - np.exp(-k)), rtol=1e-7)


def test_a_compiled_model_says_what_it_holds_fixed(tiny):
    """A compiled model cannot vary a fixed parameter, and names the way out."""
    with pytest.raises(CohortError, match=r"vary=\['V'\]"):
        simulate(prepare(tiny, "scipy"), cohort(V=[4.0]), PLAN, days=1)
    compiled = prepare(tiny, "scipy", vary=["V"])
    simulate(compiled, cohort(V=[4.0]), PLAN, days=1)


def test_results_do_not_depend_on_company_or_chunk(tiny, monkeypatch):
    """A patient's row is bitwise the same alone, in a crowd and in another chunk."""
    crowd = sample(tiny.parameters, 9, seed=3)
    together = simulate(tiny, crowd, PLAN, days=2, engine="scipy")
    alone = simulate(tiny, crowd.select([7]), PLAN, days=2, engine="scipy")
    np.testing.assert_array_equal(together.values[7], alone.values[0])
    monkeypatch.setattr(follow, "chunk_size", lambda _, **__: 4)
    done = []
    chunked = simulate(tiny, crowd, PLAN, days=2, engine="scipy", progress=done.append)
    np.testing.assert_array_equal(together.values, chunked.values)
    assert done == [4, 8, 9]


@pytest.mark.parametrize("engine", ["lanes", "scipy"])
def test_a_patient_who_fails_is_a_row_with_a_reason(tiny, engine):
    """NaN and a reason for him; his neighbors are bitwise what they are without him."""
    bad = cohort(CL=[3.0, 1e306, 1.0], WT=[70.0, 1e306, 80.0])
    run = simulate(tiny, bad, PLAN, days=2, engine=engine)
    good = simulate(tiny, bad.select([0, 2]), PLAN, days=2, engine=engine)
    np.testing.assert_array_equal(run.values[[0, 2]], good.values)
    assert list(run.failures) == [1]
    assert run.failures[1]
    assert np.isnan(run.values[1, -1]).all()
    assert run.failure_text().startswith("1 of 3 patients stopped before day 2 (")
    with pytest.raises(PatientsFailed, match="1 of 3 patients stopped"):
        simulate(tiny, bad, PLAN, days=2, engine=engine, on_failure="raise")


def test_unknown_names_come_with_suggestions(tiny):
    """Observable, drug, parameter and engine: each says what was probably meant."""
    patients = cohort(CL=[3.0])
    with pytest.raises(UnknownName, match="Did you mean 'concentration'"):
        simulate(tiny, patients, PLAN, days=1, outputs=["concentrtion"], engine="scipy")
    with pytest.raises(ProtocolError, match=r"Unknown drug 'drugg'.*Did you mean 'drug'"):
        simulate(
            tiny, patients, Protocol("p").give("drugg 1 mg", at_days=0), days=1, engine="scipy"
        )
    with pytest.raises(ProtocolError, match=r"No infusion of 'water'.*single doses"):
        simulate(
            tiny, patients, Protocol("p").infuse("1 mg/day", days=1, drug="water"),
            days=1, engine="scipy",
        )  # fmt: skip
    with pytest.raises(CohortError, match=r"Unknown parameter 'CLL'.*Did you mean 'CL'"):
        simulate(tiny, cohort(CLL=[3.0]), PLAN, days=1, engine="scipy")
    with pytest.raises(InputError, match=r"Unknown engine 'lane'.*Did you mean 'lanes'"):
        simulate(tiny, patients, PLAN, days=1, engine="lane")


def test_doses_per_kilogram_need_a_body_weight(tiny):
    """A model without one says so, and how to write the dose."""
    weightless = dataclasses.replace(tiny, weight="BW")
    with pytest.raises(ProtocolError, match=r"no body weight 'BW'\. Write the doses without /kg"):
        simulate(weightless, cohort(CL=[3.0]), PLAN, days=1, engine="scipy")
    flat = Protocol("flat").infuse("140 ng/day", days=1, drug="drug")
    simulate(weightless, cohort(CL=[3.0]), flat, days=1, engine="scipy")


def test_negative_parameters_are_refused_but_deviates_are_not(tiny):
    """A magnitude below zero is an error that names the patient; a deviate may be."""
    with pytest.raises(CohortError, match=r"Negative value of 'CL'.*patient 1: got -2"):
        simulate(tiny, cohort(CL=[3.0, -2.0]), PLAN, days=1, engine="scipy")
    simulate(tiny, cohort(deviate=[-2.0]), PLAN, days=1, engine="scipy")


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"days": 0}, "positive number up to 36500"),
        ({"days": float("nan")}, "positive number up to 36500"),
        ({"days": 63, "every_hours": 0}, "Wrong output interval"),
        ({"days": 63, "every_hours": float("inf")}, "Wrong output interval"),
        ({"days": 1, "rtol": 1.0}, "Wrong relative tolerance"),
    ],
)
def test_numbers_out_of_range_are_refused(tiny, numbers, message):
    """Lengths, intervals and tolerances that make no sense are sentences."""
    with pytest.raises(InputError, match=message):
        simulate(tiny, cohort(CL=[3.0]), PLAN, engine="scipy", **numbers)


def test_what_does_not_fit_into_memory_is_refused(tiny, monkeypatch):
    """The size of the results is known beforehand, and said."""
    monkeypatch.setattr("os.sysconf", lambda name: 4096 if name == "SC_PAGE_SIZE" else 10)
    with pytest.raises(InputError, match="Too many results for this machine's memory"):
        simulate(tiny, cohort(CL=[3.0] * 99), PLAN, days=63, engine="scipy")


def test_output_times_are_exact_multiples_and_the_end():
    """Day 1 is exactly 1 whatever the interval, and the end is always there."""
    times = output_times(2, 1)
    assert times[24] == 1.0
    assert times[-1] == 2.0
    np.testing.assert_allclose(output_times(1.1, 6) * 24, [0, 6, 12, 18, 24, 26.4])


def test_tables_are_tidy(tiny):
    """Long form has one row a value with its unit; wide form one column an output."""
    run = simulate(tiny, cohort(CL=[3.0, 1.0]), PLAN, days=1, every_hours=12, engine="scipy")
    table = run.table()
    assert table.columns == ["id", "time", "param", "value", "unit"]
    assert table.height == 2 * 3
    assert set(table["unit"]) == {"pg/L"}
    wide = run.table(wide=True)
    assert wide.columns == ["id", "time", "concentration"]
    np.testing.assert_array_equal(wide["concentration"].to_numpy(), run.values.reshape(-1))


def test_a_run_prints_as_a_short_card(tiny):
    """The card says who, what, how, and that it is a simulation."""
    run = simulate(tiny, cohort(CL=[3.0]), PLAN, days=1, engine="scipy")
    text = repr(run)
    assert "Run of 1 patient on 'plan', 1 days" in text
    assert "simulation, not medical advice" in text
    assert "simulation, not medical advice" in run._repr_html_()
    with pytest.raises(UnknownName):
        run.column("B")


def test_without_machine_code_scipy_takes_over_with_one_warning(tiny, monkeypatch):
    """Where compiled code cannot run the same numbers come from SciPy, and a warning says so."""
    wanted = simulate(tiny, cohort(CL=[3.0]), PLAN, days=1, engine="scipy")

    def refuse(*_args):
        raise EngineUnavailable("The compiled engine runs on x86-64 processors; this one is vax")

    monkeypatch.setattr(compiled, "load_compiled", refuse)
    with pytest.warns(TrimerWarning, match="vax. SciPy is used instead"):
        got = simulate(tiny, cohort(CL=[3.0]), PLAN, days=1)
    np.testing.assert_array_equal(got.values, wanted.values)
    with pytest.raises(EngineUnavailable):
        simulate(tiny, cohort(CL=[3.0]), PLAN, days=1, engine="lanes")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulate(tiny, cohort(CL=[3.0]), PLAN, days=1, engine="scipy")
