# SPDX-License-Identifier: Apache-2.0
"""SciPy: LSODA in C under a Python loop; an absolute tolerance per state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np
from bench.peers.peer import Peer
from scipy.integrate import solve_ivp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.case import Case
    from bench.peers.peer import Floats


class Scipy(Peer):
    """`scipy.integrate.solve_ivp` with right-hand side and Jacobian, by numba or plain Python."""

    def __init__(self, case: Case, method: str, *, compiled: bool) -> None:
        self.method, self.compiled = method, compiled
        self.label = f"SciPy {method}, {'numba + Jacobian' if compiled else 'plain Python'}"
        self.patients = 12 if compiled else 2
        super().__init__(case)

    def prepare(self) -> None:
        """Compile right-hand side and Jacobian."""
        equations = self.case.equations
        rhs, entries = equations.rhs(self.scales), equations.jacobian(self.scales)
        if self.compiled:
            jit = numba.njit(fastmath=True, error_model="numpy")
            rhs, entries = jit(rhs), jit(entries)
        n = equations.n
        self._p: Floats = np.empty(equations.n_parameters)

        def function(_t, y):
            out = np.empty(n)
            rhs(y if self.compiled else y.tolist(), self._p, out)
            return out

        def jacobian(_t, y):
            out = np.zeros((n, n))
            entries(y if self.compiled else y.tolist(), self._p, out)
            return out

        self._functions = function, jacobian

    def begin(self, rtol: float, atol: Floats | float) -> None:
        """Take the tolerances."""
        self._tolerances = rtol, atol

    def advance(self, y: Floats, p: Floats, start: float, times: Floats) -> Floats:
        """Return the states at the times."""
        self._p = p if self.compiled else p.tolist()
        function, jacobian = self._functions
        rtol, atol = self._tolerances
        found = solve_ivp(
            function, (start, times[-1]), y, method=self.method, t_eval=times, jac=jacobian,
            rtol=rtol, atol=atol,
        )  # fmt: skip
        assert found.success, found.message
        states: Floats = found.y.T
        return states


def variants(case: Case) -> Iterator[Peer]:
    """Yield this engine's set-ups."""
    yield Scipy(case, "LSODA", compiled=True)
    yield Scipy(case, "LSODA", compiled=False)
