# SPDX-License-Identifier: Apache-2.0
"""Sources of the clinic pack, and how a statement's origin is written."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from trimer.clinic.document import Grid
from trimer.core.errors import SourceError
from trimer.core.sources import Source, read_sources
from trimer.library import clinic_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BASIS = {
    "read": "read",
    "memory": "from memory",
    "derived": "derived",
    "assumed": "assumed",
}
"""How a statement came here, and the words for it."""

CONFIDENCE = ("high", "medium", "low")


@cache
def sources() -> dict[str, Source]:
    """Return the sources of the clinic pack by key."""
    return read_sources(clinic_path("sources.bib"))


def checked(table: dict[str, object], what: str) -> None:
    """Refuse a statement of the shipped data without source, basis or confidence."""
    keys = table.get("sources")
    wrong = (
        not isinstance(keys, list)
        or not keys
        or any(key not in sources() for key in keys)
        or table.get("basis") not in BASIS
        or table.get("confidence") not in CONFIDENCE
    )
    if wrong:
        raise SourceError(
            f"Wrong origin of {what}: got sources {keys}, basis {table.get('basis')}, confidence "
            f"{table.get('confidence')}; each statement names known sources, a basis of "
            f"{', '.join(BASIS)} and a confidence of {', '.join(CONFIDENCE)}. Mend the file."
        )


def origin(keys: Sequence[str], basis: str, confidence: str) -> str:
    """Return where a statement comes from, in a line.

    Examples
    --------
    >>> origin(("Uy2021",), "memory", "low")
    'Uy2021; from memory, low confidence'
    """
    return f"{', '.join(keys)}; {BASIS[basis]}, {confidence} confidence"


def list_of_sources(keys: Iterable[str]) -> Grid:
    """Return a table of sources, in the order in which they are first named."""
    rows = tuple((key, str(sources()[key])) for key in dict.fromkeys(keys))
    return Grid("", ("Key", "Source"), rows, (1, 4))
