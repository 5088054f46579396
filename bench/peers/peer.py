# SPDX-License-Identifier: Apache-2.0
"""What another engine must do to take part: solve a patient from dose to dose."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

if TYPE_CHECKING:
    from bench.case import Case
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Peer:
    """Another engine, set up for a case.

    Solvers restart at each dose with the state they reached, as all of them must.

    Parameters
    ----------
    case : Case
        What to solve.
    scaled : bool
        For solvers that take one absolute tolerance for all states: the states are printed in
        units of their typical magnitude, so that this one number is our tolerance of every state.
        Else they get the median of our tolerances, and raw units.

    Attributes
    ----------
    label : str
        Its row in the table.
    patients : int
        How many patients make a timing.
    """

    label = ""
    patients = 16
    scalar_tolerance: ClassVar[bool] = False

    def __init__(self, case: Case, *, scaled: bool = False) -> None:
        self.case = case
        self.scales = case.scales if scaled else np.ones(case.equations.n)
        if self.scalar_tolerance:
            self.label += ", same atol by scaling" if scaled else ", one atol (median)"
        self.prepare()
        self.solve(1, 1e-6)  # compilation is not timed

    def prepare(self) -> None:
        """Compile the model."""
        raise NotImplementedError

    def begin(self, rtol: float, atol: Floats | float) -> None:
        """Take the tolerances."""
        raise NotImplementedError

    def advance(self, y: Floats, p: Floats, start: float, times: Floats) -> Floats:
        """Return the states (T, n) at the times, from state ``y`` at the start."""
        raise NotImplementedError

    def solve(self, patients: int, rtol: float) -> Floats:
        """Return all states of the first patients at all output times."""
        self.begin(rtol, self.tolerance(rtol))
        case = self.case
        out = np.empty((patients, len(case.times), case.equations.n))
        for i in range(patients):
            y = case.start[i] / self.scales
            out[i, 0] = y
            at = 1
            for s in case.segments:
                y = y + s.added[i] / self.scales
                found = self.advance(y, s.parameters[i], s.start, s.times)
                out[i, at : at + len(found)] = found
                at += len(found)
                y = found[-1]
        return out * self.scales

    def tolerance(self, rtol: float) -> Floats | float:
        """Return the absolute tolerance in the units of this solver's states."""
        atol = self.case.atol(rtol) / self.scales
        return float(np.median(atol)) if self.scalar_tolerance else atol
