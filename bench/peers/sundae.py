# SPDX-License-Identifier: Apache-2.0
"""scikit-sundae: CVODE in C; right-hand side and Jacobian as machine code from numba.

SUNDIALS calls them through Python. It takes an absolute tolerance per state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np
from bench.peers.peer import Peer
from sksundae.cvode import CVODE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.case import Case
    from bench.peers.peer import Floats


class Sundae(Peer):
    """CVODE, BDF, dense linear solver (faster here than its sparse one)."""

    label = "scikit-sundae CVODE, numba + Jacobian"
    patients = 24

    def prepare(self) -> None:
        """Compile right-hand side and Jacobian."""
        jit = numba.njit(fastmath=True, error_model="numpy")
        rhs = jit(self.case.equations.rhs(self.scales))
        entries = jit(self.case.equations.jacobian(self.scales))
        p = self._p = np.empty(self.case.equations.n_parameters)

        def function(_t, y, dy):
            rhs(y, p, dy)

        def jacobian(_t, y, _dy, J):
            J[:] = 0.0
            entries(y, p, J)

        self._functions = function, jacobian

    def begin(self, rtol: float, atol: Floats | float) -> None:
        """Set the solver up."""
        function, jacobian = self._functions
        self._solver = CVODE(
            function, jacfn=jacobian, method="BDF", linsolver="dense", rtol=rtol, atol=atol,
            max_num_steps=100000,
        )  # fmt: skip

    def advance(self, y: Floats, p: Floats, start: float, times: Floats) -> Floats:
        """Return the states at the times."""
        self._p[:] = p
        found = self._solver.solve(np.append(start, times), y)
        assert found.success, found.message
        states: Floats = found.y[1:]
        return states


def variants(case: Case) -> Iterator[Peer]:
    """Yield this engine's set-ups."""
    yield Sundae(case)
