# SPDX-License-Identifier: Apache-2.0
"""Saturating and floored expressions that model equations use again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

if TYPE_CHECKING:
    from trimer.model.parts import Expr


def hill(x: Expr, n: Expr | float = 1) -> Expr:
    """Return xⁿ / (1 + xⁿ): from 0 at x = 0 to 1 for large x, one half at x = 1.

    Parameters
    ----------
    x : sympy expression
        Signal over the signal of half effect; dimensionless, not negative.
    n : sympy expression or number
        Steepness.

    Examples
    --------
    >>> import sympy
    >>> C, EC50, n = sympy.symbols("C EC50 n")
    >>> hill(C / EC50, 1)
    C/(EC50*(C/EC50 + 1))
    >>> hill(sympy.Integer(1), n)
    1/2
    """
    power = x**n
    return power / (1 + power)


def at_least(x: Expr, floor: Expr | float) -> Expr:
    """Return the larger of `x` and `floor`, two expressions of one unit.

    sympy is told not to look for simplifications, which is slow and finds none.

    Examples
    --------
    >>> import sympy
    >>> at_least(sympy.Symbol("C"), 0)
    Max(0, C)
    """
    return sympy.Max(x, sympy.sympify(floor), evaluate=False)
