# SPDX-License-Identifier: Apache-2.0
"""Dense output: what was asked for at the output times inside a step, for all lanes at once."""

from __future__ import annotations

from trimer.engine import rodas5p
from trimer.engine.ir import LANES
from trimer.engine.lanes import BITS, INTEGERS, VECTOR, Lanes


class Dense(Lanes):
    """Adds dense output to the words of the driver."""

    def outputs(self, accepted: str, t: str, h: str, reached: str) -> None:
        """Write what was asked for at the output times inside this step."""
        w, kind = self.w, BITS
        pending = w.variable(kind, "0")

        def due() -> None:
            inside = w.compare("ole", self.vector("next_out"), reached)
            w.put(kind, self.bit_set(self.both(accepted, inside)), pending)

        def some() -> str:
            return w.let(f"icmp ne {kind} {w.get(kind, pending)}, 0")

        due()
        with w.loop(some):
            self._interpolate(t, h)
            self._functions()
            self._record(w.get(kind, pending))
            due()

    def _interpolate(self, t: str, h: str) -> None:
        """Evaluate dense output at each lane's next output time (exactly yn at the step's end).

        Species that functions need go to ``u``, species asked for to their own columns.
        """
        w, f = self.w, self.f
        one = w.number(1.0)
        since = w.binary("fsub", self.vector("next_out"), t)
        theta = w.largest(w.smallest(w.binary("fdiv", since, h), one), w.number(0.0))
        rest = w.binary("fsub", one, theta)
        both = w.binary("fmul", theta, rest)
        weights = []
        for first, second, third in zip(*rodas5p.DENSE, strict=True):
            slope = w.fma(theta, w.number(third), w.number(second))
            weights.append(w.binary("fmul", both, w.fma(theta, slope, w.number(first))))

        def value(i: str) -> str:
            total = w.binary("fmul", rest, w.read(VECTOR, f["y"], i))
            total = w.fma(theta, w.read(VECTOR, f["yn"], i), total)
            row = w.at(VECTOR, f["k"], w.let(f"mul nsw i64 {i}, {rodas5p.STAGES}"))
            for s, weight in enumerate(weights):
                total = w.fma(weight, w.read(VECTOR, row, s), total)
            return total

        with w.count(f["n_needed"]) as q:
            i = w.read("i64", f["needed"], q)
            w.write(VECTOR, value(i), f["u"], i)
        with w.count(f["n_direct"]) as q:
            column = w.read("i64", f["direct_column"], q)
            w.write(VECTOR, value(w.read("i64", f["direct"], q)), f["wanted"], column)

    def _functions(self) -> None:
        """Evaluate the output columns that are functions of the model."""
        w, f = self.w, self.f
        with w.count(f["n_functions"]) as q:
            function = w.let(f"inttoptr i64 {w.read('i64', f['functions'], q)} to ptr")
            target = w.at(VECTOR, f["wanted"], w.read("i64", f["function_column"], q))
            w.do(f"call void {function}(ptr {f['u']}, ptr {f['p']}, ptr {target})")

    def _record(self, pending: str) -> None:
        """Copy the output columns of the pending lanes to their patients' rows; move them on.

        A square of columns and lanes is turned around in registers, so that each lane's part of
        its row is one store.
        """
        w, f, kind = self.w, self.f, BITS
        width = f["n_columns_out"]
        with w.count(LANES) as lane:
            q = self.lane("i64", "patient", lane)
            line = self.cell(q, f["n_times"], self.lane("i64", "output", lane))
            self.set_lane("i64", w.let(f"mul nsw i64 {line}, {width}"), "row", lane)
        asks = [
            w.let(f"icmp ne {kind} {w.let(f'and {kind} {pending}, {1 << i}')}, 0")
            for i in range(LANES)
        ]
        full = w.let(f"sdiv i64 {width}, {LANES}")
        with w.count(full) as block:
            self._store_square(w.let(f"mul nsw i64 {block}, {LANES}"), asks, None)
        done = w.let(f"mul nsw i64 {full}, {LANES}")
        left = w.let(f"sub nsw i64 {width}, {done}")
        with w.when(w.let(f"icmp sgt i64 {left}, 0")):
            ramp = ", ".join(f"i64 {i}" for i in range(LANES))
            real = w.let(f"icmp slt {INTEGERS} <{ramp}>, {self.spread(left)}")
            self._store_square(done, asks, real)
        for i, ask in enumerate(asks):
            with w.when(ask):
                following = self.plus(self.lane("i64", "output", str(i)), 1)
                self.set_lane("i64", following, "output", str(i))
                time = w.read("double", f["times"], following)
                self.set_lane("double", time, "next_out", str(i))

    def _store_square(self, first: str, asks: list[str], real: str | None) -> None:
        """Store columns first, first + 1, ... of the lanes that ask; all of them, or the real."""
        w, f = self.w, self.f
        square = [w.read(VECTOR, f["wanted"], self.plus(first, i)) for i in range(LANES)]
        for i, (ask, row) in enumerate(zip(asks, self.turned(square), strict=True)):
            with w.when(ask):
                at = self.plus(self.lane("i64", "row", str(i)), first)
                address = w.at("double", f["out"], at)
                if real is None:
                    w.do(f"store {VECTOR} {row}, ptr {address}, align 8")
                else:
                    w.do(
                        f"call void @llvm.masked.store.v{LANES}f64.p0({VECTOR} {row}, "
                        f"ptr align 8 {address}, {w.mask} {real})"
                    )
