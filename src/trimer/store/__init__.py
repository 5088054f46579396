# SPDX-License-Identifier: Apache-2.0
"""Run folders: what a run was, in JSON, and what came out of it, in Parquet.

A finished run folder holds

======================  =====================================================================
``run.json``            what was run, how, by which version, and how it ended
``model.json``          the model: equations, parameter card, sources, assumptions, limits
``study.toml``          the study, as the user wrote it
``patients.parquet``    one row per virtual patient: id and parameters
``doses.parquet``       one row per arm, patient and dose
``profiles.parquet``    one row per arm, patient and time, one column per observable
``outcomes.parquet``    one row per arm and patient
======================  =====================================================================

A run in which a ward acted has besides

======================  =====================================================================
``decisions.parquet``   one row per arm, patient and thing that was decided
``grades.parquet``      one row per arm, patient and change of a grade
``verdicts.parquet``    one row per arm, patient, rule and stretch in which it said the same
``readings.parquet``    one row per arm, patient and look, if every reading was kept
======================  =====================================================================

While a run is going on, each block of patients becomes one Parquet file per table in ``parts/``;
a block is there whole or not at all. At the end the parts of a table are joined, as a stream, to
the one file of the table's name, so that any reader of Parquet takes it as it is and memory never
holds more than a block. A run that could not be finished (full disk) keeps its parts: `open_run`
reads them just the same.
"""

from trimer.store.reading import StoredRun, open_run
from trimer.store.tables import read_table, write_table
from trimer.store.writing import RunFolder, check_way

__all__ = ["RunFolder", "StoredRun", "check_way", "open_run", "read_table", "write_table"]
