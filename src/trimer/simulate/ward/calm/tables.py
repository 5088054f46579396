# SPDX-License-Identifier: Apache-2.0
"""What a calm look is given: numbers and arrays, the same for Python and for compiled code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trimer.assess.crs_astct import HOLD_HOURS, QUIET_HOURS
from trimer.simulate.ward.state import CLOCKS, WHOLE

if TYPE_CHECKING:
    from trimer.engine.scalar_words import F4, F8, I1, I2, I4, I8, U8, Flags

BEDSIDE, VITALS, TESTS, CHART = 7, 5, 11, 19
"""Quantities read at the bedside, vital signs among them, of the laboratory; of the chart."""

MASK = 2**64 - 1
MOST = 256
"""So many left sides, cells, lasting comparisons and rules a protocol may have, each."""

GRADE_ROWS, STRETCH_ROWS, DOSE_ROWS, TOLD_ROWS = 16, 32, 32, 32
"""So many notes of a patient are kept until his next stop; with one more he stops."""

DISCHARGED, READMITTED = -1, -2
"""What a decision tells that is no dose."""

(SEEN, GRADED, NUMBER, NEXT_NUMBER, IS_ONE, HAS_FEVER, BELOW, IS_HELD, PUMP_OFF, EVENTS, SEVERE,
 CYCLE, ICE_CHANGE, COUNT, SINCE_FIRST, SINCE_ROW, SINCE_CRS, SINCE_DRUG) = range(18)  # fmt: skip
"""Where the left side of a comparison comes from."""
MORE, AT_LEAST, LESS, AT_MOST, SAME, OTHER = 4, 6, 1, 3, 2, 5
"""How two numbers compare: less is 1, the same 2, more 4; a sign is the sum of what it allows."""
AND, OR, NOT = range(3)
(GIVES, SUPPORTS, SWITCHES, EVERY_VITALS, EVERY_NEUROLOGY, AGAIN, HOLDS, ENDS, ON_EDGE,
 DELAYS) = range(10)  # fmt: skip
"""What an action needs of a look."""

CLOCK_VITALS, CLOCK_NEUROLOGY, CLOCK_LABS = (
    CLOCKS.index(x) for x in ("vitals", "neurology", "labs")
)
CLOCK_AGAIN, CLOCK_CULTURE, CLOCK_START = (CLOCKS.index(x) for x in ("again", "culture", "start"))
CLOCK_COUNT = len(CLOCKS)
(LEVEL, DUE, RUNNING, CAP, OFF_FROM, PAUSED, SEEN_UNTIL, WAITING, STOPPED, WHY_OFF, FAULTY) = (
    WHOLE.index(name) for name in (
        "level", "due", "running", "cap", "off_from", "paused", "seen_until", "waiting", "stopped",
        "why_off", "faulty",
    )
)  # fmt: skip
(VASOPRESSOR, OXYGEN, INPATIENT, INFECTION, AT_STEP, AT_RESTART, AT_CRS, LOW_PRESSURE) = (
    WHOLE.index(name) for name in (
        "vasopressor", "oxygen", "inpatient", "infection", "at_step", "at_restart", "at_crs",
        "low_pressure",
    )
)  # fmt: skip
(LOW_SATURATION, LOOKS, LOOKED_AT, CRS, LEE, CTCAE, ICANS, LAB_READY, MARROW_READY, QUIET_FROM) = (
    WHOLE.index(name) for name in (
        "low_saturation", "looks", "looked_at", "crs", "lee", "ctcae_crs", "icans", "lab_ready",
        "marrow_ready", "quiet_from",
    )
)  # fmt: skip
LIVER, ORGAN, REPORTS, ARMED, INFECTED_UNTIL, SAMPLED, TREATED, AT_INFECTION = (
    WHOLE.index(name) for name in (
        "liver", "organ", "reports", "armed", "infected_until", "sampled", "treated",
        "at_infection",
    )
)  # fmt: skip
HOLD_MINUTES, QUIET_MINUTES = round(60 * HOLD_HOURS), round(60 * QUIET_HOURS)


@dataclass(eq=False)
class Tables:
    """What a look is given; made by `trimer.simulate.ward.ahead`."""

    patients: int
    # the ward
    noisy: F8
    step: F8
    per_step: F8
    lowest_shown: F8
    highest_shown: F8
    missed: float
    lab_spread: float
    most_lab: F8
    lab_minutes: int
    upper: F8
    cuts: F8
    culture_minutes: int
    culture_finds: float
    clock_acts: I8
    low_pressure: float
    low_saturation: float
    fluid_minutes: int
    quiet_minutes: int
    first_home: int
    cycle_minutes: int
    # intervals: from, until, minutes; of vital signs, neurology, laboratory
    intervals: I8
    n_intervals: I8
    # conditions
    n_lefts: int
    left_kind: I8
    left_row: I8
    left_minutes: I8
    left_value: F8
    n_durations: int
    n_rows: int
    n_atoms: int
    atom_sign: I8
    atom_left: I8
    atom_limit: F8
    atom_baseline: I8
    atom_fresh: I8
    atom_lasts: I8
    n_steps: int
    steps: I8
    results: I8
    n_rules: int
    main: I8
    n_resuming: int
    resuming: I8
    # actions
    n_actions: int
    actions: I8
    fluids: int
    # doses that rules give; of each drug least minutes apart, most in a day, most in all
    n_gives: int
    give_drug: I8
    give_rule: I8
    give_kind: I8
    give_index: I8
    give_amount: F8
    give_value: F8
    treats: I8
    caps: I8
    why_other: int
    why_already: int
    why_soon: int
    why_day: int
    why_all: int
    kept: int
    # the patients
    goal: I4
    key: U8
    clock: I4
    whole: I4
    seen: F8
    pending: F8
    baseline: F8
    held: Flags
    was: I1
    given: I4
    times: I4
    doses: I4
    counts: I4
    stretch: I4
    lowest: F4
    highest: F4
    since: I4
    row: I2
    # their CRS
    open: Flags
    opened: I8
    treated: Flags
    last_sign: I8
    worst: I1
    events: I4
    severe: I4
    calm: Flags
    hot: Flags
    read_at: I8
    fever: Flags
    sign: Flags
    # notes, by patient
    n_grades: I4
    grades: I4
    n_stretches: I4
    stretches: I4
    stretch_values: F4
    n_given: I4
    dose_notes: I4
    n_told: I4
    told: I4
    told_values: F8
    # doses for the solver
    n_queued: I4
    queue_time: F8
    queue_kind: I1
    queue_index: I4
    queue_value: F8
    most_readings: int
    n_readings: I4
    reading_minutes: I4
    readings: F8
