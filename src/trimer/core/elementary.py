# SPDX-License-Identifier: Apache-2.0
"""Exponential, logarithm and normal functions whose bits do not depend on the machine.

``np.exp`` and ``np.log`` differ in the last bit between processors, and even between places in
an array, since a vector loop and its remainder may run different code. A virtual patient has to
be the same patient everywhere, so what turns random numbers into patients uses only operations
that IEEE 754 fixes to the last bit: ``+ - * /``, square root, rounding to an integer, scaling by
a power of two, comparison; one NumPy call each, so that no compiler can fuse two of them.

Largest errors against 50 digits: `exp` and `log` 1 unit in the last place (ulp),
`logistic_quantile` 3 ulp, `normal_quantile` 5 ulp (1e-15 relative).

**Sources.** Reductions and compensated sums follow FDLIBM (Sun Microsystems 1993, ``e_exp.c`` and
``e_log.c``), with Taylor coefficients instead of fitted ones. Normal quantile: Wichura MJ,
Algorithm AS 241, *Applied Statistics* 1988;37:477-484 (PPND16).
"""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Array = NDArray[np.float64]

# log(2) in two parts: k * _LN2_HIGH is exact for every exponent k a double can have.
_LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
_LN2_LOW = float.fromhex("0x1.a39ef35793c76p-33")
_PER_LN2 = float.fromhex("0x1.71547652b82fep+0")
_PER_SQRT_2PI = float.fromhex("0x1.9884533d43651p-2")
_FAR_Z = 8.2
_SERIES_TERMS = 150  # the next is below 1e-17 of the sum for |z| <= 8.2
_SQRT_HALF = float.fromhex("0x1.6a09e667f3bcdp-1")

# exp(r) = 1 + r + r^2 (1/2! + r/3! + ...): the next term is below 1e-17 for |r| <= log(2)/2.
_EXP_SERIES = tuple(1 / factorial(n) for n in range(14, 1, -1))
# log((1+s)/(1-s)) = 2s + s (2/3 s^2 + 2/5 s^4 + ...): the next below 1e-17 for s^2 <= 0.0295.
_LOG_SERIES = tuple(2 / n for n in range(23, 1, -2))
_LARGEST_S = 0.1716

# Coefficients of AS 241, highest power first: |u - 1/2| <= 0.425; then r <= 5; then the far tail.
_CENTER_TOP = (
    2.5090809287301226727e3,
    3.3430575583588128105e4,
    6.7265770927008700853e4,
    4.5921953931549871457e4,
    1.3731693765509461125e4,
    1.9715909503065514427e3,
    1.3314166789178437745e2,
    3.3871328727963666080e0,
)
_CENTER_BOTTOM = (
    5.2264952788528545610e3,
    2.8729085735721942674e4,
    3.9307895800092710610e4,
    2.1213794301586595867e4,
    5.3941960214247511077e3,
    6.8718700749205790830e2,
    4.2313330701600911252e1,
    1.0,
)
_TAIL_TOP = (
    7.74545014278341407640e-4,
    2.27238449892691845833e-2,
    2.41780725177450611770e-1,
    1.27045825245236838258e0,
    3.64784832476320460504e0,
    5.76949722146069140550e0,
    4.63033784615654529590e0,
    1.42343711074968357734e0,
)
_TAIL_BOTTOM = (
    1.05075007164441684324e-9,
    5.47593808499534494600e-4,
    1.51986665636164571966e-2,
    1.48103976427480074590e-1,
    6.89767334985100004550e-1,
    1.67638483018380384940e0,
    2.05319162663775882187e0,
    1.0,
)
_FAR_TOP = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    1.24266094738807843860e-3,
    2.65321895265761230930e-2,
    2.96560571828504891230e-1,
    1.78482653991729133580e0,
    5.46378491116411436990e0,
    6.65790464350110377720e0,
)
_FAR_BOTTOM = (
    2.04426310338993978564e-15,
    1.42151175831644588870e-7,
    1.84631831751005468180e-5,
    7.86869131145613259100e-4,
    1.48753612908506148525e-2,
    1.36929880922735805310e-1,
    5.99832206555887937690e-1,
    1.0,
)


def exp(x: ArrayLike) -> _Array:
    """Return e to the power `x`, element by element, the same bits on every machine.

    Parameters
    ----------
    x : array_like of float
        Any numbers; NaN gives NaN.

    Returns
    -------
    ndarray of float64
        Same shape as `x`.

    Examples
    --------
    >>> exp([0.0, 1.0]).round(12).tolist()
    [1.0, 2.718281828459]
    """
    return _in_blocks(_exp, x)


def log(x: ArrayLike) -> _Array:
    """Return the natural logarithm of `x`, the same bits on every machine.

    Parameters
    ----------
    x : array_like of float
        Any numbers; 0 gives minus infinity, a negative number gives NaN.

    Returns
    -------
    ndarray of float64
        Same shape as `x`.

    Examples
    --------
    >>> log([1.0, 10.0]).tolist()
    [0.0, 2.302585092994046]
    """
    return _in_blocks(_log, x)


def normal_quantile(u: ArrayLike) -> _Array:
    """Return the value a standard normal variable stays below with probability `u`.

    Parameters
    ----------
    u : array_like of float
        Probabilities; 0 and 1 give minus and plus infinity, what lies outside gives NaN.

    Returns
    -------
    ndarray of float64
        Same shape as `u`.

    Examples
    --------
    >>> normal_quantile([0.5, 0.975]).round(6).tolist()
    [0.0, 1.959964]
    """
    return _in_blocks(_normal_quantile, u)


