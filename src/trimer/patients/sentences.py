# SPDX-License-Identifier: Apache-2.0
"""Say in words of the file what is wrong with its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from trimer.core.errors import did_you_mean
from trimer.core.shown import shown
from trimer.patients.tables import CohortFile

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from trimer.patients.inherit import Family


def sentence(family: Family, problem: Any) -> str:  # noqa: ANN401 (pydantic's own)
    """Return a sentence on one problem that pydantic found.

    Parameters
    ----------
    family : Family
        The file, for lines.
    problem : dict
        As in `ValidationError.errors`.
    """
    place, field, table = _resolve(tuple(problem["loc"]))
    where, key = family.where(*place), str(place[-1])
    if problem["type"] == "extra_forbidden":
        return f"Unknown key '{key}' in {where}.{did_you_mean(key, table.model_fields)}"
    if field is None:  # a table was expected, as [factors.NAME]
        return f"Wrong '{key}' in {where}: got {shown(problem['input'])}; it must be a table."
    words = f"it must be {field.description}"
    example = str(field.examples[0]) if field.examples else ""
    write = "" if example in ("", f"[{key}]") else f" Write it like {key} = {example}."
    if problem["type"] == "missing":
        return f"Missing '{key}' in {where}: {words}.{write}"
    got = problem["input"]
    if isinstance(got, (dict, list)):
        return f"Wrong '{key}' in {where}: got a {type(got).__name__}; {words}."
    return f"Wrong '{key}' in {where}: got {shown(got)}; {words}.{write}"


def _resolve(
    loc: tuple[str | int, ...],
) -> tuple[tuple[str | int, ...], FieldInfo | None, type[BaseModel]]:
    """Return the path within the file, the field there, and the table it stands in."""
    table: type[BaseModel] = CohortFile
    field: FieldInfo | None = None
    path: list[str | int] = []
    for part in loc:
        if field is None:
            path.append(part)
            field = table.model_fields.get(str(part))
            continue
        inner = _table_in(field)
        if inner is None:
            # Inside a field of plain values: {factor = number}, [names], or float | str.
            if part in ("float", "str") or isinstance(part, int):
                continue
            path.append(part)
            continue
        path.append(part)
        if inner is field.annotation or _is_optional(field, inner):
            table, field = inner, inner.model_fields.get(str(part))
        else:  # the name of a table, or its place in a list: a key of it comes next
            table, field = inner, None
    return tuple(path), field, table


def _table_in(field: FieldInfo) -> type[BaseModel] | None:
    """Return the table that a field holds, alone, by name or in a list."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def _is_optional(field: FieldInfo, inner: type[BaseModel]) -> bool:
    return type(None) in get_args(field.annotation) and inner in get_args(field.annotation)
