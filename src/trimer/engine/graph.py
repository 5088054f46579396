# SPDX-License-Identifier: Apache-2.0
"""A small hash-consed expression graph: what the engine computes with after sympy.

A node is an integer. Equal nodes are made once, so common subexpressions are shared the moment
they appear, in the right-hand side, in its derivative and in the factorization alike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

Op = tuple[object, ...]

#: Operations and what they mean; ``select(a, b, x, y)`` is ``x if a > b else y``.
OPERATIONS = (
    "const", "load", "add", "sub", "mul", "neg", "recip", "sqrt", "exp", "log", "sin", "cos",
    "max", "min", "select", "fma",
)  # fmt: skip


class Graph:
    """Expressions over double precision numbers, each distinct one stored once.

    Attributes
    ----------
    code : list of tuple
        ``code[v]`` is the operation of node ``v`` and its arguments (nodes made earlier).
    static : list of bool
        True where the node depends on patient constants only (no state, no time): it is computed
        once per patient and dose, not in every step.

    Examples
    --------
    >>> g = Graph()
    >>> x = g.load("y", 0)
    >>> g.add(x, x) == g.add(x, x)
    True
    """

    def __init__(self) -> None:
        self.code: list[Op] = []
        self.static: list[bool] = []
        self._known: dict[Op, int] = {}

    def _node(self, op: Op, *, static: bool) -> int:
        node = self._known.get(op)
        if node is None:
            node = len(self.code)
            self.code.append(op)
            self.static.append(static)
            self._known[op] = node
        return node

    def _make(self, name: str, *args: int) -> int:
        return self._node((name, *args), static=all(self.static[a] for a in args))

    def value(self, node: int) -> float | None:
        """Return the number a node holds, or None if it is not a constant."""
        op = self.code[node]
        return float(op[1]) if op[0] == "const" else None  # type: ignore[arg-type]

    def arguments(self, node: int) -> tuple[int, ...]:
        """Return the nodes that a node is computed from."""
        op = self.code[node]
        return () if op[0] in ("const", "load") else op[1:]  # type: ignore[return-value]

    def const(self, value: float) -> int:
        """Return the node of a number (minus zero is zero)."""
        return self._node(("const", float(value) + 0.0), static=True)

    def load(self, array: str, index: int) -> int:
        """Return the node of entry ``index`` of an input array; ``p`` holds patient constants."""
        return self._node(("load", array, index), static=array == "p")

    def clock(self, index: int) -> int:
        """Return the node of the time, which stands in entry ``index`` of ``p`` and moves."""
        return self._node(("load", "p", index), static=False)

    def add(self, a: int, b: int) -> int:
        """Return a + b."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.const(va + vb)
        if va == 0.0:
            return b
        if vb == 0.0:
            return a
        if self.code[b][0] == "neg":
            return self.sub(a, self.arguments(b)[0])
        if self.code[a][0] == "neg":
            return self.sub(b, self.arguments(a)[0])
        return self._make("add", min(a, b), max(a, b))

    def sub(self, a: int, b: int) -> int:
        """Return a - b."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.const(va - vb)
        if vb == 0.0:
            return a
        if va == 0.0:
            return self.neg(b)
        if a == b:
            return self.const(0.0)
        if self.code[b][0] == "neg":
            return self.add(a, self.arguments(b)[0])
        return self._make("sub", a, b)

    def neg(self, a: int) -> int:
        """Return -a."""
        va = self.value(a)
        if va is not None:
            return self.const(-va)
        if self.code[a][0] == "neg":
            return self.arguments(a)[0]
        return self._make("neg", a)

    def mul(self, a: int, b: int) -> int:
        """Return a * b; a factor of zero is zero, whatever the other is."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.const(va * vb)
        for value, other in ((va, b), (vb, a)):
            if value == 0.0:
                return self.const(0.0)
            if value == 1.0:
                return other
            if value == -1.0:
                return self.neg(other)
        sign = False
        if self.code[a][0] == "neg":
            a, sign = self.arguments(a)[0], not sign
        if self.code[b][0] == "neg":
            b, sign = self.arguments(b)[0], not sign
        product = self._make("mul", min(a, b), max(a, b))
        return self.neg(product) if sign else product

    def recip(self, a: int) -> int:
        """Return 1 / a: one shared reciprocal per denominator."""
        va = self.value(a)
        if va is not None and va != 0.0:
            return self.const(1.0 / va)
        if self.code[a][0] == "recip":
            return self.arguments(a)[0]
        return self._make("recip", a)

    def sqrt(self, a: int) -> int:
        """Return the square root of a."""
        va = self.value(a)
        return self.const(math.sqrt(va)) if va is not None and va >= 0 else self._make("sqrt", a)

    def exp(self, a: int) -> int:
        """Return e to the power a (never folded: the libm of this machine must not matter)."""
        return self.const(1.0) if self.value(a) == 0.0 else self._make("exp", a)

    def log(self, a: int) -> int:
        """Return the natural logarithm of a (never folded)."""
        return self.const(0.0) if self.value(a) == 1.0 else self._make("log", a)

    def sin(self, a: int) -> int:
        """Return the sine of a (never folded)."""
        return self.const(0.0) if self.value(a) == 0.0 else self._make("sin", a)

    def cos(self, a: int) -> int:
        """Return the cosine of a (never folded)."""
        return self.const(1.0) if self.value(a) == 0.0 else self._make("cos", a)

    def max(self, a: int, b: int) -> int:
        """Return the larger of a and b."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return a if va > vb else b
        return a if a == b else self._make("max", min(a, b), max(a, b))

    def min(self, a: int, b: int) -> int:
        """Return the smaller of a and b."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return a if va < vb else b
        return a if a == b else self._make("min", min(a, b), max(a, b))

    def select(self, a: int, b: int, x: int, y: int) -> int:
        """Return x where a > b, else y."""
        return x if x == y else self._make("select", a, b, x, y)

    def fma(self, a: int, b: int, c: int) -> int:
        """Return a * b + c with a single rounding."""
        if self.value(c) == 0.0:
            return self.mul(a, b)
        for value, other in ((self.value(a), b), (self.value(b), a)):
            if value == 0.0:
                return c
            if value == 1.0:
                return self.add(c, other)
            if value == -1.0:
                return self.sub(c, other)
        return self._make("fma", a, b, c)

    def power(self, base: int, exponent: float) -> int:
        """Return base to a constant power, by products and square roots where they do.

        Parameters
        ----------
        base : int
            Node; must not be negative unless the exponent is a whole number.
        exponent : float
            Whole numbers, and halves up to 16, use products and one square root; any other uses
            ``exp(exponent * log(base))``.
        """
        if exponent < 0:
            return self.recip(self.power(base, -exponent))
        if exponent == int(exponent) or (exponent <= 16 and 2 * exponent == int(2 * exponent)):
            whole = int(exponent)
            result = self.const(1.0)
            if whole != exponent:  # a state may undershoot zero: its root is then zero, not NaN
                result = self.sqrt(self.max(base, self.const(0.0)))
            square, left = base, whole
            while left:  # binary powering
                if left & 1:
                    result = self.mul(result, square)
                square, left = (self.mul(square, square), left >> 1) if left > 1 else (square, 0)
            return result
        return self.exp(self.mul(self.const(exponent), self.log(base)))

    def live(self, outputs: Iterable[int], given: Container[int] = ()) -> list[int]:
        """Return the nodes that the outputs need, each after what it is computed from.

        Nodes in ``given`` count as known: nothing behind them is followed. Depth first from one
        output after the other: values are made shortly before their use, which keeps few of them
        alive at a time.
        """
        seen: set[int] = set()
        order: list[int] = []
        for output in outputs:
            stack = [(output, False)]
            while stack:
                node, ready = stack.pop()
                if ready:
                    order.append(node)
                elif node not in seen:
                    seen.add(node)
                    stack.append((node, True))
                    if node not in given:
                        stack.extend((a, False) for a in reversed(self.arguments(node)))
        return order

    def frontier(self, outputs: list[int]) -> list[int]:
        """Return the static nodes that moving nodes or outputs read: what can be computed ahead.

        Numbers and plain loads are left where they are.
        """
        found: dict[int, None] = {}
        for node in self.live(outputs):
            if not self.static[node]:
                found.update((a, None) for a in self.arguments(node) if self._is_work(a))
        found.update((node, None) for node in outputs if self._is_work(node))
        return list(found)

    def _is_work(self, node: int) -> bool:
        return self.static[node] and self.code[node][0] not in ("const", "load")
