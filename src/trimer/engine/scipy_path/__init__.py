# SPDX-License-Identifier: Apache-2.0
"""The second opinion: any model on SciPy's LSODA.

It shares nothing with the machine-code engine but the model itself: sympy prints the equations
as plain Python, with the model's own terms as the common subexpressions, and LSODA follows one
patient after the other from event to event. It runs wherever Python runs, some hundred times
slower.
"""

from trimer.engine.scipy_path.compiled import ScipyModel, scipy_compile
from trimer.engine.scipy_path.solve import scipy_solve

__all__ = ["ScipyModel", "scipy_compile", "scipy_solve"]
