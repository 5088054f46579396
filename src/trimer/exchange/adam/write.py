# SPDX-License-Identifier: Apache-2.0
"""Write the datasets of a run, their dictionary, and a note on what they are."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from trimer.core.notice import NOTICE
from trimer.exchange.adam.adverse import adae
from trimer.exchange.adam.concentration import adpc
from trimer.exchange.adam.dataset_json import write_dataset_json
from trimer.exchange.adam.dictionary import datasets
from trimer.exchange.adam.exposure import adex
from trimer.exchange.adam.laboratory import adlb
from trimer.exchange.adam.response import adrs
from trimer.exchange.adam.subjects import adsl, subjects_of
from trimer.exchange.adam.time_to_event import adtte
from trimer.exchange.adam.transport import check_lengths, write_transport
from trimer.store.disk import write_text

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from trimer.exchange.adam.dictionary import Dataset
    from trimer.store import StoredRun

MAKERS = {
    "ADSL": adsl,
    "ADEX": adex,
    "ADPC": adpc,
    "ADLB": adlb,
    "ADAE": adae,
    "ADRS": adrs,
    "ADTTE": adtte,
}


def write_adam(run: StoredRun, out: Path, start: datetime) -> dict[str, int]:
    """Write the analysis datasets of a run into a folder.

    Parameters
    ----------
    run : StoredRun
        The run.
    out : Path
        The folder; it gets two files for each dataset, ``define.csv``, ``define.json`` and
        ``README.txt``.
    start : datetime
        What day 0 is said to have been.

    Returns
    -------
    dict of str to int
        Records of each dataset.

    Raises
    ------
    StoreError
        If the run keeps too little.
    InputError
        If a name or text is too long for the standard, or pyreadstat is not installed.
    DiskError
        If the disk refuses.
    """
    from trimer import __version__

    who = subjects_of(run, start.replace(tzinfo=None))
    study = f"SIM-{run.manifest['study']['name']}"
    created = str(run.manifest["created"])[:19]
    records = {}
    for name, dataset in datasets().items():
        frame = dataset.fitted(MAKERS[name](who))
        check_lengths(dataset, frame)
        write_transport(out / f"{name.lower()}.xpt", dataset, frame)
        write_dataset_json(
            out / f"{name.lower()}.json",
            dataset,
            frame,
            created=created,
            study=study,
            version=__version__,
        )
        records[name] = frame.height
    _write_dictionary(out, records, study)
    write_text(out / "README.txt", _readme(run, records))
    return records


def _write_dictionary(out: Path, records: dict[str, int], study: str) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("dataset", "variable", "label", "type", "key", "derivation"))
    for dataset in datasets().values():
        for v in dataset.variables:
            writer.writerow((dataset.name, v.name, v.label, v.kind, v.key or "", v.derivation))
    write_text(out / "define.csv", buffer.getvalue())
    record = {
        "notice": NOTICE,
        "study": study,
        "synthetic": True,
        "datasets": [_described(dataset, records[name]) for name, dataset in datasets().items()],
    }
    write_text(out / "define.json", json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _described(dataset: Dataset, records: int) -> dict[str, object]:
    return {
        "name": dataset.name,
        "label": dataset.label,
        "structure": dataset.structure,
        "records": records,
        "variables": [
            {
                "name": v.name, "label": v.label, "type": v.kind, "key": v.key or None,
                "derivation": v.derivation,
            }
            for v in dataset.variables
        ],
    }  # fmt: skip


def _readme(run: StoredRun, records: dict[str, int]) -> str:
    manifest = run.manifest
    origin = (
        f"Run {manifest['run']} of study {manifest['study']['name']}, seed {manifest['seed']}, "
        f"model {manifest['model']['name']} {manifest['model']['version']}, "
        f"Trimer {manifest['versions']['trimer']}."
    )
    lines = [
        "SIMULATED DATA, NOBODY'S.",
        NOTICE,
        "",
        origin,
        "Each dataset is there as a SAS transport file, version 5 (.xpt, plain letters), and as",
        "CDISC Dataset-JSON 1.1 (.json). define.csv and define.json say what each variable is.",
        "Terms are plain words, not coded with MedDRA. What the model does not know is missing.",
        *([str(manifest["policy_notice"])] if manifest.get("policy_notice") else []),
        "",
        *(f"{name}: {count:,} records" for name, count in records.items()),
    ]
    return "\n".join(lines) + "\n"