def normal_probability(z: ArrayLike) -> _Array:
    """Return the probability that a standard normal variable stays below `z`.

    Errs by less than 2e-15; never 0 nor 1 itself, so that a quantile of it is finite.

    Parameters
    ----------
    z : array_like of float
        Any numbers; beyond ±8.2 the probability is that of ±8.2.

    Returns
    -------
    ndarray of float64
        Same shape as `z`.

    Examples
    --------
    >>> normal_probability([0.0, 1.959963984540054]).round(12).tolist()
    [0.5, 0.975]
    """
    return _in_blocks(_normal_probability, z)


def logistic_quantile(u: ArrayLike) -> _Array:
    """Return the value a standard logistic variable stays below: ``log(u / (1 - u))``.

    Parameters
    ----------
    u : array_like of float
        Probabilities; 0 and 1 give minus and plus infinity, what lies outside gives NaN.

    Returns
    -------
    ndarray of float64
        Same shape as `u`.

    Examples
    --------
    >>> logistic_quantile([0.5, 0.75]).round(6).tolist()
    [0.0, 1.098612]
    """
    return _in_blocks(_logistic_quantile, u)


_BLOCK = 1 << 13  # elements at a time: the temporaries stay in the cache


def _in_blocks(function: Callable[[_Array], _Array], x: ArrayLike) -> _Array:
    array = np.asarray(x, dtype=np.float64)
    flat = array.reshape(-1)
    result = np.empty_like(flat)
    with np.errstate(all="ignore"):  # infinities and NaN are answers here
        for start in range(0, flat.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            result[block] = function(flat[block])
    return result.reshape(array.shape)


def _polynomial(x: _Array, coefficients: Sequence[float]) -> _Array:
    """Horner's rule, highest power first."""
    result = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        result *= x
        result += coefficient
    return result


def _exp(x: _Array) -> _Array:
    # Beyond these limits the result is 0 or infinity; NaN would not survive the integer below.
    inside = np.where(np.isnan(x), 0.0, np.clip(x, -746.0, 710.0))
    k = np.rint(inside * _PER_LN2)
    high = inside - k * _LN2_HIGH
    low = k * _LN2_LOW
    r = high - low
    curved = r * r * _polynomial(r, _EXP_SERIES)
    result: _Array = np.ldexp(1.0 + (high + (curved - low)), k.astype(np.int32))
    result[np.isnan(x)] = np.nan
    return result


def _log(x: _Array) -> _Array:
    mantissa, exponent = np.frexp(x)
    small = mantissa < _SQRT_HALF
    mantissa[small] *= 2.0
    k = exponent - small.astype(np.float64)
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    half_square = 0.5 * f * f
    tail = s * (half_square + z * _polynomial(z, _LOG_SERIES))
    result: _Array = k * _LN2_HIGH - ((half_square - (tail + k * _LN2_LOW)) - f)
    result[x == 0.0] = -np.inf
    result[x < 0.0] = np.nan
    result[np.isposinf(x)] = np.inf
    return result


def _normal_quantile(u: _Array) -> _Array:
    q = u - 0.5
    r = 0.180625 - q * q
    result: _Array = q * _polynomial(r, _CENTER_TOP) / _polynomial(r, _CENTER_BOTTOM)
    outer = np.flatnonzero(np.abs(q) > 0.425)
    side = q[outer]
    # 1 - u is exact for u >= 1/2.
    tail = np.where(side < 0.0, u[outer], 1.0 - u[outer])
    root = np.sqrt(-_log(tail))
    near = root - 1.6
    size = _polynomial(near, _TAIL_TOP) / _polynomial(near, _TAIL_BOTTOM)
    far = np.flatnonzero(root > 5.0)
    beyond = root[far] - 5.0
    size[far] = _polynomial(beyond, _FAR_TOP) / _polynomial(beyond, _FAR_BOTTOM)
    size[tail == 0.0] = np.inf
    result[outer] = np.where(side < 0.0, -size, size)
    return result


def _normal_probability(z: _Array) -> _Array:
    # 1/2 + density (z + z³/3 + z⁵/15 + ...): all terms have one sign. The number of terms is the
    # same for everyone, since a patient may not depend on who else is drawn.
    z = np.clip(z, -_FAR_Z, _FAR_Z)
    square = z * z
    term = z.copy()
    series = z.copy()
    for n in range(1, _SERIES_TERMS):
        term *= square
        term /= 2.0 * n + 1.0
        series += term
    result: _Array = 0.5 + _exp(-0.5 * square) * _PER_SQRT_2PI * series
    return np.clip(result, 2.0**-53, 1.0 - 2.0**-53)


def _logistic_quantile(u: _Array) -> _Array:
    result: _Array = _log(u / (1.0 - u))
    # Near u = 1/2 the quotient is near 1 and would lose digits; s = 2u - 1 is exact there.
    s = 2.0 * u - 1.0
    center = np.flatnonzero(np.abs(s) <= _LARGEST_S)
    s = s[center]
    z = s * s
    result[center] = 2.0 * s + s * (z * _polynomial(z, _LOG_SERIES))
    return result
