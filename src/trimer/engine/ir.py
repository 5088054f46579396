# SPDX-License-Identifier: Apache-2.0
"""Writing LLVM IR as text: values, memory, loops and branches, and our own exp and log.

Vectors are explicit (``<4 x double>``), every fused multiply-add is explicit, and no fast-math
flag but ``nsz`` (which only forgets the sign of zero) is ever set. So the bits of a result do
not depend on how a target contracts, splits or schedules the code.
"""

from __future__ import annotations

import os
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trimer.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _lanes() -> int:
    text = os.environ.get("TRIMER_LANES", "4")
    if text not in ("4", "8"):
        raise InputError(f"Wrong value of TRIMER_LANES: got '{text}'; allowed are 4 and 8.")
    return int(text)


#: Patients per vector. The results are the same bits with four and with eight. Four is faster on
#: the processors measured (their 512-bit units are two of 256 bits, and the work of eight
#: patients does not fit the first cache); TRIMER_LANES=8 may be faster elsewhere.
LANES = _lanes()

#: Functions are compiled for 512-bit vectors where the processor has them.
ATTRIBUTES = (
    'attributes #0 = { nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512" }\n'
)

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ONE = 4607182418800017408.0  # the bits of 1.0
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to a whole number


def bits(value: float) -> str:
    """Return a double as LLVM writes it exactly: its bits in hexadecimal."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def declarations(lanes: int = LANES) -> str:
    """Return the declarations of the intrinsics that :class:`Writer` calls."""
    v = f"<{lanes} x double>"
    return "".join(
        f"declare {v} @llvm.{name}.v{lanes}f64({', '.join([v] * count)})\n"
        for name, count in (("fabs", 1), ("sqrt", 1), ("fma", 3))
    )


class Writer:
    """Writes the body of one function, one instruction a line.

    Values are the names (or literals) of LLVM values. Variables are stack slots, which LLVM
    turns into registers.

    Parameters
    ----------
    lanes : int
        Patients per vector.
    """

    def __init__(self, lanes: int = LANES) -> None:
        self.lanes = lanes
        self.vector = f"<{lanes} x double>"
        self.integers = f"<{lanes} x i64>"
        self.mask = f"<{lanes} x i1>"
        self.entry: list[str] = []
        self.lines: list[str] = []
        self._count = 0
        self._aligned = f", align {min(64, 8 * lanes)}"

    def function(self, name: str, arguments: str, *, internal: bool = False) -> str:
        """Return the finished function (it returns nothing)."""
        linkage = "internal " if internal else ""
        body = "\n".join([*self.entry, *self.lines])
        return f"define {linkage}void @{name}({arguments}) #0 {{\nentry:\n{body}\n  ret void\n}}\n"

    def fresh(self, stem: str = "v") -> str:
        """Return a new name."""
        self._count += 1
        return f"{stem}{self._count}"

    def let(self, text: str) -> str:
        """Add an instruction that makes a value; return the value's name."""
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"  {name} = {text}")
        return name

    def do(self, text: str) -> None:
        """Add an instruction that makes no value."""
        self.lines.append(f"  {text}")

    # ------------------------------------------------------------------ vectors
    def number(self, value: float) -> str:
        """Return the literal of a vector with the same number in every lane."""
        return f"splat (double {bits(value)})"

    def binary(self, operation: str, a: str, b: str) -> str:
        """Return a + - * / b: ``fadd``, ``fsub``, ``fmul`` or ``fdiv``."""
        return self.let(f"{operation} nsz {self.vector} {a}, {b}")

    def negative(self, a: str) -> str:
        """Return -a."""
        return self.let(f"fneg nsz {self.vector} {a}")

    def fma(self, a: str, b: str, c: str) -> str:
        """Return a * b + c with one rounding."""
        v = self.vector
        return self.let(f"call nsz {v} @llvm.fma.v{self.lanes}f64({v} {a}, {v} {b}, {v} {c})")

    def unary(self, name: str, a: str) -> str:
        """Return ``sqrt`` or ``fabs`` of a."""
        return self.let(f"call {self.vector} @llvm.{name}.v{self.lanes}f64({self.vector} {a})")

    def compare(self, predicate: str, a: str, b: str) -> str:
        """Return the lanes where a <predicate> b (``ole``, ``ogt``, ``ugt`` and so on)."""
        return self.let(f"fcmp nsz {predicate} {self.vector} {a}, {b}")

    def choose(self, mask: str, a: str, b: str) -> str:
        """Return a where the mask holds, else b."""
        return self.let(f"select nsz {self.mask} {mask}, {self.vector} {a}, {self.vector} {b}")

    def largest(self, a: str, b: str) -> str:
        """Return the larger of a and b; a NaN in a stays a NaN."""
        return self.choose(self.compare("ugt", a, b), a, b)

    def smallest(self, a: str, b: str) -> str:
        """Return the smaller of a and b; a NaN in a stays a NaN."""
        return self.choose(self.compare("ult", a, b), a, b)

    def broadcast(self, scalar: str) -> str:
        """Return a vector with the scalar in every lane."""
        one = self.let(f"insertelement {self.vector} poison, double {scalar}, i64 0")
        v = self.vector
        return self.let(
            f"shufflevector {v} {one}, {v} poison, <{self.lanes} x i32> zeroinitializer"
        )

    def _as(self, value: str, source: str, target: str) -> str:
        return self.let(f"bitcast {source} {value} to {target}")

    def _integer(self, operation: str, a: str, b: int | str) -> str:
        right = f"splat (i64 {b})" if isinstance(b, int) else b
        return self.let(f"{operation} {self.integers} {a}, {right}")

    def exp(self, x: str) -> str:
        """Return e**x for -708 <= x <= 709 (clamped outside) to 3 units of the last place."""
        x = self.smallest(self.largest(x, self.number(-708.0)), self.number(709.0))
        k = self.fma(x, self.number(1.4426950408889634), self.number(_ROUND))
        n = self.binary("fsub", k, self.number(_ROUND))
        r = self.fma(n, self.number(-_LN2_HIGH), x)
        r = self.fma(n, self.number(-_LN2_LOW), r)
        c = [1.0]
        for i in range(1, 13):
            c.append(c[-1] / i)
        r2 = self.binary("fmul", r, r)
        r4 = self.binary("fmul", r2, r2)
        r8 = self.binary("fmul", r4, r4)
        # 1 + (r + r**2 (1/2! + r/3! + ...)): the sums round where they are small
        pair = [self.fma(r, self.number(c[i + 1]), self.number(c[i])) for i in range(2, 12, 2)]
        low = self.fma(r2, pair[1], pair[0])
        middle = self.fma(r2, pair[3], pair[2])
        high = self.fma(r2, self.number(c[12]), pair[4])
        curved = self.fma(r8, high, self.fma(r4, middle, low))
        p = self.binary("fadd", self.fma(r2, curved, r), self.number(1.0))
        shift = self._integer("shl", self._as(k, self.vector, self.integers), 52)
        scaled = self._integer("add", self._as(p, self.vector, self.integers), shift)
        result = self._as(scaled, self.integers, self.vector)
        return self.choose(self.compare("uno", x, x), x, result)

    def log(self, x: str) -> str:
        """Return ln x to 1 unit of the last place; arguments below 2.3e-308 count as that."""
        x = self.largest(x, self.number(2.3e-308))
        offset = struct.unpack("<q", struct.pack("<d", 0.70710678118654752))[0]
        raw = self._as(x, self.vector, self.integers)
        e = self._integer("ashr", self._integer("sub", raw, offset), 52)
        mantissa = self._integer("sub", raw, self._integer("shl", e, 52))
        m = self._as(mantissa, self.integers, self.vector)
        exponent = self.let(f"sitofp {self.integers} {e} to {self.vector}")
        one = self.number(1.0)
        f = self.binary("fsub", m, one)
        s = self.binary("fdiv", f, self.binary("fadd", m, one))
        z = self.binary("fmul", s, s)
        z2 = self.binary("fmul", z, z)
        z4 = self.binary("fmul", z2, z2)
        c = [2 / (2 * i + 3) for i in range(10)]
        pair = [self.fma(z, self.number(c[2 * i + 1]), self.number(c[2 * i])) for i in range(5)]
        high = self.fma(z4, pair[4], self.fma(z2, pair[3], pair[2]))
        p = self.fma(z4, high, self.fma(z2, pair[1], pair[0]))
        # log m = f - (f**2/2 - s (f**2/2 + z p)): f is exact, so the error of s hardly matters
        half = self.binary("fmul", self.binary("fmul", f, self.number(0.5)), f)
        low = self.binary("fmul", exponent, self.number(_LN2_LOW))
        inner = self.fma(s, self.fma(z, p, half), low)
        rest = self.binary("fsub", f, self.binary("fsub", half, inner))
        result = self.fma(exponent, self.number(_LN2_HIGH), rest)
        return self.choose(self.compare("uno", x, x), x, result)

    def tenth_root(self, x: str) -> str:
        """Return 1 to 1.07 times x**(-1/10), for positive x: enough to choose a step size.

        The bits of a double, read as a whole number, grow like its logarithm; a line through
        that logarithm, turned back into bits, is the power.
        """
        line = f"sitofp {self.integers} {self._as(x, self.vector, self.integers)} to {self.vector}"
        power = self.fma(self.let(line), self.number(-0.1), self.number(1.1 * _ONE))
        whole = self.let(f"fptosi {self.vector} {power} to {self.integers}")
        return self._as(whole, self.integers, self.vector)

    # ------------------------------------------------------------------ memory
    def at(self, kind: str, pointer: str, index: int | str) -> str:
        """Return the address of entry ``index`` of an array of ``kind``."""
        return self.let(f"getelementptr inbounds {kind}, ptr {pointer}, i64 {index}")

    def read(self, kind: str, pointer: str, index: int | str = 0) -> str:
        """Return entry ``index`` of an array of ``kind``."""
        aligned = self._aligned if kind in (self.vector, self.integers) else ""
        return self.let(f"load {kind}, ptr {self.at(kind, pointer, index)}{aligned}")

    def write(self, kind: str, value: str, pointer: str, index: int | str = 0) -> None:
        """Store entry ``index`` of an array of ``kind``."""
        aligned = self._aligned if kind in (self.vector, self.integers) else ""
        self.do(f"store {kind} {value}, ptr {self.at(kind, pointer, index)}{aligned}")

    def variable(self, kind: str, value: str) -> str:
        """Return the address of a new variable that holds ``value``."""
        self._count += 1
        name = f"%x{self._count}"
        self.entry.append(f"  {name} = alloca {kind}")
        self.do(f"store {kind} {value}, ptr {name}")
        return name

    def get(self, kind: str, variable: str) -> str:
        """Return what a variable holds."""
        return self.let(f"load {kind}, ptr {variable}")

    def put(self, kind: str, value: str, variable: str) -> None:
        """Change what a variable holds."""
        self.do(f"store {kind} {value}, ptr {variable}")

    # ------------------------------------------------------------------ control
    @contextmanager
    def loop(self, condition: Callable[[], str]) -> Iterator[None]:
        """Repeat what is written inside as long as the condition (an i1) holds."""
        head, body, done = self.fresh("head"), self.fresh("body"), self.fresh("done")
        self.do(f"br label %{head}")
        self.lines.append(f"{head}:")
        self.do(f"br i1 {condition()}, label %{body}, label %{done}")
        self.lines.append(f"{body}:")
        yield
        self.do(f"br label %{head}")
        self.lines.append(f"{done}:")

    @contextmanager
    def count(self, stop: int | str) -> Iterator[str]:
        """Repeat what is written inside for i = 0 .. stop - 1 (64 bits); gives i."""
        i = self.variable("i64", "0")
        with self.loop(lambda: self.let(f"icmp slt i64 {self.get('i64', i)}, {stop}")):
            now = self.get("i64", i)
            yield now
            self.put("i64", self.let(f"add nsw i64 {now}, 1"), i)

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Do what is written inside if the condition (an i1) holds."""
        body, done = self.fresh("then"), self.fresh("after")
        self.do(f"br i1 {condition}, label %{body}, label %{done}")
        self.lines.append(f"{body}:")
        yield
        self.do(f"br label %{done}")
        self.lines.append(f"{done}:")
