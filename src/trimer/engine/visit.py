# SPDX-License-Identifier: Apache-2.0
"""Somebody who looks at patients on their way, at times of his own, and may make them stop.

A visitor is compiled code. At each patient's time it gets the outputs there, read off the dense
output, and says when it comes again, or that the patient has to stop here. Only who has to stop
costs the solver anything: his step is taken once more so that it ends there. From the step in which
a watch finds a crossing on nobody is visited any more in that call: whoever carries the patient
decides what the crossing means before the next visit. Such a patient is left where he began, or
where he was given a dose last.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from trimer.core.errors import EngineError
from trimer.engine import cache
from trimer.engine.compile import compile_text, load_object
from trimer.engine.dense import Dense
from trimer.engine.ir import bits
from trimer.engine.lanes import BITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from trimer.engine.solution import Schedule

STOP = -inf
"""What a visitor returns where the patient has to stop."""


@dataclass(frozen=True, eq=False)
class Visit:
    """A visitor and whom it sees.

    Parameters
    ----------
    first : float64 array (n,)
        When each of the rows that are carried is visited first, in **days** and after his present
        time; infinite for never.
    outputs : tuple of str
        Species or observables that the visitor sees.
    address : int
        ``double f(ptr data, i64 row, double time, ptr values, i64 lane)``: value k of the patient
        is ``values[k * lanes + lane]``. Returns the time of the next visit, or `STOP`, or the time
        with a minus where it has given a dose that is due now. It may be called from several
        threads, for different rows. 0 stands for one that always stops.
    data : int64 array
        What it is given: numbers and addresses.
    doses : Schedule, optional
        Room for the doses that it gives, of the whole population, in the types of compiled code;
        with times that do not come until then.
    """

    first: NDArray[np.float64]
    outputs: tuple[str, ...] = ()
    address: int = 0
    data: NDArray[np.int64] | None = None
    doses: Schedule | None = None


class Visiting(Dense):
    """Adds visits to the words of the driver."""

    def visit(self, accepted: str, t: str, h: str, reached: str) -> str:
        """Let the visitor see whom it wants to inside this step; return lanes to be cut."""
        w, f = self.w, self.f
        cut = w.variable(w.mask, "zeroinitializer")
        pending = w.variable(BITS, "0")

        def due() -> None:
            inside = w.compare("ole", self.vector("next_out_b"), reached)
            going = self.both(accepted, self.flipped(w.get(w.mask, cut)))
            w.put(BITS, self.bit_set(self.both(going, inside)), pending)

        with w.when(w.let(f"icmp ne ptr {f['visit']}, null")):
            due()
            with w.loop(lambda: w.let(f"icmp ne {BITS} {w.get(BITS, pending)}, 0")):
                self.look("b", t, h)
                with self.each_lane(pending) as lane:
                    self._call(lane, cut)
                due()
        return w.get(w.mask, cut)

    def _call(self, lane: str, cut: str) -> None:
        w, f = self.w, self.f
        now, q = self.lane("double", "next_out_b", lane), self.lane("i64", "patient", lane)
        given = f"ptr {f['visit_data']}, i64 {q}, double {now}, ptr {f['wanted']}, i64 {lane}"
        following = w.let(f"call double {f['visit']}({given})")
        halts = w.let(f"fcmp olt double {following}, 0.0")
        stops = w.let(f"fcmp oeq double {following}, {bits(STOP)}")
        later = w.let(f"call double @llvm.fabs.f64(double {following})")
        self.set_lane("double", later, "next_out_b", lane)
        with w.when(halts):
            self.set_lane("double", now, "stop", lane)
            self.set_lane(
                "i64", w.let(f"zext i1 {w.let(f'xor i1 {stops}, true')} to i64"), "halted", lane
            )
            mask = w.get(w.mask, cut)
            w.put(w.mask, w.let(f"insertelement {w.mask} {mask}, i1 true, i64 {lane}"), cut)
        with w.when(stops):
            self.set_lane("double", now, "end", lane)


def halt_function() -> str:
    """Return the visitor that always stops."""
    given = "ptr %data, i64 %row, double %time, ptr %values, i64 %lane"
    return f"define double @halt({given}) #0 {{\n  ret double {bits(STOP)}\n}}\n"


def load_visitor(modules: Sequence[ModuleType], name: str) -> tuple[Any, int]:
    """Return a function of modules of scalar code, compiled: something to keep, its address.

    Raises
    ------
    EngineUnavailable
        If this machine cannot run compiled code.
    """
    sources = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules]
    numbers: dict[str, float] = {}
    for module in modules:
        for word, value in vars(module).items():
            if type(value) in (int, float) and numbers.setdefault(word, value) is not value:
                _need_same(word, numbers[word], value)
    key = f"visitor-{cache.digest(*sources, repr(numbers), cache.generator())}"
    code = cache.read(f"{key}.o")
    if code is None:
        from trimer.engine.scalar import translate

        code = compile_text(translate("\n".join(sources), name, numbers), plain=True)
        cache.write(f"{key}.o", code)
    kept, addresses = load_object(code, (name,), key=key)
    return kept, addresses[name]


def _need_same(word: str, one: float, other: float) -> None:
    """Refuse two meanings of a word: modules are translated as one."""
    if one != other and one == one:  # noqa: PLR0124 (NaN is not itself)
        raise EngineError(f"Scalar code: '{word}' is {one} in one module and {other} in another.")
