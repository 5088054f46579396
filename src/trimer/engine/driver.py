# SPDX-License-Identifier: Apache-2.0
"""The driver: a few lanes, each with its own patient, time, step size and doses.

A lane that finishes takes the next patient from the queue, so no lane waits for another
(asynchronous lanes with refill). What happens in every step (choosing the step, taking it,
accepting it, the next step size, dense output) is done for all lanes at once; what happens
rarely (loading a patient, a dose, writing back) is done lane by lane.

It is written twice: once with nothing but one channel of output, which most calls need, and once
with watches and the second channel, whose many words cost the first one 5 % if they are there
at all.

The driver knows no model. It is compiled once per processor, gets the model's functions by
address, and reads everything else from a table, :mod:`trimer.engine.job`.

Rules
-----
- A step ends exactly on a dose or on the end: the time is set to it, not added up.
- A step that would leave less than itself before a stop is halved, and the step size it was cut
  from is kept for afterwards.
- Output at the time of a dose is the value before it (the left limit).
- Doses of one patient at one time act in the order of the schedule.
- A rejected or idle lane is masked by select, never by multiplication; a NaN error rejects.
- A watch that stops its patient does so before a dose of the same instant.
- A visit that stops its patient does so at its time: the step is taken again to end there. From
  the step of a crossing on a patient is not visited, and he is left where he was last written
  down: where he began, or where a visit gave a dose.
- A patient whose step gets too small, or who needs too many steps, gets a status and leaves;
  the neighbours do not notice.
"""

from __future__ import annotations

from trimer.engine.ir import ATTRIBUTES, LANES, bits, declarations
from trimer.engine.job import CHANNELS, NEVER
from trimer.engine.lanes import BITS, INTEGERS, VECTOR
from trimer.engine.rows import rows_function
from trimer.engine.solution import NOT_FINITE, OK, STEP_TOO_SMALL, TOO_MANY_STEPS
from trimer.engine.visit import halt_function
from trimer.engine.watching import Watching

#: The driver, the same with watches, visits and a second channel, the evaluation of rows, and the
#: visitor that always stops.
FUNCTIONS = ("advance", "advance_watching", "rows", "halt")


