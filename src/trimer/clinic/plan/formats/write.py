# SPDX-License-Identifier: Apache-2.0
"""Choose how a plan is written, and write it whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trimer.core.errors import StoreError, UnknownName, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.clinic.plan.plan import InfusionPlan

FORMATS = {
    "table": ".txt", "json": ".json", "html": ".html", "pdf": ".pdf", "ics": ".ics", "csv": ".csv",
}  # fmt: skip
"""Names of the formats, and how their files end."""


def format_of(name: str | None, out: Path | None) -> str:
    """Return the format that was asked for: by name, or by how the file's name ends.

    Raises
    ------
    UnknownName
        When there is no such format.
    """
    if name is not None:
        if name in FORMATS:
            return name
        raise UnknownName(f"Unknown format '{name}'.{did_you_mean(name, FORMATS)}")
    if out is None:
        return "table"
    endings = {ending: kind for kind, ending in FORMATS.items()} | {".htm": "html"}
    kind = endings.get(out.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS.values())
        raise UnknownName(
            f"Unknown kind of file '{out}': a plan ends in {known}. Rename it, or name the format "
            "with --as."
        )
    return kind


def rendered(plan: InfusionPlan, kind: str) -> str | bytes:
    """Return a plan in one of `FORMATS`."""
    # each imports its library, and only when it is asked for
    if kind == "json":
        from trimer.clinic.plan.formats.record import as_json as render
    elif kind == "csv":
        from trimer.clinic.plan.formats.rows import as_csv as render
    elif kind == "html":
        from trimer.clinic.plan.formats.page import as_html as render
    elif kind == "ics":
        from trimer.clinic.plan.formats.calendar import as_ics

        return as_ics(plan)
    elif kind == "pdf":
        from trimer.clinic.plan.formats.print import as_pdf

        return as_pdf(plan)
    else:
        from trimer.clinic.plan.formats.terminal import as_text as render
    return render(plan)


def check_free(out: Path, *, force: bool) -> None:
    """Refuse to write over a file that is there.

    Raises
    ------
    StoreError
        If it is there and not `force`, or is a folder.
    """
    if out.is_dir():
        raise StoreError(f"Cannot write '{out}': it is a folder. Name a file in it.")
    if out.exists() and not force:
        raise StoreError(
            f"Cannot write '{out}': the file is there already. Choose another name, or replace it "
            "with --force."
        )


def write_plan(plan: InfusionPlan, out: Path, kind: str, *, force: bool = False) -> None:
    """Write a plan to a file.

    Parameters
    ----------
    plan : InfusionPlan
        The plan.
    out : Path
        The file.
    kind : str
        One of `FORMATS`.
    force : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    StoreError
        If the file is there and not `force`.
    DiskError
        If the disk refuses; nothing half-written stays behind.
    """
    check_free(out, force=force)
    write_whole(out, rendered(plan, kind), force=force)


def write_whole(out: Path, content: str | bytes, *, force: bool = False) -> None:
    """Write a file whole, and never over another one unless `force`.

    Raises
    ------
    StoreError
        If the file is there and not `force`.
    DiskError
        If the disk refuses; nothing half-written stays behind.
    """
    from trimer.store.disk import write_bytes

    check_free(out, force=force)
    write_bytes(out, content.encode() if isinstance(content, str) else content)
