# SPDX-License-Identifier: Apache-2.0
"""Print a document, or write it to files."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from trimer.cli.output import say, say_json, say_notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from trimer.clinic.document import Document


def show_document(
    document: Document, out: Sequence[Path] | None, *, force: bool, json: bool
) -> None:
    """Print a document, or write it to files and say where."""
    from trimer.clinic.document import plain, write_documents

    if not out:
        if json:
            say_json(asdict(document))
        else:
            say(plain(document))
        return
    write_documents(document, out, force=force)
    if json:
        say_json({"files": [str(path) for path in out]})
        return
    for path in out:
        say(f"{document.kind}: {path}")
    say_notice()
