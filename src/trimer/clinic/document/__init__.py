# SPDX-License-Identifier: Apache-2.0
"""Documents: headings, texts, lists and tables, written as text, HTML or PDF."""

from trimer.clinic.document.parts import Blanks, Document, Grid, Heading, Items, Part, Text
from trimer.clinic.document.plain import plain
from trimer.clinic.document.write import write_documents

__all__ = [
    "Blanks",
    "Document",
    "Grid",
    "Heading",
    "Items",
    "Part",
    "Text",
    "plain",
    "write_documents",
]
