# SPDX-License-Identifier: Apache-2.0
"""numbalsoda: LSODA in C++, right-hand side as machine code from numba, loops compiled as well.

It takes no Jacobian (LSODA forms it by differences) and one absolute tolerance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba
import numpy as np
from bench.peers.peer import Peer
from numbalsoda import lsoda, lsoda_sig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.case import Case
    from bench.peers.peer import Floats


class Numbalsoda(Peer):
    """LSODA without any Python between doses and patients."""

    label = "numbalsoda LSODA"
    patients = 64
    scalar_tolerance = True

    def prepare(self) -> None:
        """Compile the right-hand side to the C signature."""
        case = self.case
        n, n_parameters = case.equations.n, case.equations.n_parameters
        rhs = numba.njit(fastmath=True, error_model="numpy")(case.equations.rhs(self.scales))

        @numba.cfunc(lsoda_sig)
        def function(_t, y, dy, p):
            rhs(numba.carray(y, (n,)), numba.carray(p, (n_parameters,)), numba.carray(dy, (n,)))

        self._function = function
        segments = case.segments
        self._parameters = np.array([s.parameters for s in segments])
        self._added = np.array([s.added for s in segments]) / self.scales
        self._times = np.concatenate([np.append(s.start, s.times) for s in segments])
        self._ends = np.cumsum([0] + [len(s.times) + 1 for s in segments])

    def solve(self, patients: int, rtol: float) -> Floats:
        """Return all states of the first patients at all output times."""
        out = np.empty((patients, len(self.case.times), self.case.equations.n))
        start = self.case.start[:patients] / self.scales
        done = _solve(
            self._function.address, self._parameters, self._added, self._times, self._ends,
            start, rtol, self.tolerance(rtol), out,
        )  # fmt: skip
        assert done
        return out * self.scales


@numba.njit
def _solve(function, parameters, added, times, ends, start, rtol, atol, out):
    for i in range(len(out)):
        y = start[i].copy()
        out[i, 0] = y
        at = 1
        for s in range(len(parameters)):
            stops = times[ends[s] : ends[s + 1]]
            found, done = lsoda(
                function, y + added[s, i], stops, parameters[s, i], rtol, atol, 100000
            )
            if not done:
                return False
            out[i, at : at + len(stops) - 1] = found[1:]
            at += len(stops) - 1
            y = found[-1].copy()
    return True


def variants(case: Case) -> Iterator[Peer]:
    """Yield this engine's set-ups."""
    yield Numbalsoda(case, scaled=True)
    yield Numbalsoda(case, scaled=False)
