# SPDX-License-Identifier: Apache-2.0
"""Write documents to files: all of them, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.clinic.document.plain import plain
from trimer.core.errors import DiskError, InputError, StoreError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from trimer.clinic.document.parts import Document

KINDS = (".html", ".pdf", ".txt")
"""What a document can be written as, by the end of the file's name."""


def check_paths(paths: Sequence[Path], *, force: bool) -> None:
    """Refuse names that cannot be written, before anything is made.

    Raises
    ------
    InputError
        If a name has no known ending, or is given twice.
    StoreError
        If a file is there already and `force` is false, or its folder is not there.
    """
    for path in paths:
        if path.suffix.lower() not in KINDS:
            hint = did_you_mean(path.suffix, KINDS)
            raise InputError(
                f"Unknown kind of file '{path}': got the ending '{path.suffix}'; a document is "
                f"written as HTML, PDF or text.{hint}"
            )
        if not path.parent.is_dir():
            raise StoreError(
                f"Cannot write '{path}': there is no folder '{path.parent}'. Make it first."
            )
        if path.is_dir() or (path.exists() and not force):
            raise StoreError(
                f"Cannot write '{path}': the file is there already. "
                "Choose another name, or replace it with --force."
            )
    if len({path.resolve() for path in paths}) < len(paths):
        raise InputError("The same file is named twice to write to. Name each once.")


def write_documents(document: Document, paths: Sequence[Path], *, force: bool = False) -> None:
    """Write a document to files, each as its name ends: .html, .pdf or .txt.

    All are made before the first is written, so that nothing is left half-written.

    Raises
    ------
    InputError, StoreError
        As `check_paths` says.
    DiskError
        If the disk fails.
    """
    check_paths(paths, force=force)
    made = [(path, _made(document, path)) for path in paths]
    for path, content in made:
        unfinished = path.with_name(f".{path.name}.part")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise DiskError(f"Cannot write '{path}': {error.strerror or error}.") from None


def _made(document: Document, path: Path) -> bytes:
    from trimer.clinic.document.html import html
    from trimer.clinic.document.pdf import pdf

    makers: dict[str, Callable[[Document], bytes]] = {
        ".html": lambda it: html(it).encode(),
        ".pdf": pdf,
        ".txt": lambda it: plain(it).encode() + b"\n",
    }
    return makers[path.suffix.lower()](document)
