# SPDX-License-Identifier: Apache-2.0
"""Watches inside a step: where an output crosses a level, and where a patient must stop for it.

The outputs watched are evaluated at five places of the step. Where two neighbors lie on
different sides of the level, bisection on the dense output finds the crossing, for all lanes at
once. A crossing that stops the patient is not accepted there: the step is retaken so that it ends
at the crossing, until the end of an accepted step lies on the far side by less than `CLOSE`. So
the state is that of a full step, and the next call begins on the far side.
"""

from __future__ import annotations

from trimer.engine.ir import LANES, bits
from trimer.engine.job import NEVER
from trimer.engine.lanes import INTEGERS, VECTOR
from trimer.engine.visit import Visiting

#: Places inside a step that are looked at, besides its beginning.
PARTS = 4
#: A patient stops behind a crossing by less than this, in days.
CLOSE = 5e-10
#: A step that is retaken is not shorter than this, in days.
SHORTEST = 1e-10
#: Each halves the part of a step in which a crossing lies.
_HALVINGS = 50
#: Stands for no crossing; crossings lie between 0 and 1, and below 0 where the output falls.
_NONE = 9.0


class Watching(Visiting):
    """Adds watches to the words of the driver."""

    def watch(self, accepted: str, t: str, h: str, reached: str) -> tuple[str, str]:
        """Look for crossings; return the lanes whose step is to be cut, and those that end.

        The stop of a lane that is cut is set to the crossing.
        """
        w, f = self.w, self.f
        kind = w.mask
        cut, ended = w.variable(kind, "zeroinitializer"), w.variable(kind, "zeroinitializer")
        # Who is on his way to a dose that was given already has not crossed anything before it.
        free = w.let(f"icmp eq {INTEGERS} {w.read(INTEGERS, f['halted'])}, zeroinitializer")
        accepted = self.both(accepted, free)
        with w.when(w.let(f"icmp sgt i64 {f['n_watches']}, 0")):
            self._sample(t, h, reached)
            first = w.variable(VECTOR, w.number(_NONE))
            found = w.variable("i1", "false")
            with w.count(f["n_watches"]) as which:
                for part in range(PARTS):
                    self._part(which, part, accepted, (t, h), first, found)
            with w.when(w.get("i1", found)):
                at = w.get(VECTOR, first)
                stops = w.compare("ole", at, w.number(1.0))
                behind = w.binary("fmul", w.binary("fsub", w.number(1.0), at), h)
                far = self.both(stops, w.compare("ogt", behind, w.number(CLOSE)))
                w.put(kind, far, cut)
                w.put(kind, self.both(stops, self.flipped(far)), ended)
                ahead = w.largest(w.binary("fmul", at, h), w.number(SHORTEST))
                stop = w.choose(far, w.binary("fadd", t, ahead), self.vector("stop"))
                w.write(VECTOR, stop, f["stop"])
                self._report(self.both(accepted, self.flipped(far)), (t, h, reached))
        return w.get(kind, cut), w.get(kind, ended)

    def load_levels(self, place: str, lane: str) -> None:
        """Load a patient's levels into a lane."""
        w, f = self.w, self.f
        with w.count(f["n_watches"]) as which:
            level = w.read("double", f["levels"], self.cell(place, f["n_watches"], which))
            w.write("double", level, f["level"], self.spot(which, lane))

    def _sample(self, t: str, h: str, reached: str) -> None:
        """Evaluate all watched outputs, less their levels, at the step's ends and between."""
        w, f = self.w, self.f
        for part in range(PARTS + 1):
            theta = w.number(part / PARTS)
            now = reached if part == PARTS else w.fma(theta, h, t)
            self._state(theta, now)
            with w.count(f["n_watches"]) as which:
                place = self.cell(str(part), f["n_watches"], which)
                w.write(VECTOR, self._distance(which), f["samples"], place)

    def _state(self, theta: str, now: str) -> None:
        """Put the watched species, and the time, where functions read them."""
        w, f = self.w, self.f
        inside = self.interpolate(theta)
        with w.count(f["n_watched"]) as q:
            i = w.read("i64", f["watched"], q)
            w.write(VECTOR, inside.value(i), f["u"], i)
        w.write(VECTOR, now, f["clock"])

    def _distance(self, which: str) -> str:
        """Return a watched output less its level."""
        w, f = self.w, self.f
        function = w.read("i64", f["watch_function"], which)
        called = w.let(f"icmp ne i64 {function}, 0")
        with w.when(called):
            address = w.let(f"inttoptr i64 {function} to ptr")
            w.do(f"call void {address}(ptr {f['u']}, ptr {f['p']}, ptr {f['probe']})")
        with w.when(w.let(f"xor i1 {called}, true")):
            i = w.read("i64", f["watch_species"], which)
            w.write(VECTOR, w.read(VECTOR, f["u"], i), f["probe"])
        return w.binary("fsub", self.vector("probe"), w.read(VECTOR, f["level"], which))

    def _part(
        self, which: str, part: int, accepted: str, step: tuple[str, str], first: str, found: str
    ) -> None:
        """Look for crossings of one watch in one part of the step."""
        w, f = self.w, self.f
        zero = w.number(0.0)
        before, after = (
            w.read(VECTOR, f["samples"], self.cell(str(p), f["n_watches"], which))
            for p in (part, part + 1)
        )
        way = w.read("i64", f["watch_direction"], which)
        rises = self.both(w.compare("olt", before, zero), w.compare("oge", after, zero))
        falls = self.both(w.compare("ogt", before, zero), w.compare("ole", after, zero))
        rises = self.both(rises, self.everywhere(w.let(f"icmp sge i64 {way}, 0")))
        falls = self.both(falls, self.everywhere(w.let(f"icmp sle i64 {way}, 0")))
        hit = self.both(accepted, self.either(rises, falls))
        root = w.at(VECTOR, f["roots"], self.cell(which, str(PARTS), str(part)))
        w.write(VECTOR, w.number(_NONE), root)
        some = w.let(f"icmp ne i{LANES} {self.bit_set(hit)}, 0")
        with w.when(some):
            at = self._bisect(which, part, rises, step)
            signed = w.choose(rises, at, w.negative(at))
            w.write(VECTOR, w.choose(hit, signed, w.number(_NONE)), root)
            w.put("i1", "true", found)
            with w.when(w.let(f"icmp ne i64 {w.read('i64', f['watch_terminal'], which)}, 0")):
                earlier = w.smallest(w.get(VECTOR, first), at)
                w.put(VECTOR, w.choose(hit, earlier, w.get(VECTOR, first)), first)

    def _bisect(self, which: str, part: int, rises: str, step: tuple[str, str]) -> str:
        """Return where the crossing is, in steps; its far side."""
        w = self.w
        t, h = step
        low = w.variable(VECTOR, w.number(part / PARTS))
        high = w.variable(VECTOR, w.number((part + 1) / PARTS))
        sign = w.choose(rises, w.number(1.0), w.number(-1.0))
        with w.count(_HALVINGS):
            below, above = w.get(VECTOR, low), w.get(VECTOR, high)
            middle = w.binary("fmul", w.binary("fadd", below, above), w.number(0.5))
            self._state(middle, w.fma(middle, h, t))
            there = w.binary("fmul", self._distance(which), sign)
            beyond = w.compare("oge", there, w.number(0.0))
            w.put(VECTOR, w.choose(beyond, below, middle), low)
            w.put(VECTOR, w.choose(beyond, middle, above), high)
        return w.get(VECTOR, high)

    def _report(self, lanes: str, step: tuple[str, str, str]) -> None:
        """Note the crossings of these lanes, in the order of the watches."""
        w, f = self.w, self.f
        t, h, reached = step
        with w.count(f["n_watches"]) as which:
            ends = w.let(f"icmp ne i64 {w.read('i64', f['watch_terminal'], which)}, 0")
            for part in range(PARTS):
                root = w.read(VECTOR, f["roots"], self.cell(which, str(PARTS), str(part)))
                at = w.unary("fabs", root)
                met = self.both(lanes, w.compare("ole", at, w.number(1.0)))
                waiting = w.variable(f"i{LANES}", self.bit_set(met))
                time = w.smallest(w.fma(at, h, t), reached)
                time = w.choose(self.everywhere(ends), reached, time)
                w.write(VECTOR, time, f["probe"])
                w.write(VECTOR, root, f["wanted"])
                with self.each_lane(waiting) as lane:
                    self._note(which, lane)

    def _note(self, which: str, lane: str) -> None:
        w, f = self.w, self.f
        place = self.lane("i64", "place", lane)
        with w.when(w.let(f"icmp ne ptr {f['visit']}, null")):
            self.set_lane("double", bits(NEVER), "next_out_b", lane)
            self.set_lane("i64", "1", "back", lane)
        count = w.read("i32", f["crossed"], place)
        wide = w.let(f"sext i32 {count} to i64")
        w.write("i32", w.let(f"add i32 {count}, 1"), f["crossed"], place)
        with w.when(w.let(f"icmp slt i64 {wide}, {f['most']}")):
            at = self.cell(place, f["most"], wide)
            w.write("double", self.lane("double", "probe", lane), f["crossed_time"], at)
            signed = self.lane("double", "wanted", lane)
            rising = w.let(f"zext i1 {w.let(f'fcmp ogt double {signed}, {bits(0.0)}')} to i32")
            twice = w.let(f"trunc i64 {w.let(f'mul nsw i64 {which}, 2')} to i32")
            w.write("i32", w.let(f"add i32 {twice}, {rising}"), f["crossed_watch"], at)
