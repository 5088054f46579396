# SPDX-License-Identifier: Apache-2.0
"""Markdown of the pages: tables, mathematics, links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.notice import NOTICE
from trimer.model import tex
from trimer.model.layout import text as plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trimer.core.sources import Source
    from trimer.model.layout import Layout
    from trimer.model.model import Model
    from trimer.model.parameter import Parameter
    from trimer.model.parts import Expr

COMMAND = "trimer show {name} --docs docs/model"
PARAMETER_HEAD = (
    "symbol",
    "what",
    "value",
    "unit",
    "between patients",
    "basis",
    "source",
    "remark",
)
_SPECIAL = str.maketrans(
    {"|": r"\|", "*": r"\*", "_": r"\_", "<": "&lt;", ">": "&gt;", "[": r"\[", "]": r"\]"}
)


def words(text: str) -> str:
    r"""Return text of which Markdown changes nothing, in one line.

    Examples
    --------
    >>> print(words("kTact*VmT | x_1"))
    kTact\*VmT \| x\_1
    """
    return " ".join(text.split()).translate(_SPECIAL)


def code(text: str) -> str:
    """Return text as code; nothing for nothing."""
    return f"`{text.replace('|', '/')}`" if text else ""


def unit(name: str) -> str:
    """Return a unit; nothing for a plain number."""
    return "" if name == "1" else words(name)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def head(title: str, model: Model) -> list[str]:
    """Return how every page begins."""
    return [
        (
            f"<!-- Written by `{COMMAND.format(name=model.name.partition(':')[0])}`; "
            "a change here is lost. -->"
        ),
        "",
        f"# {title}",
        "",
        f"{NOTICE}",
        "",
    ]


def math(equation: str) -> list[str]:
    """Return the lines of a displayed equation."""
    return ["```math", equation, "```", ""]


def displayed(lay: Layout, left: str, expression: Expr) -> list[str]:
    """Return the lines of left = expression, displayed; `left` is TeX."""
    node = lay(expression)
    return math(tex.equation(left, node, len(plain(node))))


def parameters(rows: Iterable[Parameter]) -> list[str]:
    """Return the lines of a table of parameters."""
    return table(
        PARAMETER_HEAD,
        (
            (
                code(row.name), words(row.definition), f"{row.value:g}", unit(row.unit),
                words(row.spread) or "the same", row.basis, cited(row.sources),
                words(row.details),
            )
            for row in rows
        ),
    )  # fmt: skip


def cited(keys: Iterable[str]) -> str:
    """Return links to sources."""
    return ", ".join(f"[{words(key)}](sources.md#{key.lower()})" for key in keys)


def source_lines(source: Source) -> list[str]:
    """Return an entry of the list of sources."""
    return [f"## {words(source.key)}", "", words(str(source)), ""]
