# SPDX-License-Identifier: Apache-2.0
"""pydiffsol: BDF in Rust; right-hand side and Jacobian products from DiffSL text, by LLVM.

It takes one absolute tolerance. Its third linear solver, KLU, crashes on this model (0.6.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pydiffsol
from bench.peers.peer import Peer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.case import Case
    from bench.peers.peer import Floats


class Diffsol(Peer):
    """BDF, the fastest of its methods on this model."""

    label = "pydiffsol BDF"
    patients = 48
    scalar_tolerance = True

    def __init__(self, case: Case, matrix: pydiffsol.MatrixType, *, scaled: bool) -> None:
        self.matrix = matrix
        self.label += " sparse" if matrix == pydiffsol.faer_sparse else " dense"
        super().__init__(case, scaled=scaled)

    def prepare(self) -> None:
        """Compile the DiffSL text."""
        self._ode = pydiffsol.Ode(diffsl(self.case, self.scales), matrix_type=self.matrix)
        self._ode.ode_solver = pydiffsol.bdf

    def begin(self, rtol: float, atol: Floats | float) -> None:
        """Take the tolerances."""
        self._ode.rtol, self._ode.atol = rtol, atol

    def advance(self, y: Floats, p: Floats, start: float, times: Floats) -> Floats:
        """Return the states at the times."""
        found: Floats = self._ode.solve_dense(np.concatenate([p, y]), times - start).ys.T
        return found


def diffsl(case: Case, scales: Floats) -> str:
    """Return the model in DiffSL; parameters, then the state at the start, are its inputs."""
    equations = case.equations
    lines, results = equations.assignments(scales, "y{}", "p{}")
    inputs = [f"p{i} = 1" for i in range(equations.n_parameters)]
    inputs += [f"s{i} = 1" for i in range(equations.n)]
    return "\n".join(
        [
            f"in_i {{ {', '.join(inputs)} }}",
            f"u_i {{ {', '.join(f'y{i} = s{i}' for i in range(equations.n))} }}",
            *(f"{left} {{ {right} }}" for left, right in lines),
            f"F_i {{ {', '.join(results)} }}",
        ]
    )


def variants(case: Case) -> Iterator[Peer]:
    """Yield this engine's set-ups."""
    yield Diffsol(case, pydiffsol.nalgebra_dense, scaled=True)
    yield Diffsol(case, pydiffsol.faer_sparse, scaled=True)
    yield Diffsol(case, pydiffsol.nalgebra_dense, scaled=False)
