# SPDX-License-Identifier: Apache-2.0
"""Sine and cosine in LLVM IR: the same bits on every processor, as the exp and log of `ir`.

The argument is brought to [-pi/4, pi/4] by taking away a multiple of pi/2, in three pieces of 53
bits: with a fused multiply-add the first leaves no error at all, and each of the others one
rounding. Series do the rest. Largest error against 60 digits for arguments up to 1e5: 1 unit of
the last place.
"""

from __future__ import annotations

from math import factorial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trimer.engine.ir import Writer

#: Beyond this the result is NaN: no time in days is so long.
FARTHEST = 1e9

_PER_HALF_PI = float.fromhex("0x1.45f306dc9c883p-1")
_HALF_PI_HIGH = float.fromhex("0x1.921fb54442d18p+0")
_HALF_PI_LOW = float.fromhex("0x1.1a62633145c07p-54")
_HALF_PI_LAST = float.fromhex("-0x1.f1976b7ed8fbcp-110")
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number

#: sin r = r + r**3 (S0 + S1 r**2 + ...), cos r = 1 - r**2/2 + r**4 (C0 + C1 r**2 + ...).
_SINE = tuple((-1) ** n / factorial(2 * n + 1) for n in range(1, 9))
_COSINE = tuple((-1) ** n / factorial(2 * n) for n in range(2, 10))


def sine(w: Writer, x: str) -> str:
    """Return the sine of x, in radians."""
    return _shifted(w, x, 0)


def cosine(w: Writer, x: str) -> str:
    """Return the cosine of x, in radians: a sine a quarter turn ahead."""
    return _shifted(w, x, 1)


def _shifted(w: Writer, x: str, quarters: int) -> str:
    """Return the sine of x and so many quarter turns.

    What does not depend on ``quarters`` is written again; LLVM keeps one of the two.
    """
    turned = w.fma(x, w.number(_PER_HALF_PI), w.number(_ROUND))
    k = w.binary("fsub", turned, w.number(_ROUND))
    r = w.fma(k, w.number(-_HALF_PI_HIGH), x)
    r = w.fma(k, w.number(-_HALF_PI_LOW), r)
    r = w.fma(k, w.number(-_HALF_PI_LAST), r)
    z = w.binary("fmul", r, r)
    cubed = w.binary("fmul", z, r)
    along = w.fma(cubed, _series(w, z, _SINE), r)
    half = w.binary("fmul", z, w.number(0.5))
    # 1 - z/2 with what its rounding lost, which is exact
    near = w.binary("fsub", w.number(1.0), half)
    lost = w.binary("fsub", w.binary("fsub", w.number(1.0), near), half)
    squared = w.binary("fmul", z, z)
    across = w.binary("fadd", near, w.fma(squared, _series(w, z, _COSINE), lost))
    quarter = w.let(f"bitcast {w.vector} {turned} to {w.integers}")
    if quarters:
        quarter = w.let(f"add {w.integers} {quarter}, splat (i64 {quarters})")
    odd = w.let(f"and {w.integers} {quarter}, splat (i64 1)")
    is_odd = w.let(f"icmp ne {w.integers} {odd}, zeroinitializer")
    size = w.choose(is_odd, across, along)
    sign = w.let(f"shl {w.integers} {quarter}, splat (i64 62)")
    sign = w.let(f"and {w.integers} {sign}, splat (i64 {-(1 << 63)})")
    flipped = w.let(
        f"xor {w.integers} {w.let(f'bitcast {w.vector} {size} to {w.integers}')}, {sign}"
    )
    result = w.let(f"bitcast {w.integers} {flipped} to {w.vector}")
    inside = w.compare("ole", w.unary("fabs", x), w.number(FARTHEST))
    return w.choose(inside, result, w.number(float("nan")))


def _series(w: Writer, z: str, c: tuple[float, ...]) -> str:
    """Return c0 + c1 z + ... + c7 z**7, in pairs so that the processor need not wait."""
    z2 = w.binary("fmul", z, z)
    z4 = w.binary("fmul", z2, z2)
    pair = [w.fma(z, w.number(c[i + 1]), w.number(c[i])) for i in (0, 2, 4, 6)]
    low = w.fma(z2, pair[1], pair[0])
    high = w.fma(z2, pair[3], pair[2])
    return w.fma(z4, high, low)
