# SPDX-License-Identifier: Apache-2.0
"""One Rodas5P step for a vector of patients, as an LLVM function around the model's kernels.

    step(y, p, h, k, u, yn, lu, atol, rtol, error)

reads the state ``y``, the patient constants ``p`` and the step sizes ``h``, and writes the new
state ``yn``, the stages ``k`` (those of a state side by side, as dense output wants them) and the
squared weighted error per patient. If the right-hand side uses the time, its entry of ``p`` holds
the time of the step's beginning at first and that of its end at last.
Nothing here accepts or rejects: that is the driver's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.engine import rodas5p
from trimer.engine.ir import LANES, Writer, bits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ARGUMENTS = ("y", "p", "h", "k", "u", "yn", "lu", "atol")


@dataclass(frozen=True)
class Drift:
    """How a right-hand side uses the time.

    Attributes
    ----------
    place : int
        Where the time stands in ``p``.
    slots : mapping of int to int
        For each state whose rate changes with the time alone: where ``jaclu`` leaves df/dt in
        ``lu``.
    """

    place: int
    slots: Mapping[int, int]


def step_function(n: int, lanes: int = LANES, drift: Drift | None = None) -> str:
    """Return the step of a model of ``n`` states, calling its ``rhs``, ``jaclu`` and ``solve``."""
    w = Writer(lanes)
    v = w.vector
    h = w.read(v, "%h")
    over_h = w.binary("fdiv", w.number(1.0), h)
    gh = w.binary("fmul", over_h, w.number(1.0 / rodas5p.GAMMA))
    stages = [w.at(v, "%k", s) for s in range(rodas5p.STAGES)]
    w.do(f"call void @jaclu(ptr %y, ptr %p, {v} {gh}, ptr %lu, ptr {stages[0]})")
    start = "" if drift is None else w.read(v, "%p", drift.place)
    before: tuple[float, ...] = ()
    for s, (a, c) in enumerate(zip(rodas5p.A, rodas5p.C, strict=True)):
        if s > 0:  # the first stage is f(y), which the Jacobian's kernel leaves in its place
            _prepare(w, n, s, a, c, before, over_h)
            if drift is not None and rodas5p.TIMES[s] != rodas5p.TIMES[s - 1]:
                now = w.fma(h, w.number(rodas5p.TIMES[s]), start)
                w.write(v, now, "%p", drift.place)
            w.do(f"call void @rhs(ptr %u, ptr %p, ptr {stages[s]})")
        before = a
        if drift is not None:
            _add_drift(w, s, h, drift)
        w.do(f"call void @solve(ptr %lu, ptr {stages[s]})")
    _finish(w, n)
    arguments = ", ".join(f"ptr noalias %{a}" for a in _ARGUMENTS)
    return w.function("step", f"{arguments}, double %rtol, ptr noalias %error")


def _add_drift(w: Writer, s: int, h: str, drift: Drift) -> None:
    """Add h d_s df/dt to the right-hand side of stage s."""
    if rodas5p.DRIFT[s] == 0.0:
        return
    v = w.vector
    factor = w.binary("fmul", h, w.number(rodas5p.DRIFT[s]))
    for i, slot in drift.slots.items():
        at = i * rodas5p.STAGES + s
        w.write(v, w.fma(factor, w.read(v, "%lu", slot), w.read(v, "%k", at)), "%k", at)


def _prepare(
    w: Writer,
    n: int,
    s: int,
    a: Sequence[float],
    c: Sequence[float],
    before: Sequence[float],
    over_h: str,
) -> None:
    """Set u to the point where stage s is evaluated, and k_s to (1/h) sum_j C_sj k_j."""
    v = w.vector
    grows = len(a) > 1 and tuple(a[:-1]) == tuple(before) and a[-1] == 1.0
    with w.count(n) as i:
        row = w.at(v, "%k", w.let(f"mul nuw nsw i64 {i}, {rodas5p.STAGES}"))
        k = [w.read(v, row, j) for j in range(s)]
        if grows:
            w.write(v, w.binary("fadd", w.read(v, "%u", i), k[-1]), "%u", i)
        else:
            w.write(v, _combine(w, w.read(v, "%y", i), k, a), "%u", i)
        first = w.binary("fmul", k[0], w.number(c[0]))
        head = w.binary("fmul", over_h, _combine(w, first, k[1:], c[1:]))
        w.write(v, head, row, s)


def _combine(w: Writer, start: str, k: Sequence[str], factors: Sequence[float]) -> str:
    total = start
    for x, factor in zip(k, factors, strict=True):
        plain = factor == 1.0
        total = w.binary("fadd", total, x) if plain else w.fma(x, w.number(factor), total)
    return total


def _finish(w: Writer, n: int) -> None:
    """Write yn = u + k_8 and the mean square of k_8 / (atol + rtol max(|y|, |yn|))."""
    v = w.vector
    rtol = w.broadcast("%rtol")
    total = w.variable(v, "zeroinitializer")
    with w.count(n) as i:
        row = w.let(f"mul nuw nsw i64 {i}, {rodas5p.STAGES}")
        k = w.read(v, "%k", w.let(f"add nuw nsw i64 {row}, {rodas5p.STAGES - 1}"))
        y = w.read(v, "%y", i)
        new = w.binary("fadd", w.read(v, "%u", i), k)
        w.write(v, new, "%yn", i)
        size = w.largest(w.unary("fabs", new), w.unary("fabs", y))
        weight = w.fma(rtol, size, w.broadcast(w.read("double", "%atol", i)))
        ratio = w.binary("fdiv", k, weight)
        w.put(v, w.fma(ratio, ratio, w.get(v, total)), total)
    mean = w.binary("fmul", w.get(v, total), f"splat (double {bits(1.0 / n)})")
    w.write(v, mean, "%error")
