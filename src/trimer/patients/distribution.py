# SPDX-License-Identifier: Apache-2.0
"""How a parameter differs between patients, as written in a parameter card.

======================================= ====================================================
text                                    meaning
======================================= ====================================================
``lognormal cv 40%``                    median is the value; the logarithm has standard
                                        deviation ``sqrt(log(1 + 0.4**2))``
``lognormal sd 0.9``                    median is the value; ``sd`` is that of the logarithm
``lognormal sd 0.9 median 0.05``        median apart from the typical patient's value
``beta 1.8 2.3``                        beta distribution with these two shapes, on 0 to 1
``logistic``                            the value plus a standard logistic deviate
``... within 0.12..0.92``               at the end of any: what lies outside is set to the limit
======================================= ====================================================

A lognormal whose value is 0 is 0 in everyone: the spread of an effect that is switched off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trimer.core import spread
from trimer.core.beta import beta_quantile
from trimer.core.elementary import (
    exp,
    log,
    logistic_quantile,
    normal_probability,
    normal_quantile,
)
from trimer.core.errors import CohortError

_Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Log-normal distribution.

    Parameters
    ----------
    median : float
        In the parameter's unit; 0 is 0 in everyone.
    sd : float
        Standard deviation of the natural logarithm; positive.
    low, high : float
        Draws outside are set to these limits, in the parameter's unit.
    """

    median: float
    sd: float
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, u: _Array) -> _Array:
        """Return the value that a share `u` of patients stays below."""
        return np.clip(self.median * exp(self.sd * normal_quantile(u)), self.low, self.high)


@dataclass(frozen=True, slots=True)
class Beta:
    """Beta distribution on 0 to 1.

    Parameters
    ----------
    a, b : float
        Shapes; positive; the mean is ``a / (a + b)``.
    low, high : float
        Draws outside are set to these limits.
    """

    a: float
    b: float
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, u: _Array) -> _Array:
        """Return the value that a share `u` of patients stays below."""
        return np.clip(beta_quantile(u, self.a, self.b), self.low, self.high)


@dataclass(frozen=True, slots=True)
class Logistic:
    """Logistic distribution with scale 1.

    Parameters
    ----------
    center : float
        Median, in the parameter's unit.
    low, high : float
        Draws outside are set to these limits, in the parameter's unit.
    """

    center: float
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, u: _Array) -> _Array:
        """Return the value that a share `u` of patients stays below."""
        return np.clip(self.center + logistic_quantile(u), self.low, self.high)


Distribution = LogNormal | Beta | Logistic


def value_of_normal(distribution: Distribution, z: _Array) -> _Array:
    """Return what a distribution makes of standard normal numbers, limits aside.

    Parameters
    ----------
    distribution : Distribution
        Its limits are not applied: what acts on the value comes before them.
    z : array
        Standard normal numbers; the value has their rank.

    Examples
    --------
    >>> value_of_normal(LogNormal(2.0, 0.5, low=3.0), np.array([0.0, 2.0])).round(6).tolist()
    [2.0, 5.436564]
    """
    if isinstance(distribution, LogNormal):
        return distribution.median * exp(distribution.sd * z)
    bare = replace(distribution, low=-math.inf, high=math.inf)
    return bare.quantile(normal_probability(z))


def parse_spread(text: str, *, name: str, value: float) -> Distribution:
    """Read how a parameter differs between patients.

    Parameters
    ----------
    text : str
        The spread, in the grammar of this module.
    name : str
        Name of the parameter, for the error message.
    value : float
        The parameter's value in the typical patient.

    Returns
    -------
    Distribution
        With a method ``quantile(u)``.

    Raises
    ------
    CohortError
        When the text is not understood, or does not fit the value.

    Examples
    --------
    >>> parse_spread("lognormal sd 0.55 median 900 within 150..4000", name="blood_T", value=1000)
    LogNormal(median=900.0, sd=0.55, low=150.0, high=4000.0)
    """
    problem = spread.check(text, value)
    number = spread.numbers(text)
    if problem or number is None:
        raise CohortError(f"Wrong spread of parameter '{name}': {problem}.")
    low, high = number.get("low", -math.inf), number.get("high", math.inf)
    if "a" in number:
        return Beta(number["a"], number["b"], low, high)
    if "cv" in number:
        number["sd"] = _sd_from_cv(number["cv"] / 100)
    if "sd" in number:
        return LogNormal(number.get("median", value), number["sd"], low, high)
    return Logistic(value, low, high)


def _sd_from_cv(cv: float) -> float:
    """Return the standard deviation of the logarithm for a coefficient of variation."""
    return math.sqrt(float(log(1.0 + cv * cv)))