class _Driver(Watching):
    """Writes the function ``advance(job)`` or ``advance_watching(job)``."""

    def __init__(self, *, watching: bool) -> None:
        super().__init__()
        self.watching = watching
        self.channels = CHANNELS if watching else CHANNELS[:1]

    # -------------------------------------------------------------- the whole
    def write(self) -> str:
        w = self.w
        self.active = w.variable("i64", "0")
        self.dirty = w.variable("i1", "false")
        self.attention = w.variable(BITS, "-1")  # at first every lane wants a patient
        with w.count(LANES) as lane:
            self._rest(lane)
        going = w.variable("i1", "true")
        with w.loop(lambda: w.get("i1", going)):
            self._attend()
            left = w.let(f"icmp sgt i64 {w.get('i64', self.active)}, 0")
            flag = w.read("i64", self.f["cancel"])
            on = w.let(f"icmp eq i64 {flag}, 0")
            w.put("i1", w.let(f"and i1 {left}, {on}"), going)
            with w.when(w.get("i1", going)):
                self._step()
        return w.function(FUNCTIONS[self.watching], "ptr noalias %job")

    def _rest(self, lane: str) -> None:
        """Make a lane idle: it keeps computing something finite that nobody reads."""
        for name, value in (
            ("t", 0.0), ("h", 1e-6), ("proposed", 1e-6), ("stop", NEVER),
            ("live", 0.0), *((f"next_out_{c}", NEVER) for c in self.channels),
        ):  # fmt: skip
            self.set_lane("double", bits(value), name, lane)
        self.set_lane("i64", "-1", "patient", lane)
        if self.watching:
            self.set_lane("i64", "0", "back", lane)
            self.set_lane("i64", "0", "halted", lane)

    # ------------------------------------------------------------ what is rare
    def _attend(self) -> None:
        """Serve the lanes that ask for it: write back, load, give doses."""
        w = self.w
        w.put("i1", "false", self.dirty)
        with self.each_lane(self.attention) as lane:
            again = w.variable("i1", "true")
            with w.loop(lambda: w.get("i1", again)):
                with w.when(w.let(f"icmp sge i64 {self.lane('i64', 'patient', lane)}, 0")):
                    self._leave(lane)
                with w.when(w.let(f"icmp slt i64 {self.lane('i64', 'patient', lane)}, 0")):
                    self._enter(lane)
                taken = w.let(f"icmp sge i64 {self.lane('i64', 'patient', lane)}, 0")
                before = self.lane("double", "t", lane), self.lane("double", "end", lane)
                moves = w.let(f"fcmp olt double {before[0]}, {before[1]}")
                with w.when(w.let(f"and i1 {taken}, {moves}")):
                    self._dose(lane)
                    if self.watching:
                        with w.when(w.let(f"icmp ne ptr {self.f['visit']}, null")):
                            self._keep(lane)
                            self.set_lane("i64", "0", "halted", lane)
                # Who has nowhere to go was only looked at, and leaves at once.
                w.put("i1", w.let(f"and i1 {taken}, {w.let(f'xor i1 {moves}, true')}"), again)
        with w.when(w.get("i1", self.dirty)):
            hoisted = w.at(VECTOR, self.f["p"], self.f["hoisted"])
            w.do(f"call void {self.f['prelude']}(ptr {self.f['p']}, ptr {hoisted})")

    def _leave(self, lane: str) -> None:
        """Write a patient back whose time is over or who failed; free the lane."""
        w = self.w
        t = self.lane("double", "t", lane)
        tries = self.plus(self.lane("i64", "taken", lane), self.lane("i64", "refused", lane))
        h = self.lane("double", "proposed", lane)
        over = w.let(f"fcmp oge double {t}, {self.lane('double', 'end', lane)}")
        back = "false"
        if self.watching:
            back = w.let(f"icmp ne i64 {self.lane('i64', 'back', lane)}, 0")
            over = w.let(f"or i1 {over}, {back}")
        many = w.let(f"icmp sge i64 {tries}, {self.f['max_steps']}")
        tiny = w.let(f"fcmp olt double {h}, {self.f['smallest_step']}")
        lost = w.let(f"fcmp uno double {self.lane('double', 'error', lane)}, 0.0")
        failed = w.let(f"or i1 {many}, {tiny}")
        small = w.let(f"select i1 {lost}, i8 {NOT_FINITE}, i8 {STEP_TOO_SMALL}")
        code = w.let(f"select i1 {many}, i8 {TOO_MANY_STEPS}, i8 {small}")
        with w.when(w.let(f"or i1 {over}, {failed}")):
            place = self.lane("i64", "place", lane)
            final = w.let(f"select i1 {over}, i8 {OK}, i8 {code}")
            w.write("i8", final, self.f["status"], place)
            for c in self.channels:
                self.blank(c, place, lane)
            with w.when(w.let(f"xor i1 {back}, true")):
                self._keep(lane)
            self._rest(lane)
            w.put("i64", w.let(f"sub i64 {w.get('i64', self.active)}, 1"), self.active)

    def _keep(self, lane: str) -> None:
        """Write down where a patient stands."""
        w = self.w
        q = self.lane("i64", "patient", lane)
        for name, total in (("taken", "steps"), ("refused", "rejected")):
            more = w.let(f"trunc i64 {self.lane('i64', name, lane)} to i32")
            whole = w.let(f"add i32 {w.read('i32', self.f[total], q)}, {more}")
            w.write("i32", whole, self.f[total], q)
            self.set_lane("i64", "0", name, lane)
        w.write("double", self.lane("double", "proposed", lane), self.f["H"], q)
        w.write("double", self.lane("double", "t", lane), self.f["T"], q)
        with w.count(self.f["n"]) as i:
            value = w.read("double", self.f["y"], self.spot(i, lane))
            w.write("double", value, self.f["Y"], self.cell(q, self.f["n"], i))

    def _enter(self, lane: str) -> None:
        """Take the next patient from the queue into a free lane, if there is one."""
        w = self.w
        turn = w.let(f"atomicrmw add ptr {self.f['queue']}, i64 1 monotonic")
        with w.when(w.let(f"icmp slt i64 {turn}, {self.f['patients']}")):
            place = w.read("i64", self.f["order"], turn)
            q = w.read("i64", self.f["rows"], place)
            self.set_lane("i64", place, "place", lane)
            self.set_lane("i64", q, "patient", lane)
            self.set_lane("double", w.read("double", self.f["T"], q), "t", lane)
            self.set_lane("double", w.read("double", self.f["T1"], place), "end", lane)
            self.set_lane("double", bits(1.0), "live", lane)
            h = w.read("double", self.f["H"], q)
            self.set_lane("double", h, "proposed", lane)
            for name in ("taken", "refused", *(f"output_{c}" for c in self.channels)):
                self.set_lane("i64", "0", name, lane)
            self.set_lane("i64", w.read("i64", self.f["first_dose"], q), "dose", lane)
            if self.watching:
                self.load_levels(place, lane)
            with w.count(self.f["n"]) as i:
                value = w.read("double", self.f["Y"], self.cell(q, self.f["n"], i))
                w.write("double", value, self.f["y"], self.spot(i, lane))
            with w.count(self.f["n_columns"]) as i:
                value = w.read("double", self.f["P"], self.cell(q, self.f["n_columns"], i))
                w.write("double", value, self.f["p"], self.spot(i, lane))
            inputs = w.let(f"sub nsw i64 {self.f['n_loaded']}, {self.f['n_columns']}")
            with w.count(inputs) as i:
                value = w.read("double", self.f["U"], self.cell(q, inputs, i))
                row = self.plus(self.f["n_columns"], i)
                w.write("double", value, self.f["p"], self.spot(row, lane))
            w.put("i64", self.plus(w.get("i64", self.active), 1), self.active)
            w.put("i1", "true", self.dirty)
            for c in self.channels:
                self.load_time(c, "0", lane)
                self.present(c, lane)
            self._forget(lane, q)

    def _forget(self, lane: str, q: str) -> None:
        """Pass over the doses of the past."""
        w = self.w
        end = w.read("i64", self.f["first_dose"], self.plus(q, 1))
        t = self.lane("double", "t", lane)
        with w.loop(lambda: w.let(f"fcmp olt double {self._next_dose(lane, end)}, {t}")):
            self.set_lane("i64", self.plus(self.lane("i64", "dose", lane), 1), "dose", lane)

    def _next_dose(self, lane: str, end: str) -> str:
        """Return the time of a lane's next dose, if there is one before row ``end``."""
        w = self.w
        at = self.lane("i64", "dose", lane)
        there = w.let(f"icmp slt i64 {at}, {end}")
        safe = w.let(f"select i1 {there}, i64 {at}, i64 0")
        time = w.read("double", self.f["dose_time"], safe)
        return w.let(f"select i1 {there}, double {time}, double {bits(NEVER)}")

    def _dose(self, lane: str) -> None:
        """Give the doses that are due, and set the next time to stop at."""
        w = self.w
        q = self.lane("i64", "patient", lane)
        end = w.read("i64", self.f["first_dose"], self.plus(q, 1))
        t = self.lane("double", "t", lane)
        inputs = w.let(f"sub nsw i64 {self.f['n_loaded']}, {self.f['n_columns']}")

        with w.loop(lambda: w.let(f"fcmp ole double {self._next_dose(lane, end)}, {t}")):
            at = self.lane("i64", "dose", lane)
            self.set_lane("i64", self.plus(at, 1), "dose", lane)
            value = w.read("double", self.f["dose_value"], at)
            index = w.let(f"sext i32 {w.read('i32', self.f['dose_index'], at)} to i64")
            adds = w.let(f"icmp ne i8 {w.read('i8', self.f['dose_kind'], at)}, 0")
            with w.when(adds):  # an amount is added to a state
                place = self.spot(index, lane)
                old = w.read("double", self.f["y"], place)
                w.write("double", w.let(f"fadd double {old}, {value}"), self.f["y"], place)
            with w.when(w.let(f"xor i1 {adds}, true")):  # an input is set
                row = self.plus(self.f["n_columns"], index)
                w.write("double", value, self.f["p"], self.spot(row, lane))
                w.write("double", value, self.f["U"], self.cell(q, inputs, index))
            h = self.lane("double", "proposed", lane)
            big = w.let(f"fcmp ogt double {h}, {self.f['dose_step']}")
            cut = w.let(f"select i1 {big}, double {self.f['dose_step']}, double {h}")
            self.set_lane("double", cut, "proposed", lane)
            w.put("i1", "true", self.dirty)
        soon, last = self._next_dose(lane, end), self.lane("double", "end", lane)
        first = w.let(f"fcmp olt double {soon}, {last}")
        stop = w.let(f"select i1 {first}, double {soon}, double {last}")
        self.set_lane("double", stop, "stop", lane)

    # ------------------------------------------------------- what is in every step
    def _step(self) -> None:
        w, f = self.w, self.f
        t, stop, proposed = self.vector("t"), self.vector("stop"), self.vector("proposed")
        rest = w.binary("fsub", stop, t)
        nearly = w.compare("oge", proposed, w.binary("fmul", rest, w.number(0.999999)))
        close = w.compare("ogt", w.binary("fadd", proposed, proposed), rest)
        half = w.binary("fmul", rest, w.number(0.5))
        h = w.choose(nearly, rest, w.choose(close, half, proposed))
        w.write(VECTOR, h, f["h"])
        w.write(VECTOR, t, f["clock"])
        work = ", ".join(f"ptr {f[x]}" for x in ("y", "p", "h", "k", "u", "yn", "lu", "atol"))
        w.do(f"call void {f['step']}({work}, double {f['rtol']}, ptr {f['error']})")
        error = self.vector("error")
        alive = w.compare("ogt", self.vector("live"), w.number(0.0))
        accepted = self.both(alive, w.compare("ole", error, w.number(1.0)))
        reached = w.choose(nearly, stop, w.binary("fadd", t, h))
        if self.watching:
            cut, ended = self.watch(accepted, t, h, reached)
            halted = self.visit(self.both(accepted, self.flipped(cut)), t, h, reached)
            cut = self.either(cut, halted)
            accepted = self.both(accepted, self.flipped(cut))
            w.write(VECTOR, w.choose(ended, reached, self.vector("end")), f["end"])
        self.outputs(accepted, t, h, reached)
        with w.count(f["n"]) as i:
            new = w.choose(accepted, w.read(VECTOR, f["yn"], i), w.read(VECTOR, f["y"], i))
            w.write(VECTOR, new, f["y"], i)
        w.write(VECTOR, w.choose(accepted, reached, t), f["t"])
        following = self._next_step(accepted, error, h, proposed)
        if self.watching:
            following = w.choose(cut, proposed, following)
        w.write(VECTOR, w.choose(alive, following, proposed), f["proposed"])
        count = {}
        for name, mask in (
            ("taken", accepted),
            ("refused", self.both(alive, self.flipped(accepted))),
        ):
            one = w.let(f"zext {w.mask} {mask} to {INTEGERS}")
            count[name] = w.let(f"add {INTEGERS} {w.read(INTEGERS, f[name])}, {one}")
            w.write(INTEGERS, count[name], f[name])
        tries = w.let(f"add {INTEGERS} {count['taken']}, {count['refused']}")
        many = w.let(f"icmp sge {INTEGERS} {tries}, {self.spread(f['max_steps'])}")
        tiny = w.compare("olt", following, w.broadcast(f["smallest_step"]))
        stopped = self.both(accepted, w.compare("oge", reached, stop))
        if self.watching:
            back = w.let(f"icmp ne {INTEGERS} {w.read(INTEGERS, f['back'])}, zeroinitializer")
            stopped = self.either(stopped, self.either(ended, back))
        asks = self.either(stopped, self.both(alive, self.either(many, tiny)))
        w.put(BITS, self.bit_set(asks), self.attention)

    def _next_step(self, accepted: str, error: str, h: str, proposed: str) -> str:
        """Return the step to try next: 0.9 error**(-1/5), between a tenth and six times.

        ``error`` is a mean square, so its tenth root is wanted; a rough one will do.
        """
        w = self.w
        factor = w.tenth_root(w.largest(error, w.number(1e-20)))
        factor = w.smallest(w.binary("fmul", factor, w.number(0.9)), w.number(6.0))
        factor = w.largest(factor, w.number(0.1))
        factor = w.choose(w.compare("uno", error, error), w.number(0.1), factor)
        good = w.binary("fmul", h, w.largest(factor, w.number(0.2)))
        cut = w.compare("olt", h, proposed)
        kept = w.choose(self.both(cut, w.compare("olt", good, proposed)), proposed, good)
        return w.choose(accepted, kept, w.binary("fmul", h, factor))


def driver_module() -> str:
    """Return the module with the functions of :data:`FUNCTIONS`."""
    others = (
        f"declare {BITS} @llvm.cttz.{BITS}({BITS}, i1)\n"
        "declare double @llvm.fabs.f64(double)\n"
        f"declare void @llvm.masked.store.v{LANES}f64.p0({VECTOR}, ptr, <{LANES} x i1>)\n"
    )
    both = "".join(_Driver(watching=watching).write() for watching in (False, True))
    return declarations() + others + both + rows_function() + halt_function() + ATTRIBUTES
