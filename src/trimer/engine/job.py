# SPDX-License-Identifier: Apache-2.0
"""The table through which the driver is told what to do: 64-bit numbers, in a fixed order."""

from __future__ import annotations

#: What the job table holds, in order. Pointers and whole numbers as they are, doubles as bits.
FIELDS = (
    # functions of the model; states, columns of P and U, entries of p before the hoisted ones
    "step", "prelude", "n", "n_columns", "n_loaded",
    # how many patients, where the next one's number stands, a flag that stops everything
    "patients", "queue", "cancel",
    # constants, inputs, states and step sizes by patient; from when to when
    "P", "U", "Y", "H", "T0", "T1",
    "first_dose", "dose_time", "dose_kind", "dose_index", "dose_value",
    # output times and the table for them; species that functions read; columns that are species;
    # columns that are functions
    "times", "n_times", "n_columns_out", "out",
    "n_needed", "needed",
    "n_direct", "direct", "direct_column",
    "n_functions", "functions", "function_column",
    # what became of each patient
    "status", "steps", "rejected", "written",
    "max_steps", "smallest_step", "dose_step", "rtol", "atol",
    # work space of one thread: vectors, then one number per lane
    "y", "p", "h", "k", "u", "yn", "lu", "error", "wanted",
    "t", "proposed", "stop", "next_out", "live",
    "patient", "dose", "output", "row", "taken", "refused",
)  # fmt: skip

#: A time that does not come.
NEVER = 1e300

#: Fields that hold a whole number; the others, but for the doubles, hold an address.
WHOLE = frozenset((
    "n", "n_columns", "n_loaded", "patients", "n_times", "n_needed", "n_direct", "n_functions",
    "n_columns_out", "max_steps",
))  # fmt: skip
DOUBLE = frozenset(("T0", "T1", "smallest_step", "dose_step", "rtol"))
