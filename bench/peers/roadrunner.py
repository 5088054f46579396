# SPDX-License-Identifier: Apache-2.0
"""libroadrunner: CVODE in C++, right-hand side from SBML by LLVM; an absolute tolerance per state.

It forms the Jacobian by differences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import roadrunner
from bench.peers.peer import Peer
from bench.sbml import sbml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.case import Case
    from bench.peers.peer import Floats


class Roadrunner(Peer):
    """CVODE, BDF, dense linear solver."""

    label = "libroadrunner CVODE"
    patients = 16

    def prepare(self) -> None:
        """Load the model as SBML."""
        equations = self.case.equations
        parameters = [f"p{i}" for i in range(equations.n_parameters)]
        self._states = [f"y{i}" for i in range(equations.n)]
        lines, rates = equations.assignments(self.scales, "y{}", "p{}")
        self._engine = roadrunner.RoadRunner(sbml(parameters, self._states, lines, rates))
        self._engine.timeCourseSelections = self._states
        self._integrator = self._engine.getIntegrator()
        self._integrator.setValue("maximum_num_steps", 100000)
        ids = list(self._engine.model.getGlobalParameterIds())
        self._places = [ids.index(name) for name in parameters + self._states]

    def begin(self, rtol: float, atol: Floats | float) -> None:
        """Take the tolerances."""
        self._integrator.setValue("relative_tolerance", rtol)
        self._integrator.setValue("absolute_tolerance", [float(a) for a in np.atleast_1d(atol)])

    def advance(self, y: Floats, p: Floats, start: float, times: Floats) -> Floats:
        """Return the states at the times."""
        self._engine.model.setGlobalParameterValues(self._places, np.concatenate([p, y]))
        found = self._engine.simulate(times=np.append(start, times))
        return np.array(found[1:])


def variants(case: Case) -> Iterator[Peer]:
    """Yield this engine's set-ups."""
    yield Roadrunner(case)
