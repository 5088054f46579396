# SPDX-License-Identifier: Apache-2.0
"""Reports and figures of a run.

`write_report` makes the report of a run folder, `plot_run` one picture of a simulation. What
draws and sets type is loaded with the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from trimer.simulate import Run

__all__ = ["plot_run", "write_report"]


def write_report(run_folder: Path, out: Path | None = None) -> Path:
    """Write the report of a run: one HTML file that needs nothing beside it.

    Parameters
    ----------
    run_folder : Path
        Folder that ``trimer trial`` wrote, finished or interrupted.
    out : Path, optional
        File to write; ``report.html`` in the run folder by default.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    StoreError
        If a file of the run is missing or damaged, or no virtual patient was finished.
    DiskError
        If the report cannot be written.
    """
    from trimer.report import render

    return render.write_report(run_folder, out)


def plot_run(run: Run, path: Path) -> Path:
    """Draw a simulation as one picture.

    Drug, trimers, blasts, T cells, IL-6 and temperature; of one virtual patient on a ward the
    timeline: dose, drugs given, grades, vital signs, blood counts, blasts.

    Parameters
    ----------
    run : Run
        What `trimer.simulate.simulate` returned, for one virtual patient or a cohort.
    path : Path
        File to write; its ending says how: ``.png``, ``.svg`` or ``.pdf``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the ending is another one, or the run recorded nothing to draw.
    DiskError
        If the picture cannot be written.
    """
    from trimer.report import overview

    return overview.plot_run(run, path)
