# SPDX-License-Identifier: Apache-2.0
"""Put protocol, model, patients and ward together, and treat."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from trimer.assess import ADULT
from trimer.core.condition import bind
from trimer.core.errors import ProtocolError
from trimer.engine.population import Population
from trimer.protocol.quantities import QUANTITIES
from trimer.simulate.ward.dispensary import Dispensary
from trimer.simulate.ward.faults import Faults
from trimer.simulate.ward.infusion import Infusion
from trimer.simulate.ward.journal import Journal
from trimer.simulate.ward.orders import Orders
from trimer.simulate.ward.plan import Plan
from trimer.simulate.ward.readings import Chart
from trimer.simulate.ward.rounds import Rounds
from trimer.simulate.ward.setting import Ward
from trimer.simulate.ward.treat import Treated, Treatment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trimer.engine.solution import Compiled
    from trimer.protocol.protocol import Protocol
    from trimer.simulate.ward.setting import Happening

    Floats = NDArray[np.float64]


def treat(  # noqa: PLR0913 (the nouns of a closed loop, by keyword)
    compiled: Compiled,
    P: Floats,
    protocol: Protocol,
    ward: Ward,
    *,
    ids: NDArray[np.int64],
    weight_kg: Floats,
    area_m2: Floats,
    seed: int,
    days: float,
    times: Floats,
    outputs: Sequence[str],
    rtol: float = 1e-6,
    threads: int | None = None,
    happenings: Sequence[Happening] = (),
    full: bool = False,
    ahead: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Treated:
    """Treat patients by a protocol with rules.

    Parameters
    ----------
    compiled : Compiled
        The model.
    P : float64 array (N, p)
        Its parameters.
    protocol : Protocol
        With a course.
    ward : Ward
        How it measures.
    ids : int64 array (N,)
        Patient numbers: their luck depends on these.
    weight_kg, area_m2 : float64 arrays (N,)
        Body weight and surface.
    seed : int
        Of the run.
    days : float
        For how long, in **days** from the first dose.
    times : float64 array (T,)
        Output times, in **days**.
    outputs : sequence of str
        Observables or species.
    rtol, threads
        As of the engine.
    happenings : sequence of Happening
        What is to befall them.
    full : bool
        Whether every reading is kept.
    ahead : bool
        Whether calm looks are read off the solver's dense output, where that can be.
    progress : callable, optional
        Told now and then how many patients' worth of days are simulated.
    """
    with np.errstate(all="ignore"):  # an infinite dose is a patient who fails, with a reason
        journal = Journal(Chart.of(compiled).names)
        dispensary = Dispensary(compiled, P, weight_kg, area_m2, protocol)
        faults = Faults(ward, ids, seed, happenings)
        rounds = _rounds(
            compiled,
            protocol,
            ward,
            dispensary,
            journal,
            faults,
            _missing(happenings, ids),
            full=full,
        )
        start = begin_minute(protocol)
        population = Population.begin(compiled, P, start / 1440.0)
        treatment = Treatment(
            population, rounds, journal, ids, seed, math.ceil(days * 1440 - 1e-9), times, outputs,
            rtol=rtol, threads=threads, ahead=ahead,
        )  # fmt: skip
        return treatment.run(progress)


def check_on_ward(compiled: Compiled, protocol: Protocol) -> None:
    """Make sure that a model can be treated by a protocol with rules.

    Raises
    ------
    ProtocolError
        If the protocol has no course or no monitoring, or names a drug the model does not know.
    InputError
        If the model lacks what a ward measures.
    """
    ids = np.zeros(1, np.int64)
    card = {row.name: row.value for row in compiled.parameter_table}
    P = np.array([[card[name] for name in compiled.parameters]])
    ward = Ward()
    dispensary = Dispensary(compiled, P, np.array([70.0]), np.array([1.8]), protocol)
    journal = Journal(Chart.of(compiled).names)
    _rounds(compiled, protocol, ward, dispensary, journal, Faults(ward, ids, 0, ()), [], full=False)


def _rounds(
    compiled: Compiled,
    protocol: Protocol,
    ward: Ward,
    dispensary: Dispensary,
    journal: Journal,
    faults: Faults,
    missing: Sequence[tuple[int, int, NDArray[np.bool_]]],
    *,
    full: bool,
) -> Rounds:
    """Return the look of a protocol at patients of a model."""
    if protocol.course is None or protocol.monitoring is None:
        raise ProtocolError(
            f"Protocol '{protocol.name}' has no course or no monitoring, so no ward can follow "
            "it. Add [course] and [monitoring]."
        )
    drug, words = protocol.course.drug, journal.words
    infusion = Infusion(
        protocol, Plan.of(protocol.course), dispensary.entry(drug, "infusion"),
        dispensary.rates(protocol.course.levels, drug), ward, words,
    )  # fmt: skip
    orders = Orders(protocol, dispensary, words)
    ending = {k: rule.resume_when for k, rule in enumerate(protocol.rules) if rule.resume_when}
    bound = bind(
        [*(rule.when for rule in protocol.rules), *ending.values()],
        QUANTITIES,
        {name: (float(low), float(high)) for name, (low, high) in ADULT.as_pairs().items()},  # type: ignore[arg-type]  # plain numbers for adults
    )
    return Rounds(
        protocol, protocol.monitoring, ward, Chart.of(compiled), infusion, orders, faults, bound,
        list(ending), words, missing, full=full,
    )  # fmt: skip


def begin_minute(protocol: Protocol) -> int:
    """Return when a run begins, in **minutes**: with the first premedication, or with the drug."""
    offsets = [p.offset_minutes for p in protocol.premedication if p.before == "first dose"]
    return min([0, *offsets])


def _missing(
    happenings: Sequence[Happening], ids: NDArray[np.int64]
) -> list[tuple[int, int, NDArray[np.bool_]]]:
    """Return when whom premedication cannot be had."""
    everyone = np.ones(len(ids), np.bool_)
    return [
        (h.at_minutes, h.minutes, np.isin(ids, h.patients) if h.patients else everyone)
        for h in happenings
        if h.what == "premedication missing"
    ]
