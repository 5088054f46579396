# SPDX-License-Identifier: Apache-2.0
"""A cohort file and what it is based on, put together.

A table of the file replaces the table of the same name in the file it is based on, whole: a new
number comes with its own source. Only ``[cohort]`` is put together key by key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trimer.core.errors import CohortError, did_you_mean
from trimer.core.sources import Source, read_sources
from trimer.core.toml import Document, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COHORT, BASE = "cohort", "based_on"
_OWN_KEYS = (BASE, "note")  # said of one file, not of what is based on it


@dataclass(frozen=True, repr=False)
class Family:
    """A cohort file and its forebears, the file itself first.

    Parameters
    ----------
    documents : tuple of Document
        The files.
    data : dict
        What they say together.
    """

    documents: tuple[Document, ...]
    data: dict[str, Any]

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.documents[0].path

    def where(self, *keys: str | int) -> str:
        """Return the file and line of a key, in the file that says it."""
        depth = 1 if keys[:1] == ("induction",) else 2
        for document in self.documents:
            found: Any = document.data
            for key in keys[:depth]:
                found = found.get(key) if isinstance(found, dict) else None
            if found is not None:
                return document.where(*keys)
        return self.documents[0].where(*keys)

    def sources(self) -> dict[str, Source]:
        """Return the sources in the BibTeX files beside the files."""
        found: dict[str, Source] = {}
        for folder in dict.fromkeys(document.path.parent for document in self.documents):
            for path in sorted(folder.glob("*.bib")):
                found = read_sources(path) | found
        return found


def read_family(path: Path, shipped: Mapping[str, Path]) -> Family:
    """Read a cohort file and what it is based on.

    Parameters
    ----------
    path : Path
        The file.
    shipped : mapping of str to Path
        Shipped cohorts by name.

    Raises
    ------
    CohortError
        If a file is missing or no TOML, or one is based on itself.
    """
    documents = [read_toml(path, CohortError)]
    while (base := _base(documents[-1])) is not None:
        document = documents[-1]
        where = document.where(COHORT, BASE)
        beside = document.path.parent / base
        if not beside.is_file() and base not in shipped:
            raise CohortError(
                f"Wrong '{BASE}' in {where}: got '{base}'; it is the name of a shipped cohort, or "
                f"a file beside this one.{did_you_mean(base, shipped)}"
            )
        following = beside if beside.is_file() else shipped[base]
        if following.resolve() in [read.path.resolve() for read in documents]:
            raise CohortError(
                f"Wrong '{BASE}' in {where}: '{base}' is this cohort or based on it. "
                "Base it on another one."
            )
        documents.append(read_toml(following, CohortError))
    return Family(tuple(documents), _together(documents))


def _base(document: Document) -> str | None:
    cohort = document.data.get(COHORT)
    base = cohort.get(BASE) if isinstance(cohort, dict) else None
    return base if isinstance(base, str) and base else None


def _together(documents: list[Document]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for document in reversed(documents):
        for section, table in document.data.items():
            known = whole.get(section)
            if section == "induction" or not (isinstance(known, dict) and isinstance(table, dict)):
                whole[section] = table
                continue
            kept = {k: v for k, v in known.items() if section != COHORT or k not in _OWN_KEYS}
            whole[section] = kept | table
    return whole
