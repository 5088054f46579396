# SPDX-License-Identifier: Apache-2.0
"""Dataset-JSON 1.1 of CDISC."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import polars as pl

from trimer.store.disk import writing

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.exchange.adam.dictionary import Dataset, Variable

VERSION = "1.1.0"
_TYPES = {"text": "string", "integer": "integer", "float": "double"}
_DISPLAY = {"date": "DATE9.", "datetime": "DATETIME20."}
_PIECE = 20_000
"""Records written at a time."""


def write_dataset_json(
    path: Path, dataset: Dataset, frame: pl.DataFrame, *, created: str, study: str, version: str
) -> None:
    """Write a dataset as Dataset-JSON.

    Parameters
    ----------
    path : Path
        The file.
    dataset : Dataset
        Its variables.
    frame : polars DataFrame
        Its records.
    created : str
        When, as ISO 8601.
    study, version : str
        Identifier of the study, and version of Trimer.

    Raises
    ------
    DiskError
        If the disk refuses.
    """
    head = {
        "datasetJSONCreationDateTime": created,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{study}/{dataset.name}",
        "originator": "Trimer: simulated, nobody's data",
        "sourceSystem": {"name": "Trimer", "version": version},
        "studyOID": study,
        "metaDataVersionOID": f"MDV.{study}",
        "metaDataRef": "define.json",
        "itemGroupOID": f"IG.{dataset.name}",
        "isReferenceData": False,
        "records": frame.height,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, variable, frame) for variable in dataset.variables],
    }
    texts = frame.with_columns(
        pl.col(pl.Date).dt.to_string("%Y-%m-%d"),
        pl.col(pl.Datetime("us")).dt.to_string("%Y-%m-%dT%H:%M:%S"),
    )
    opening = json.dumps(head, ensure_ascii=False)
    with writing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write(opening[:-1] + ', "rows": [')
        for first in range(0, texts.height, _PIECE):
            rows = [
                json.dumps([_value(value) for value in row], ensure_ascii=False)
                for row in texts.slice(first, _PIECE).iter_rows()
            ]
            file.write(("" if first == 0 else ",") + "\n" + ",\n".join(rows))
        file.write("\n]}\n")


def _column(dataset: Dataset, variable: Variable, frame: pl.DataFrame) -> dict[str, Any]:
    column: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": _TYPES.get(variable.kind, variable.kind),
    }
    if variable.kind == "text":
        column["length"] = max(int(frame[variable.name].str.len_chars().max() or 1), 1)  # type: ignore[arg-type]  # a number
    if variable.kind in _DISPLAY:  # a number in SAS, ISO 8601 here
        column["targetDataType"] = "integer"
        column["displayFormat"] = _DISPLAY[variable.kind]
    if variable.key:
        column["keySequence"] = variable.key
    return column


def _value(value: Any) -> Any:  # noqa: ANN401 (whatever a record holds)
    return None if isinstance(value, float) and not math.isfinite(value) else value
