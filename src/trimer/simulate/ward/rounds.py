# SPDX-License-Identifier: Apache-2.0
"""One look at some patients: read, grade, judge, act. The order is the same at every look.

1. the pump stops or runs again, and results that are ready come in;
2. vital signs are read, laboratory and marrow are drawn;
3. CRS and ICANS are graded;
4. all rules are judged on what is known now, none of them on what another has just done;
5. orders are carried out in the order of the rules, then premedication that is due;
6. the infusion follows: stop before hold, hold before reduce, reduce before resume, resume
   before step;
7. the next looks are planned.

What a nurse reads at a minute is the state before anything given at that minute.

What happens while nobody looks (the pump fails, an infection begins) has effects, but no rule is
judged then: whoever comes next finds it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trimer.simulate.ward.bedside import Bedside
from trimer.simulate.ward.germs import Germs
from trimer.simulate.ward.grading import grade
from trimer.simulate.ward.intents import Intents
from trimer.simulate.ward.looks import Looks
from trimer.simulate.ward.premedication import PremedicationTimes
from trimer.simulate.ward.pump import Pumps
from trimer.simulate.ward.scene import Scene
from trimer.simulate.ward.state import CLOCKS
from trimer.simulate.ward.stay import stay
from trimer.simulate.ward.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trimer.assess import CrsMemory
    from trimer.core.condition import Bound, Memory
    from trimer.protocol.monitoring import Monitoring
    from trimer.protocol.protocol import Protocol
    from trimer.simulate.ward.arrays import Floats, Mask, Minutes, Rows
    from trimer.simulate.ward.faults import Faults
    from trimer.simulate.ward.infusion import Infusion
    from trimer.simulate.ward.journal import Notes, Words
    from trimer.simulate.ward.orders import Orders
    from trimer.simulate.ward.readings import Chart
    from trimer.simulate.ward.setting import Ward
    from trimer.simulate.ward.state import Patients


class Rounds:
    """Everything that does not change while patients are treated, and the look itself.

    Parameters
    ----------
    protocol : Protocol
        With course, rules, monitoring.
    ward : Ward
        How it measures.
    chart : Chart
        What it measures.
    infusion, orders, faults : Infusion, Orders, Faults
        The parts that act.
    bound : Bound
        The rules' conditions, then those for resuming (`resuming`: their rules).
    words : Words
        Of the journal.
    happenings : sequence of Happening
        Scripted: times without premedication.
    ids : int64 array (N,)
        Patient numbers of the run.
    """

    def __init__(  # noqa: PLR0913, PLR0917 (made in one place)
        self,
        protocol: Protocol,
        monitoring: Monitoring,
        ward: Ward,
        chart: Chart,
        infusion: Infusion,
        orders: Orders,
        faults: Faults,
        bound: Bound,
        resuming: Sequence[int],
        words: Words,
        missing: Sequence[tuple[int, int, Mask]],
        *,
        full: bool,
    ) -> None:
        self.protocol, self.monitoring, self.ward, self.chart = protocol, monitoring, ward, chart
        self.infusion, self.orders, self.bound = infusion, orders, bound
        self.resuming = np.array(resuming, dtype=np.intp)
        self._words = words
        self.pumps = Pumps(faults, protocol.pump, words)
        self.bedside = Bedside(ward, chart, full=full)
        self.verdicts = Verdicts(bound, len(protocol.rules), words)
        self._premedication = PremedicationTimes(orders, infusion.plan, missing)
        self._germs = Germs(ward, orders, words)
        self.looks = Looks(monitoring, infusion.plan, ward.quiet_minutes)

    # ------------------------------------------------------------------ the look
    def attend(
        self,
        part: Patients,
        memory: tuple[CrsMemory, Memory],
        minute: Minutes,
        truth: Floats,
        now: Callable[[tuple[str, ...], Rows], Floats],
        notes: Notes,
    ) -> CrsMemory:
        """Look at patients; see the module for the order."""
        due = {name: part.clock[k] == minute for k, name in enumerate(CLOCKS)}
        self.pumps.attend(part, minute, due, notes)
        fresh = np.zeros((len(self.chart.names), len(part)), np.bool_)
        self.bedside.results(part, minute, fresh)
        looked = self.bedside.read(part, minute, due, truth, now, fresh, notes)
        crs = grade(self.ward, self.orders, part, memory[0], minute, looked, notes)
        scene = self.scene(part, crs, minute, fresh)
        yes, edge, resume, main = self.verdicts.judge(part, memory[1], scene, minute, notes)
        wish = Intents.none(self.verdicts.size, len(part))
        wish.resume[self.resuming] = resume
        every = {name: self.looks.interval(name, minute) for name in ("vitals", "neurology")}
        self.orders.carry_out(part, minute, yes, edge, main, wish, every, notes)
        ready = self._premedication.give_due(part, minute, notes)
        before = part.when("plan").copy(), part.when("start").copy(), part.level.copy()
        self.infusion.attend(
            part, minute, wish, np.stack([due["cap"], due["start"]]), notes,
            looked=looked, ready=ready,
        )  # fmt: skip
        self._premedication.plan(part, minute, before, notes)
        self._germs.begin(part, minute, due, notes)
        self._germs.attend(part, minute, due, notes)
        stay(self.protocol.hospital, self._words, part, minute, crs, notes)
        self.looks.plan(part, minute, due, every)
        return crs

    def befall(self, part: Patients, minute: Minutes, notes: Notes) -> None:
        """Let happen to patients what brings nobody to the bedside."""
        due = {name: part.clock[k] == minute for k, name in enumerate(CLOCKS)}
        nobody = np.zeros(len(part), np.bool_)
        self.pumps.attend(part, minute, due, notes)
        before = part.when("plan").copy(), part.when("start").copy(), part.level.copy()
        self.infusion.attend(
            part, minute, Intents.none(self.verdicts.size, len(part)), np.stack([nobody, nobody]),
            notes, looked=nobody, ready=~nobody,
        )  # fmt: skip
        self._premedication.plan(part, minute, before, notes)
        self._germs.begin(part, minute, due, notes)

    def scene(
        self, part: Patients, crs: CrsMemory, minute: Minutes, fresh: Mask | None = None
    ) -> Scene:
        """Return what is known of patients."""
        if fresh is None:
            fresh = np.zeros((len(self.chart.names), len(part)), np.bool_)
        events = {"CRS_events": crs.events, "severe_CRS_events": crs.severe}
        cycle = self.infusion.plan.cycle
        return Scene(part, minute, self.chart, self.orders, events, cycle, fresh)
