# SPDX-License-Identifier: Apache-2.0
"""SAS transport files, version 5: short names, short texts, plain letters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import polars as pl

from trimer.core.errors import InputError
from trimer.store.disk import writing

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.exchange.adam.dictionary import Dataset

NAME, LABEL, TEXT, CODE = 8, 40, 200, 20
"""Most characters of a name, a label, a text, and of the code of an arm."""

_DAYS_1960 = 3653
"""From 1960, where SAS begins to count, to 1970, where the others do, in **days**."""

_FORMATS = {"date": "DATE9.", "datetime": "DATETIME20."}
_PLAIN = str.maketrans(
    {
        "µ": "u", "μ": "u", "×": "x", "–": "-", "—": "-", "≥": ">=", "≤": "<=", "γ": "gamma",
        "α": "alpha", "β": "beta", "°": "deg ", "’": "'",
    }
)  # fmt: skip


def check_lengths(dataset: Dataset, frame: pl.DataFrame) -> None:
    """Make sure that a dataset fits the standard.

    Raises
    ------
    InputError
        With the first name, label or text that is too long.
    """
    for variable in dataset.variables:
        if len(variable.name) > NAME or len(variable.label) > LABEL:
            raise InputError(
                f"Too long for a transport file in {dataset.name}: got variable '{variable.name}' "
                f"with label '{variable.label}'; names have at most {NAME} characters and labels "
                f"{LABEL}."
            )
        if variable.kind != "text":
            continue
        most = CODE if variable.name == "ARMCD" else NAME if variable.name == "PARAMCD" else TEXT
        texts = frame[variable.name].drop_nulls()
        long = texts.filter(plain(texts).str.len_bytes() > most)
        if len(long):
            where = " Give the arm a shorter name in the study." if most == CODE else ""
            raise InputError(
                f"Too long for a transport file in {dataset.name}, {variable.name}: got "
                f"'{long[0]}'; the standard allows {most} characters.{where}"
            )


def plain(texts: pl.Series) -> pl.Series:
    """Return texts in plain letters, as version 5 has them."""
    known = texts.unique().to_list()
    return texts.replace_strict(known, [_plain(text) for text in known], return_dtype=pl.String)


def _plain(text: str | None) -> str | None:
    if text is None or text.isascii():
        return text
    letters = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return letters.encode("ascii", "ignore").decode()


def write_transport(path: Path, dataset: Dataset, frame: pl.DataFrame) -> None:
    """Write a dataset as a transport file.

    Raises
    ------
    InputError
        If pyreadstat is not installed.
    DiskError
        If the disk refuses.
    """
    try:
        import pyreadstat
    except ImportError:
        raise InputError(
            "A transport file needs the package 'pyreadstat', which is not installed. "
            "Install it with: pip install 'trimer[adam]'"
        ) from None
    columns = []
    for variable in dataset.variables:
        column = frame[variable.name]
        if variable.kind == "text":
            columns.append(plain(column.fill_null("")))
        elif variable.kind == "date":  # SAS counts days from 1960
            columns.append((column.to_physical() + _DAYS_1960).cast(pl.Float64))
        elif variable.kind == "datetime":
            columns.append(column.to_physical() / 1e6 + _DAYS_1960 * 86_400.0)
        else:
            columns.append(column.cast(pl.Float64))
    with writing(path) as temporary:
        pyreadstat.write_xport(
            pl.DataFrame(columns),
            str(temporary),
            file_label=dataset.label,
            column_labels={variable.name: variable.label for variable in dataset.variables},
            table_name=dataset.name,
            file_format_version=5,
            variable_format={
                variable.name: _FORMATS[variable.kind]
                for variable in dataset.variables
                if variable.kind in _FORMATS
            },
        )
