# SPDX-License-Identifier: Apache-2.0
"""The table through which the driver is told what to do: 64-bit numbers, in a fixed order.

A *row* numbers a patient of the population, a *place* one of those who are carried in this call.
"""

from __future__ import annotations

#: The two channels of output that one call can have.
CHANNELS = ("a", "b")

#: What the driver must know of a channel's columns; a species is copied, a function called.
COLUMNS = (
    "width",
    "n_needed", "needed",
    "n_direct", "direct", "direct_column",
    "n_functions", "functions", "function_column",
)  # fmt: skip

#: What one call says of a channel: how many times each patient has, where they are, how far apart
#: the times of two places are (0: all have the same), and where to write.
SEEN = ("n_times", "times", "stride", "out")

#: What may be watched: functions (0 for a species) and species, directions, whether to stop;
#: the species that are read; a level per place and watch; at most so many crossings a patient;
#: how many there were, when, and which (twice the watch, plus one if rising).
WATCHES = (
    "n_watches", "watch_function", "watch_species", "watch_direction", "watch_terminal",
    "n_watched", "watched",
    "levels", "most", "crossed", "crossed_time", "crossed_watch",
)  # fmt: skip

#: Who is called at each patient's own times, see `trimer.engine.visit`, and what he is given.
VISITS = ("visit", "visit_data")

#: Work space of one thread, and how many vectors of lanes each part takes (a model's or a call's
#: number where it is text). ``clock`` lies in ``p`` in a model that uses the time.
WORK: dict[str, str | int] = {
    "y": "n", "u": "n", "yn": "n", "k": "stages", "lu": "factors", "p": "constants",
    "clock": 1, "wanted": "width", "level": "watches", "samples": "samples", "roots": "roots",
    "probe": 1, "h": 1, "error": 1, "t": 1, "end": 1, "proposed": 1, "stop": 1, "live": 1,
    "patient": 1, "place": 1, "dose": 1, "row": 1, "taken": 1, "refused": 1,
    "back": 1, "halted": 1,
    **{f"{name}_{c}": 1 for c in CHANNELS for name in ("next_out", "output")},
}  # fmt: skip

#: What the job table holds, in order. Pointers and whole numbers as they are, doubles as bits.
FIELDS = (
    # functions of the model; states, columns of P and of P and U; where `p` goes on with what
    # the prelude computes
    "step", "prelude", "n", "n_columns", "n_loaded", "hoisted",
    "max_steps", "smallest_step", "dose_step", "rtol", "atol",
    # how many patients, the place of each in turn, where the next one's turn stands, a flag that
    # stops everything
    "patients", "order", "queue", "cancel",
    # by place: row, when to stop, status
    "rows", "T1", "status",
    # by row: constants, inputs, states, step sizes, times, steps taken and refused
    "P", "U", "Y", "H", "T", "steps", "rejected",
    "first_dose", "dose_time", "dose_kind", "dose_index", "dose_value",
    *(f"{name}_{c}" for c in CHANNELS for name in (*COLUMNS, *SEEN)),
    *WATCHES,
    *VISITS,
    *WORK,
)  # fmt: skip

#: A time that does not come.
NEVER = 1e300

#: Fields that hold a whole number; the others, but for the doubles, hold an address.
WHOLE = frozenset((
    "n", "n_columns", "n_loaded", "hoisted", "patients", "max_steps",
    "n_watches", "n_watched", "most",
    *(f"{name}_{c}" for c in CHANNELS
      for name in ("width", "n_needed", "n_direct", "n_functions", "n_times", "stride")),
))  # fmt: skip
DOUBLE = frozenset(("smallest_step", "dose_step", "rtol"))
