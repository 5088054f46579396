# SPDX-License-Identifier: Apache-2.0
"""What the columns of a run folder's tables mean, beyond what the model itself defines."""

from __future__ import annotations

MEANINGS: dict[tuple[str, str], tuple[str, str]] = {
    ("", "arm"): ("name of the arm", ""),
    ("", "id"): ("number of the virtual patient; the same in every arm", ""),
    ("", "time"): ("time since first dose", "day"),
    ("", "reason"): ("why the row is as it is", ""),
    ("doses", "drug"): ("what was given", ""),
    ("doses", "amount"): ("amount given, in the unit of the row", ""),
    ("doses", "rate"): ("rate of an infusion, in the unit of the row per day", ""),
    ("doses", "duration"): ("length of an infusion; 0 for a single dose", "day"),
    ("doses", "unit"): ("unit of the amount", ""),
    ("doses", "step"): ("number of the step in the protocol", ""),
    ("doses", "reason"): ("planned, held, resumed or rescue", ""),
    ("outcomes", "crs_grade"): (
        "worst CRS grade, 0 to 4 (provisional: the reference model's ordinal read-out)",
        "",
    ),
    ("outcomes", "response"): (
        "best response, ELN 2022: CR, CRh, CRi, MLFS, PR, NR; NE not evaluable",
        "",
    ),
    ("outcomes", "best_blast_change_percent"): ("best change of marrow blasts from day 0", "%"),
    ("outcomes", "cmax_ng_mL"): ("highest drug concentration in plasma", "ng/mL"),
    ("outcomes", "auc"): ("area under the concentration curve", "ng/mL × day"),
    ("outcomes", "peak_il6"): ("highest IL-6", "pg/mL"),
    ("outcomes", "peak_il6_signal"): ("highest IL-6 not blocked by tocilizumab", "pg/mL"),
    ("outcomes", "peak_temperature"): ("highest body temperature", "°C"),
    ("outcomes", "peak_vascular_leak"): ("highest vascular leak", ""),
    ("outcomes", "day_of_peak_il6"): ("time of the highest IL-6", "day"),
    ("outcomes", "blast_day28"): ("marrow blasts on day 28", "%"),
    ("outcomes", "lsc_log10_reduction"): ("fall of leukemic stem cells", "log10"),
    ("outcomes", "failed"): ("whether the simulation stopped before its end", ""),
    ("outcomes", "reason"): ("why it stopped", ""),
    ("outcomes", "steps"): ("steps the solver took", ""),
}
"""(table, column), or ("", column) for any table: meaning and unit."""

FILES = (
    ("run.json", "what was run, how, by which version, and how it ended"),
    ("model.json", "the model: equations, parameter card, sources, assumptions, limits"),
    ("study.toml", "the study, as it was written"),
    ("patients.parquet", "one row for each virtual patient"),
    ("doses.parquet", "one row for each arm, virtual patient and dose"),
    ("profiles.parquet", "one row for each arm, virtual patient and time"),
    ("outcomes.parquet", "one row for each arm and virtual patient"),
)
"""Files of a run folder."""
