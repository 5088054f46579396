# SPDX-License-Identifier: Apache-2.0
"""Dense output: what was asked for at the output times inside a step, for all lanes at once."""

from __future__ import annotations

from trimer.engine import rodas5p
from trimer.engine.ir import LANES, bits
from trimer.engine.job import CHANNELS, NEVER
from trimer.engine.lanes import BITS, INTEGERS, VECTOR, Lanes


class Dense(Lanes):
    """Adds dense output to the words of the driver.

    Attributes
    ----------
    channels : tuple of str
        The channels that are served.
    """

    channels: tuple[str, ...] = CHANNELS

    def outputs(self, accepted: str, t: str, h: str, reached: str) -> None:
        """Write what was asked for at the output times inside this step."""
        for c in self.channels:
            self._channel(c, accepted, t, h, reached)

    def _channel(self, c: str, accepted: str, t: str, h: str, reached: str) -> None:
        w, kind = self.w, BITS
        pending = w.variable(kind, "0")

        def due() -> None:
            inside = w.compare("ole", self.vector(f"next_out_{c}"), reached)
            w.put(kind, self.bit_set(self.both(accepted, inside)), pending)

        def some() -> str:
            return w.let(f"icmp ne {kind} {w.get(kind, pending)}, 0")

        due()
        with w.loop(some):
            self.look(c, t, h)
            self._record(c, w.get(kind, pending))
            due()

    def present(self, c: str, lane: str) -> None:
        """Write what was asked for at the time at which a lane begins, before any dose."""
        w, f = self.w, self.f
        first = self.lane("double", f"next_out_{c}", lane)
        with w.when(w.let(f"fcmp ole double {first}, {self.lane('double', 't', lane)}")):
            with w.count(f[f"n_needed_{c}"]) as q:
                i = w.read("i64", f[f"needed_{c}"], q)
                w.write(VECTOR, w.read(VECTOR, f["y"], i), f["u"], i)
            with w.count(f[f"n_direct_{c}"]) as q:
                value = w.read(VECTOR, f["y"], w.read("i64", f[f"direct_{c}"], q))
                w.write(VECTOR, value, f["wanted"], w.read("i64", f[f"direct_column_{c}"], q))
            w.write(VECTOR, self.vector("t"), f["clock"])
            self._functions(c)
            one = w.let(f"trunc i64 {w.let(f'shl i64 1, {lane}')} to {BITS}")
            self._record(c, one)

    def blank(self, c: str, place: str, lane: str) -> None:
        """Write NaN at the output times that a lane did not come to."""
        w, f = self.w, self.f
        seen = self.lane("i64", f"output_{c}", lane)
        missed = w.let(f"sub nsw i64 {f[f'n_times_{c}']}, {seen}")
        first = w.let(f"mul nsw i64 {self.cell(place, f[f'n_times_{c}'], seen)}, {f[f'width_{c}']}")
        with w.count(w.let(f"mul nsw i64 {missed}, {f[f'width_{c}']}")) as i:
            w.write("double", bits(float("nan")), f[f"out_{c}"], self.plus(first, i))

    def load_time(self, c: str, index: str, lane: str) -> None:
        """Set a lane's next output time: its own number ``index``, if it has so many."""
        w, f = self.w, self.f
        there = w.let(f"icmp slt i64 {index}, {f[f'n_times_{c}']}")
        safe = w.let(f"select i1 {there}, i64 {index}, i64 0")
        at = self.cell(self.lane("i64", "place", lane), f[f"stride_{c}"], safe)
        with w.when(there):
            self.set_lane("double", w.read("double", f[f"times_{c}"], at), f"next_out_{c}", lane)
        with w.when(w.let(f"xor i1 {there}, true")):
            self.set_lane("double", bits(NEVER), f"next_out_{c}", lane)

    def interpolate(self, theta: str) -> _Inside:
        """Return what dense output needs to know of a place inside the step, in steps."""
        w = self.w
        rest = w.binary("fsub", w.number(1.0), theta)
        both = w.binary("fmul", theta, rest)
        weights = []
        for first, second, third in zip(*rodas5p.DENSE, strict=True):
            slope = w.fma(theta, w.number(third), w.number(second))
            weights.append(w.binary("fmul", both, w.fma(theta, slope, w.number(first))))
        return _Inside(self, theta, rest, weights)

    def look(self, c: str, t: str, h: str) -> None:
        """Evaluate dense output at each lane's next output time (exactly yn at the step's end).

        Species that functions need go to ``u``, species asked for to their own columns.
        """
        w, f = self.w, self.f
        now = self.vector(f"next_out_{c}")
        theta = w.binary("fdiv", w.binary("fsub", now, t), h)
        theta = w.largest(w.smallest(theta, w.number(1.0)), w.number(0.0))
        inside = self.interpolate(theta)
        with w.count(f[f"n_needed_{c}"]) as q:
            i = w.read("i64", f[f"needed_{c}"], q)
            w.write(VECTOR, inside.value(i), f["u"], i)
        with w.count(f[f"n_direct_{c}"]) as q:
            column = w.read("i64", f[f"direct_column_{c}"], q)
            w.write(VECTOR, inside.value(w.read("i64", f[f"direct_{c}"], q)), f["wanted"], column)
        w.write(VECTOR, now, f["clock"])
        self._functions(c)

    def _functions(self, c: str) -> None:
        """Evaluate the output columns that are functions of the model."""
        w, f = self.w, self.f
        with w.count(f[f"n_functions_{c}"]) as q:
            function = w.let(f"inttoptr i64 {w.read('i64', f[f'functions_{c}'], q)} to ptr")
            target = w.at(VECTOR, f["wanted"], w.read("i64", f[f"function_column_{c}"], q))
            w.do(f"call void {function}(ptr {f['u']}, ptr {f['p']}, ptr {target})")

    def _record(self, c: str, pending: str) -> None:
        """Copy the output columns of the pending lanes to their patients' rows; move them on.

        A square of columns and lanes is turned around in registers, so that each lane's part of
        its row is one store.
        """
        w, f, kind = self.w, self.f, BITS
        width = f[f"width_{c}"]
        with w.count(LANES) as lane:
            seen = self.lane("i64", f"output_{c}", lane)
            line = self.cell(self.lane("i64", "place", lane), f[f"n_times_{c}"], seen)
            self.set_lane("i64", w.let(f"mul nsw i64 {line}, {width}"), "row", lane)
        asks = [
            w.let(f"icmp ne {kind} {w.let(f'and {kind} {pending}, {1 << i}')}, 0")
            for i in range(LANES)
        ]
        full = w.let(f"sdiv i64 {width}, {LANES}")
        with w.count(full) as block:
            self._store_square(c, w.let(f"mul nsw i64 {block}, {LANES}"), asks, None)
        done = w.let(f"mul nsw i64 {full}, {LANES}")
        left = w.let(f"sub nsw i64 {width}, {done}")
        with w.when(w.let(f"icmp sgt i64 {left}, 0")):
            ramp = ", ".join(f"i64 {i}" for i in range(LANES))
            real = w.let(f"icmp slt {INTEGERS} <{ramp}>, {self.spread(left)}")
            self._store_square(c, done, asks, real)
        for i, ask in enumerate(asks):
            with w.when(ask):
                following = self.plus(self.lane("i64", f"output_{c}", str(i)), 1)
                self.set_lane("i64", following, f"output_{c}", str(i))
                self.load_time(c, following, str(i))

    def _store_square(self, c: str, first: str, asks: list[str], real: str | None) -> None:
        """Store columns first, first + 1, ... of the lanes that ask; all of them, or the real."""
        w, f = self.w, self.f
        square = [w.read(VECTOR, f["wanted"], self.plus(first, i)) for i in range(LANES)]
        for i, (ask, row) in enumerate(zip(asks, self.turned(square), strict=True)):
            with w.when(ask):
                at = self.plus(self.lane("i64", "row", str(i)), first)
                address = w.at("double", f[f"out_{c}"], at)
                if real is None:
                    w.do(f"store {VECTOR} {row}, ptr {address}, align 8")
                else:
                    w.do(
                        f"call void @llvm.masked.store.v{LANES}f64.p0({VECTOR} {row}, "
                        f"ptr align 8 {address}, {w.mask} {real})"
                    )


class _Inside:
    """A place inside the step, one per lane: gives each state's value there."""

    def __init__(self, driver: Lanes, theta: str, rest: str, weights: list[str]) -> None:
        self.driver, self.theta, self.rest, self.weights = driver, theta, rest, weights

    def value(self, i: str) -> str:
        """Return state i: y at the step's beginning and yn at its end, bit for bit."""
        w, f = self.driver.w, self.driver.f
        total = w.binary("fmul", self.rest, w.read(VECTOR, f["y"], i))
        total = w.fma(self.theta, w.read(VECTOR, f["yn"], i), total)
        row = w.at(VECTOR, f["k"], w.let(f"mul nsw i64 {i}, {rodas5p.STAGES}"))
        for s, weight in enumerate(self.weights):
            total = w.fma(weight, w.read(VECTOR, row, s), total)
        return total
