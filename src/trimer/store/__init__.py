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

``cohort.toml`` is there if the cohort was defined in a file of the user's.

While a run is going on, each block of patients becomes one Parquet file per table in ``parts/``,
and then a small file ``block-NUMBER.json`` that says it is whole, with sizes and sums; a block
without that file is not read. At the end the parts of a table are joined, as a stream, to the one
file of the table's name, so that any reader of Parquet takes it as it is and memory never holds
more than a block. A run that did not end (killed, interrupted, full disk, lost cluster) keeps its
parts: `open_run` reads them just the same, and it is resumed from there. One process at a time
writes a folder: it holds the lock on ``.lock`` (`trimer.store.lock`).
"""

from trimer.store.reading import StoredRun, open_run
from trimer.store.removing import remove_folder
from trimer.store.tables import read_table, write_table
from trimer.store.writing import RunFolder, check_way

__all__ = [
    "RunFolder",
    "StoredRun",
    "check_way",
    "open_run",
    "read_table",
    "remove_folder",
    "write_table",
]
